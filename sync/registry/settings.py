"""The simulated registry's settings, each one environment variable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certificates.errors import InvalidValueError
from certificates.service.settings import setting
from certificates.service.tls import TlsFiles
from sync.feed.wire import MAX_EVENTS
from sync.registry.usecases.sending import Pace

PREFIX = "KOFU_REGISTRY_"
TARGET = f"{PREFIX}TARGET"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """See ``python -m sync.registry --help``."""

    municipality: str = setting(f"{PREFIX}MUNICIPALITY", "全国地方公共団体コード, 6 digits", default="992011")
    store: str = setting(
        f"{PREFIX}STORE",
        "where the books are: memory: or sqlite+aiosqlite:///file or postgresql+asyncpg://…",
        default="sqlite+aiosqlite:///registry.db",
        secret=True,
    )
    town: str = setting(
        f"{PREFIX}TOWN",
        "folder that python -m sync.town wrote: empty books take its register over; empty means none",
        default="",
    )
    target: str = setting(
        TARGET,
        "where the feed goes: https://… (base URL of the issuance server) or the Redis that it consumes, redis://…, "
        "rediss://… or unix://…; empty pushes nothing",
        default="",
        secret=True,
    )
    host: str = setting(f"{PREFIX}HOST", "address to listen on", default="127.0.0.1")
    port: int = setting(
        f"{PREFIX}PORT", "port to listen on; 0 takes any free one and announces it", default=0
    )
    tls_certificate: Path = setting(f"{PREFIX}TLS_CERTIFICATE", "PEM file: our X.509 certificate")
    tls_key: Path = setting(f"{PREFIX}TLS_KEY", "PEM file: its private key")
    tls_authority: Path = setting(
        f"{PREFIX}TLS_AUTHORITY", "PEM file: the authority of all parties of the line"
    )
    signing_key: Path = setting(f"{PREFIX}SIGNING_KEY", "our message-signing key, a file named <kid>.key.pem")
    batch: int = setting(f"{PREFIX}BATCH", f"changes in one delivery, 1 to {MAX_EVENTS}", default=500)
    window: int = setting(
        f"{PREFIX}WINDOW",
        "deliveries on their way at once, 1 to 64",
        default=4,
    )
    heartbeat: float = setting(f"{PREFIX}HEARTBEAT_SECONDS", "seconds between signs of life", default=1.0)
    timeout: float = setting(f"{PREFIX}TIMEOUT_SECONDS", "seconds that one delivery may take", default=30.0)
    longest_wait: float = setting(
        f"{PREFIX}LONGEST_WAIT_SECONDS",
        "the longest wait before a failed delivery is tried again",
        default=10.0,
    )

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65535:
            raise InvalidValueError(f"{PREFIX}PORT", "must be 0 to 65535")
        if not 1 <= self.batch <= MAX_EVENTS:
            raise InvalidValueError(f"{PREFIX}BATCH", f"must be 1 to {MAX_EVENTS}")
        if not 1 <= self.window <= 64:
            raise InvalidValueError(f"{PREFIX}WINDOW", "must be 1 to 64")
        for variable, seconds in (
            ("HEARTBEAT_SECONDS", self.heartbeat),
            ("TIMEOUT_SECONDS", self.timeout),
            ("LONGEST_WAIT_SECONDS", self.longest_wait),
        ):
            if not 0 < seconds <= 3600:
                raise InvalidValueError(PREFIX + variable, "must be above 0 and at most an hour")

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(certificate=self.tls_certificate, key=self.tls_key, authority=self.tls_authority)

    @property
    def pace(self) -> Pace:
        return Pace(
            batch=self.batch,
            window=self.window,
            heartbeat=self.heartbeat,
            longest_wait=self.longest_wait,
        )
