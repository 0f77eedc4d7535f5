"""The kiosk's settings, read once from the environment."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

from certificates.domain.identifiers import KioskId, kiosk_id
from certificates.errors import ConfigurationError, InvalidValueError
from certificates.service.settings import setting
from certificates.service.tls import TlsFiles
from kiosk_client.session.rules import Patience

PREFIX = "KOFU_KIOSK_"


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskSettings:
    """Raises ConfigurationError when values contradict one another or lie outside what is safe."""

    name: str = setting(
        "KOFU_KIOSK_ID", "this terminal, as in its X.509 certificate: letters, digits, hyphens"
    )
    centre: str = setting("KOFU_KIOSK_CENTRE", "https base URL of the certificate-issuing centre")
    tls_certificate: Path = setting(
        "KOFU_KIOSK_TLS_CERTIFICATE", "PEM chain of this terminal (urn:kofu:kiosk:<id>)"
    )
    tls_key: Path = setting("KOFU_KIOSK_TLS_KEY", "PEM key of that chain")
    tls_authority: Path = setting("KOFU_KIOSK_TLS_AUTHORITY", "PEM authority of the centre's certificate")
    trusted_keys: Path = setting(
        "KOFU_KIOSK_TRUSTED_KEYS",
        "folder of <role>--<name>--<kid>.pub.pem: the centre's keys and each municipality's (issuer)",
    )
    reader: str = setting(
        "KOFU_KIOSK_READER", "pcsc:[part of the reader's name] or software:/path/to/card.json"
    )
    printer: str = setting(
        "KOFU_KIOSK_PRINTER", "ipps://host/ipp/print?pin-sha256=…, ipp://… or file:///folder"
    )
    cash_box: str = setting("KOFU_KIOSK_CASH_BOX", "simulated:/path/to/drawer.json")
    municipalities: Path = setting(
        "KOFU_KIOSK_MUNICIPALITIES", "TOML file: [[municipality]] code, name, name_en"
    )
    journal: Path = setting("KOFU_KIOSK_JOURNAL", "append-only record of orders; its folder must exist")
    staff_code: str = setting(
        "KOFU_KIOSK_STAFF_CODE", "6 to 12 digits with which staff let a stopped kiosk go on", secret=True
    )
    test_cards: str = setting(
        "KOFU_KIOSK_TEST_CARDS",
        "folder of test cards: shows the bench (coins, and cards for a software: reader); empty: no bench",
        default="",
    )
    host: str = setting("KOFU_KIOSK_HOST", "loopback address of the touch screen", default="127.0.0.1")
    port: int = setting("KOFU_KIOSK_PORT", "port of the touch screen; 0 takes a free one", default=0)
    idle_seconds: float = setting("KOFU_KIOSK_IDLE_SECONDS", "time a screen waits for a touch", default=60.0)
    payment_seconds: float = setting(
        "KOFU_KIOSK_PAYMENT_SECONDS", "time for inserting the fee", default=180.0
    )
    take_seconds: float = setting("KOFU_KIOSK_TAKE_SECONDS", "time for taking the certificate", default=60.0)
    notice_seconds: float = setting("KOFU_KIOSK_NOTICE_SECONDS", "time a refusal is shown", default=30.0)

    def __post_init__(self) -> None:
        if not 6 <= len(self.staff_code) <= 12 or not (
            self.staff_code.isascii() and self.staff_code.isdigit()
        ):
            raise ConfigurationError("KOFU_KIOSK_STAFF_CODE", "must be 6 to 12 digits")
        if not _is_loopback(self.host):
            raise ConfigurationError("KOFU_KIOSK_HOST", "must be a loopback address: the PIN passes here")
        if self.test_cards and not self.cash_box.startswith("simulated:"):
            raise ConfigurationError("KOFU_KIOSK_TEST_CARDS", "needs KOFU_KIOSK_CASH_BOX=simulated:…")
        if self.test_cards and not Path(self.test_cards).is_dir():
            raise ConfigurationError("KOFU_KIOSK_TEST_CARDS", f"{self.test_cards!r} is not a folder")
        _ = self.kiosk, self.patience

    @property
    def kiosk(self) -> KioskId:
        try:
            return kiosk_id(self.name)
        except InvalidValueError as error:
            raise ConfigurationError("KOFU_KIOSK_ID", error.reason) from error

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(certificate=self.tls_certificate, key=self.tls_key, authority=self.tls_authority)

    @property
    def patience(self) -> Patience:
        try:
            return Patience(
                idle=self.idle_seconds,
                payment=self.payment_seconds,
                take=self.take_seconds,
                notice=self.notice_seconds,
            )
        except InvalidValueError as error:
            raise ConfigurationError("KOFU_KIOSK_…_SECONDS", error.reason) from error


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
