"""The files of one town: keys and cards of its throw-away authorities, settings of every service, logs."""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from anti_forgery.key_files import new_keys
from certificates.domain.identifiers import CardSerial, KioskId, MunicipalityCode
from certificates.wire.jose import Party, Role
from kiosk_client.card import cardfile
from load_tests.authority.jpki import IssuedCard, JpkiTestAuthority, Revocation, new_key
from load_tests.authority.transport import PartyFiles, TransportAuthority

_LIFE = timedelta(days=1)
PIN = "1234"
"""Of every invented card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parties:
    """Everybody on the lines, with their files."""

    registry: PartyFiles
    issuer: PartyFiles
    centre: PartyFiles
    inquiry: PartyFiles
    operator: PartyFiles
    kiosks: tuple[tuple[KioskId, PartyFiles], ...]


class TownFolder:
    """Made once, under ``root``; nothing in it is good for anything after a day."""

    def __init__(self, root: Path, *, municipality: MunicipalityCode, kiosks: int, now: datetime) -> None:
        self.root = root
        self.now = now
        self.municipality = municipality
        for name in ("logs", "cards", "card-authorities", "card-revocations", "mark-keys", "state"):
            (root / name).mkdir(parents=True, exist_ok=True)
        self.transport = TransportAuthority(root / "transport", now=now)
        self.parties = Parties(
            registry=self.transport.enrol(Party(role=Role.REGISTRY, name=municipality)),
            issuer=self.transport.enrol(Party(role=Role.ISSUER, name=municipality)),
            centre=self.transport.enrol(Party(role=Role.CENTRE, name="centre-1")),
            inquiry=self.transport.enrol(Party(role=Role.INQUIRY, name="site-1")),
            operator=self.transport.enrol(Party(role=Role.OPERATOR, name="operator-1")),
            kiosks=tuple(
                (kiosk, self.transport.enrol(Party(role=Role.KIOSK, name=kiosk)))
                for kiosk in (KioskId(f"K{number:03d}") for number in range(1, kiosks + 1))
            ),
        )
        self.jpki = JpkiTestAuthority.create(not_before=now - _LIFE, not_after=now + _LIFE)
        self.jpki.save(root / "jpki")
        anchor = self.jpki.certificate.public_bytes(Encoding.PEM)
        (root / "card-authorities" / "jpki-test.pem").write_bytes(anchor)
        self._card_keys: list[rsa.RSAPrivateKey] = []
        self.revoke([])
        self._mark_keys()

    def path(self, *parts: str) -> Path:
        return self.root.joinpath(*parts)

    def log(self, name: str) -> Path:
        return self.root / "logs" / f"{name}.log"

    def card(self, serial: CardSerial, *, expired: bool = False) -> IssuedCard:
        """A card for the holder known by ``serial``; the RSA keys are shared by a few, an invented town may."""
        if len(self._card_keys) < 4:
            self._card_keys.append(new_key())
        key = self._card_keys[int(serial, 16) % len(self._card_keys)]
        end = self.now - timedelta(hours=1) if expired else self.now + _LIFE / 2
        return self.jpki.issue(int(serial, 16), not_before=self.now - _LIFE / 2, not_after=end, key=key)

    def card_file(self, serial: CardSerial, name: str) -> Path:
        """The card as a file under ``cards``; whoever opens the kiosk's drawer sees ``name``."""
        path = self.root / "cards" / f"{name}.json"
        issued = self.card(serial)
        cardfile.save(
            path,
            certificate=issued.certificate,
            ca_certificate=issued.ca_certificate,
            key=issued.key,
            pin=PIN,
        )
        return path

    def revoke(self, revoked: list[tuple[CardSerial, x509.ReasonFlags]]) -> None:
        """Publish a new revocation list that names exactly these."""
        crl = self.jpki.revocation_list(
            [
                Revocation(serial=int(serial, 16), revoked_at=self.now, reason=reason)
                for serial, reason in revoked
            ],
            number=len(revoked) + 1,
            this_update=self.now - timedelta(hours=1),
            next_update=self.now + _LIFE,
        )
        target = self.root / "card-revocations" / "jpki-test.crl"
        draft = target.with_suffix(".new")
        draft.write_bytes(crl.public_bytes(Encoding.PEM))
        draft.replace(target)

    def _mark_keys(self) -> None:
        """The centre gets its own private key and the inquiry site's public one, and the site the reverse."""
        site = self.root / "site-keys"
        new_keys(site, now=self.now - _LIFE, valid_for=2 * _LIFE)
        for path in (*site.glob("centre-*.private.json"), *site.glob("site-*.public.json")):
            shutil.move(path, self.root / "mark-keys")
        secret = self.root / "site-secret"
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_hex(32), encoding="ascii")
