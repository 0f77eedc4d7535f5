"""What a load process needs to know of a running town, as one file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from certificates.domain.identifiers import CardSerial, KioskId, MunicipalityCode, ResidentNumber
from certificates.domain.resident import Resident
from certificates.service.tls import TlsFiles
from certificates.wire.codec import decode, encode
from load_tests.people import People, profile

VISIT = "whole visit, text checked"
"""The name under which a load process counts whole visits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HolderOf:
    """One card and the resident who holds it."""

    serial: CardSerial
    resident: ResidentNumber


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskFiles:
    """A kiosk's TLS files; paths as text, because a message holds no paths."""

    kiosk: KioskId
    certificate: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Written by the town, read by load processes."""

    TAG: ClassVar[str] = "scene/1"
    centre: str
    municipality: MunicipalityCode
    authority: str
    trusted: str
    cards: str
    kiosks: tuple[KioskFiles, ...]
    residents: tuple[Resident, ...]
    holders: tuple[HolderOf, ...]

    @property
    def people(self) -> People:
        holders = {holder.serial: holder.resident for holder in self.holders}
        return People.of(self.residents, holders, profile(self.municipality))

    def tls(self, kiosk: KioskFiles) -> TlsFiles:
        return TlsFiles(
            certificate=Path(kiosk.certificate), key=Path(kiosk.key), authority=Path(self.authority)
        )

    def write(self, path: Path) -> None:
        path.touch(mode=0o600)
        path.write_bytes(encode(self))

    @classmethod
    def read(cls, path: Path) -> Scene:
        """Raises WireError when the file is not a scene."""
        return decode(path.read_bytes(), cls)
