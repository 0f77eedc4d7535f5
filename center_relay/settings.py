"""The centre's settings, read once from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from certificates.errors import ConfigurationError
from certificates.service.settings import setting
from certificates.service.tls import TlsFiles

PREFIX = "KOFU_CENTRE_"


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreSettings:
    """Raises ConfigurationError when values contradict one another or lie outside what is safe."""

    name: str = setting("KOFU_CENTRE_NAME", "name of this centre, as in its keys' files", default="centre")
    tls_certificate: Path = setting(
        "KOFU_CENTRE_TLS_CERTIFICATE", "PEM chain of this centre (urn:kofu:centre:<name>)"
    )
    tls_key: Path = setting("KOFU_CENTRE_TLS_KEY", "PEM key of that chain")
    tls_authority: Path = setting("KOFU_CENTRE_TLS_AUTHORITY", "PEM authority of every party on the lines")
    signing_key: Path = setting(
        "KOFU_CENTRE_SIGNING_KEY", "<kid>.key.pem, with which orders and deliveries are signed"
    )
    trusted_keys: Path = setting("KOFU_CENTRE_TRUSTED_KEYS", "folder of <role>--<name>--<kid>.pub.pem")
    routes: Path = setting(
        "KOFU_CENTRE_ROUTES", "TOML file: [municipalities] code = base URL of its issuance server"
    )
    card_authorities: Path = setting(
        "KOFU_CENTRE_CARD_AUTHORITIES", "folder of CA certificates of the cards (PEM or DER)"
    )
    card_revocations: Path = setting(
        "KOFU_CENTRE_CARD_REVOCATIONS", "folder of their revocation lists (PEM or DER)"
    )
    mark_keys: Path = setting(
        "KOFU_CENTRE_MARK_KEYS", "folder with the private key of the marks and the inquiry site's public key"
    )
    journal: Path = setting("KOFU_CENTRE_JOURNAL", "file of uses and refusals; its folder must exist")
    store: str = setting(
        "KOFU_CENTRE_STORE", "memory://, redis://… or unix://…", default="memory://", secret=True
    )
    processes: int = setting("KOFU_CENTRE_PROCESSES", "how many centre processes share the load", default=1)
    host: str = setting("KOFU_CENTRE_HOST", "address to listen on", default="127.0.0.1")
    port: int = setting("KOFU_CENTRE_PORT", "port to listen on; 0 takes a free one", default=0)
    accept_test_cards: bool = setting(
        "KOFU_CENTRE_ACCEPT_TEST_CARDS", "yes: cards of a test hierarchy are accepted", default=False
    )
    challenge_seconds: int = setting(
        "KOFU_CENTRE_CHALLENGE_SECONDS", "life of a challenge, 60 to 180", default=120
    )
    visit_seconds: int = setting(
        "KOFU_CENTRE_VISIT_SECONDS", "from the card's proof to the delivery, 60 to 1800", default=600
    )
    order_days: int = setting(
        "KOFU_CENTRE_ORDER_DAYS", "how long a kiosk may report an outcome, 1 to 90 days", default=14
    )
    inquiry_seconds: float = setting("KOFU_CENTRE_INQUIRY_SECONDS", "longest wait for a menu", default=5.0)
    order_seconds: float = setting(
        "KOFU_CENTRE_ORDER_SECONDS", "longest wait for a certificate", default=20.0
    )
    outcome_seconds: float = setting("KOFU_CENTRE_OUTCOME_SECONDS", "longest wait for a receipt", default=5.0)
    standing_seconds: float = setting(
        "KOFU_CENTRE_STANDING_SECONDS", "longest wait for what became of a paper", default=3.0
    )
    store_seconds: float = setting("KOFU_CENTRE_STORE_SECONDS", "longest wait for the store", default=2.0)
    outbox_seconds: float = setting(
        "KOFU_CENTRE_OUTBOX_SECONDS", "how often unsent outcomes are tried again", default=10.0
    )
    in_flight: int = setting(
        "KOFU_CENTRE_IN_FLIGHT", "applications at once for one municipality, over all processes", default=64
    )
    file_limit: int = setting(
        "KOFU_CENTRE_FILE_LIMIT", "largest certificate accepted, in bytes", default=8_000_000
    )
    font: str = setting(
        "KOFU_CENTRE_FONT", "Mincho font file for the backs; empty: where Debian puts IPAmj", default=""
    )
    inquiry_site: str = setting(
        "KOFU_CENTRE_INQUIRY_SITE",
        "address that the back of a sheet names",
        default="https://inquiry.example.lg.jp",
    )
    coarse_to_fine: float = setting(
        "KOFU_CENTRE_COARSE_TO_FINE", "dot gain balance of the printers, from a printed wedge", default=1.0
    )
    printer_profile: str = setting(
        "KOFU_CENTRE_PRINTER_PROFILE",
        "file that 'python -m anti_forgery calibrate read' wrote; it goes before the balance",
        default="",
    )

    def __post_init__(self) -> None:
        def within(variable: str, value: float, low: float, high: float) -> None:
            if not low <= value <= high:
                raise ConfigurationError(variable, f"must be between {low} and {high}, is {value}")

        within("KOFU_CENTRE_PROCESSES", self.processes, 1, 256)
        within("KOFU_CENTRE_CHALLENGE_SECONDS", self.challenge_seconds, 60, 180)
        within("KOFU_CENTRE_VISIT_SECONDS", self.visit_seconds, 60, 1800)
        within("KOFU_CENTRE_ORDER_DAYS", self.order_days, 1, 90)
        within("KOFU_CENTRE_IN_FLIGHT", self.in_flight, 1, 100_000)
        within("KOFU_CENTRE_FILE_LIMIT", self.file_limit, 10_000, 100_000_000)
        for variable, seconds in (
            ("KOFU_CENTRE_INQUIRY_SECONDS", self.inquiry_seconds),
            ("KOFU_CENTRE_ORDER_SECONDS", self.order_seconds),
            ("KOFU_CENTRE_OUTCOME_SECONDS", self.outcome_seconds),
            ("KOFU_CENTRE_STANDING_SECONDS", self.standing_seconds),
            ("KOFU_CENTRE_STORE_SECONDS", self.store_seconds),
            ("KOFU_CENTRE_OUTBOX_SECONDS", self.outbox_seconds),
        ):
            within(variable, seconds, 0.05, 300)

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(certificate=self.tls_certificate, key=self.tls_key, authority=self.tls_authority)

    @property
    def in_flight_share(self) -> int:
        """This process's part of the applications in flight for one municipality."""
        return max(1, self.in_flight // self.processes)

    @property
    def challenge_life(self) -> timedelta:
        return timedelta(seconds=self.challenge_seconds)

    @property
    def visit_life(self) -> timedelta:
        return timedelta(seconds=self.visit_seconds)

    @property
    def order_life(self) -> timedelta:
        return timedelta(days=self.order_days)
