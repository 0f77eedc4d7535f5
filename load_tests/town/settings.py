"""The settings of every service of a town, as the environment variables that they read."""

from __future__ import annotations

from collections.abc import Mapping

from certificates.domain.identifiers import KioskId
from certificates.profiles.reading import load_profile, shipped_profile
from load_tests.authority.transport import PartyFiles
from load_tests.town.folder import TownFolder
from load_tests.town.parts import KioskParts

STAFF_CODE = "246810"


def _line(prefix: str, files: PartyFiles) -> dict[str, str]:
    return {
        f"{prefix}TLS_CERTIFICATE": str(files.tls.certificate),
        f"{prefix}TLS_KEY": str(files.tls.key),
        f"{prefix}TLS_AUTHORITY": str(files.tls.authority),
    }


def _signing(prefix: str, files: PartyFiles) -> dict[str, str]:
    return {f"{prefix}SIGNING_KEY": str(files.signing_key)}


def registry(folder: TownFolder, *, target: str = "", port: int = 0) -> Mapping[str, str]:
    prefix = "KOFU_REGISTRY_"
    files = folder.parties.registry
    return {
        **_line(prefix, files),
        **_signing(prefix, files),
        f"{prefix}MUNICIPALITY": folder.municipality,
        f"{prefix}STORE": f"sqlite+aiosqlite:///{folder.path('state', 'registry.db')}",
        f"{prefix}TOWN": str(folder.path("registry")),
        f"{prefix}TARGET": target,
        f"{prefix}PORT": str(port),
        f"{prefix}HEARTBEAT_SECONDS": "0.5",
    }


def issuance(
    folder: TownFolder, *, database: str | None = None, registry: str = "", workers: int = 1
) -> Mapping[str, str]:
    """``registry``: its address; empty never asks it."""
    prefix = "KOFU_ISSUANCE_"
    files = folder.parties.issuer
    return {
        **_line(prefix, files),
        **_signing(prefix, files),
        f"{prefix}TRUSTED_KEYS": str(folder.transport.trusted),
        f"{prefix}DATABASE": database or f"sqlite+aiosqlite:///{folder.path('state', 'issuance.db')}",
        f"{prefix}AUTO_MIGRATE": "yes",
        f"{prefix}REGISTRY": registry,
        f"{prefix}PROFILE": str(shipped_profile(folder.municipality)),
        f"{prefix}WORKERS": str(workers),
        # a demonstration at night is still a demonstration
        f"{prefix}ALWAYS_OPEN": "yes",
    }


def centre(
    folder: TownFolder,
    *,
    issuance_address: str,
    store: str = "memory://",
    journal: str = "centre.journal",
    inquiry_address: str = "",
) -> Mapping[str, str]:
    """``inquiry_address``: what the back of a sheet names; empty is the default."""
    prefix = "KOFU_CENTRE_"
    files = folder.parties.centre
    routes = folder.path("state", "routes.toml")
    routes.write_text(f'[municipalities]\n{folder.municipality} = "{issuance_address}"\n', encoding="utf-8")
    return {
        **_line(prefix, files),
        **_signing(prefix, files),
        f"{prefix}TRUSTED_KEYS": str(folder.transport.trusted),
        f"{prefix}ROUTES": str(routes),
        f"{prefix}CARD_AUTHORITIES": str(folder.path("card-authorities")),
        f"{prefix}CARD_REVOCATIONS": str(folder.path("card-revocations")),
        f"{prefix}MARK_KEYS": str(folder.path("mark-keys")),
        f"{prefix}JOURNAL": str(folder.path("state", journal)),
        f"{prefix}ACCEPT_TEST_CARDS": "yes",
        f"{prefix}STORE": store,
        f"{prefix}INQUIRY_SITE": inquiry_address,
    }


def inquiry(folder: TownFolder, *, centre_address: str, port: int) -> Mapping[str, str]:
    """Plain HTTP on loopback: a browser would not know the town's authority."""
    prefix = "KOFU_INQUIRY_"
    files = folder.parties.inquiry
    return {
        f"{prefix}LINE_CERTIFICATE": str(files.tls.certificate),
        f"{prefix}LINE_KEY": str(files.tls.key),
        f"{prefix}LINE_AUTHORITY": str(files.tls.authority),
        f"{prefix}CENTRE": centre_address,
        f"{prefix}MARK_KEYS": str(folder.path("site-keys")),
        f"{prefix}SECRET": str(folder.path("site-secret")),
        f"{prefix}PORT": str(port),
    }


def kiosk(
    folder: TownFolder, kiosk_id: KioskId, files: PartyFiles, *, centre_address: str, parts: KioskParts
) -> Mapping[str, str]:
    prefix = "KOFU_KIOSK_"
    municipalities = folder.path("state", "municipalities.toml")
    offered = load_profile(shipped_profile(folder.municipality))
    municipalities.write_text(
        f'[[municipality]]\ncode = "{offered.code}"\nname = "{offered.full_name}"\nname_en = "{offered.name_en}"\n',
        encoding="utf-8",
    )
    return {
        **_line(prefix, files),
        **parts.environment,
        f"{prefix}ID": kiosk_id,
        f"{prefix}CENTRE": centre_address,
        f"{prefix}TRUSTED_KEYS": str(folder.transport.trusted),
        f"{prefix}READER": parts.reader,
        f"{prefix}PRINTER": parts.printer,
        f"{prefix}CASH_BOX": f"simulated:{folder.path('state', f'{kiosk_id}-coins.json')}",
        f"{prefix}MUNICIPALITIES": str(municipalities),
        f"{prefix}JOURNAL": str(folder.path("state", f"{kiosk_id}.journal")),
        f"{prefix}STAFF_CODE": STAFF_CODE,
        f"{prefix}TEST_CARDS": str(folder.path("cards")),
    }
