"""The inquiry site's settings, read once from the environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from certificates.errors import ConfigurationError
from certificates.service.settings import setting
from certificates.service.tls import TlsFiles

PREFIX = "KOFU_INQUIRY_"
MEGABYTE = 1_000_000
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True, kw_only=True)
class InquirySettings:
    """Raises ConfigurationError when values contradict one another or lie outside what is safe."""

    mark_keys: Path = setting(
        "KOFU_INQUIRY_MARK_KEYS",
        "folder with the site's private keys and the centre's public ones, old and new",
    )
    secret: Path = setting(
        "KOFU_INQUIRY_SECRET",
        "file of 32 random bytes as 64 hexadecimal digits, for the owner alone: marks of sheets are keyed with it "
        "(openssl rand -hex 32)",
    )
    tls_certificate: str = setting(
        "KOFU_INQUIRY_TLS_CERTIFICATE",
        "PEM chain that browsers see; empty: plain HTTP, on loopback alone, for a proxy on this machine",
        default="",
    )
    tls_key: str = setting("KOFU_INQUIRY_TLS_KEY", "PEM key of that chain", default="")
    centre: str = setting(
        "KOFU_INQUIRY_CENTRE",
        "base URL of the centre's relay, https://…; empty: standings are unknown",
        default="",
    )
    line_certificate: str = setting(
        "KOFU_INQUIRY_LINE_CERTIFICATE",
        "PEM chain of this site for that line (urn:kofu:inquiry:<name>)",
        default="",
    )
    line_key: str = setting("KOFU_INQUIRY_LINE_KEY", "PEM key of that chain", default="")
    line_authority: str = setting("KOFU_INQUIRY_LINE_AUTHORITY", "PEM authority of that line", default="")
    recall: str = setting(
        "KOFU_INQUIRY_RECALL",
        "memory://, redis://… or unix://…: which sheets were asked about and when, and how often an address asked",
        default="memory://",
        secret=True,
    )
    recall_days: int = setting(
        "KOFU_INQUIRY_RECALL_DAYS",
        "how long a sheet is remembered after it was last asked about, 1 to 1100 days",
        default=365,
    )
    processes: int = setting(
        "KOFU_INQUIRY_PROCESSES", "how many processes of the site share the load", default=1
    )
    host: str = setting("KOFU_INQUIRY_HOST", "address to listen on", default="127.0.0.1")
    port: int = setting("KOFU_INQUIRY_PORT", "port to listen on; 0 takes a free one", default=0)
    proxies: int = setting(
        "KOFU_INQUIRY_PROXIES", "own proxies in front that write X-Forwarded-For, 0 to 4", default=0
    )
    font: str = setting(
        "KOFU_INQUIRY_FONT",
        "font files of the fronts, separated as in PATH; empty: IPAmj where Debian puts it",
        default="",
    )
    examiners: int = setting("KOFU_INQUIRY_EXAMINERS", "inquiries looked at once, 1 to 64", default=2)
    examine_seconds: float = setting(
        "KOFU_INQUIRY_EXAMINE_SECONDS", "longest time for one inquiry", default=40.0
    )
    patience_seconds: float = setting(
        "KOFU_INQUIRY_PATIENCE_SECONDS", "longest wait for a free examiner", default=20.0
    )
    examiner_megabytes: int = setting(
        "KOFU_INQUIRY_EXAMINER_MEGABYTES", "memory of one inquiry, 300 to 8000", default=1200
    )
    upload_seconds: float = setting("KOFU_INQUIRY_UPLOAD_SECONDS", "longest time for an upload", default=60.0)
    uploads: int = setting("KOFU_INQUIRY_UPLOADS", "uploads at once, 1 to 256", default=16)
    files: int = setting("KOFU_INQUIRY_FILES", "files in one inquiry, 1 to 12", default=6)
    file_megabytes: int = setting("KOFU_INQUIRY_FILE_MEGABYTES", "largest file, 1 to 60", default=30)
    all_megabytes: int = setting("KOFU_INQUIRY_ALL_MEGABYTES", "largest inquiry, 1 to 60", default=60)
    burst: int = setting("KOFU_INQUIRY_BURST", "inquiries of one address in a row, 1 to 10000", default=10)
    per_minute: int = setting(
        "KOFU_INQUIRY_PER_MINUTE", "inquiries of one address a minute, 1 to 10000", default=10
    )
    together: int = setting(
        "KOFU_INQUIRY_TOGETHER", "inquiries of one address at the same time, 1 to 1000", default=4
    )
    call_seconds: float = setting(
        "KOFU_INQUIRY_CALL_SECONDS", "longest wait for the centre and for the memory", default=4.0
    )

    def __post_init__(self) -> None:
        for variable, value, low, high in (
            ("RECALL_DAYS", self.recall_days, 1, 1100),
            ("PROCESSES", self.processes, 1, 256),
            ("PROXIES", self.proxies, 0, 4),
            ("EXAMINERS", self.examiners, 1, 64),
            ("EXAMINE_SECONDS", self.examine_seconds, 1, 300),
            ("PATIENCE_SECONDS", self.patience_seconds, 0.05, 300),
            ("EXAMINER_MEGABYTES", self.examiner_megabytes, 300, 8000),
            ("UPLOAD_SECONDS", self.upload_seconds, 0.5, 600),
            ("UPLOADS", self.uploads, 1, 256),
            ("FILES", self.files, 1, 12),
            ("FILE_MEGABYTES", self.file_megabytes, 1, 60),
            ("ALL_MEGABYTES", self.all_megabytes, 1, 60),
            ("BURST", self.burst, 1, 10_000),
            ("PER_MINUTE", self.per_minute, 1, 10_000),
            ("TOGETHER", self.together, 1, 1000),
            ("CALL_SECONDS", self.call_seconds, 0.05, 60),
        ):
            if not low <= value <= high:
                raise ConfigurationError(
                    f"{PREFIX}{variable}", f"must be between {low} and {high}, is {value}"
                )
        if bool(self.tls_certificate) != bool(self.tls_key):
            raise ConfigurationError("KOFU_INQUIRY_TLS_KEY", "certificate and key belong together")
        if not self.tls_certificate and self.host not in LOOPBACK:
            raise ConfigurationError(
                "KOFU_INQUIRY_TLS_CERTIFICATE",
                f"is needed to listen on {self.host}: plain HTTP is for loopback",
            )
        if self.centre and not (self.line_certificate and self.line_key and self.line_authority):
            raise ConfigurationError(
                "KOFU_INQUIRY_CENTRE", "needs KOFU_INQUIRY_LINE_CERTIFICATE, _KEY and _AUTHORITY as well"
            )
        if self.centre and not self.centre.startswith("https://"):
            raise ConfigurationError("KOFU_INQUIRY_CENTRE", "must begin with https://")

    @property
    def line(self) -> TlsFiles | None:
        """None without a line to the centre."""
        if not self.centre:
            return None
        return TlsFiles(
            certificate=Path(self.line_certificate),
            key=Path(self.line_key),
            authority=Path(self.line_authority),
        )

    @property
    def longest_inquiry(self) -> float:
        """Seconds from an inquiry's first byte to its answer, at most: upload, wait, look, and the calls beside it."""
        return self.upload_seconds + self.patience_seconds + self.examine_seconds + 4 * self.call_seconds

    @property
    def recall_life(self) -> timedelta:
        return timedelta(days=self.recall_days)
