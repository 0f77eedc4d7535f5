"""The issuance server's settings, each one environment variable."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from certificates.errors import InvalidValueError
from certificates.profiles.reading import shipped_profile
from certificates.service.settings import setting
from certificates.service.tls import TlsFiles
from sync.feed.hands.desk import BULK

PREFIX = "KOFU_ISSUANCE_"
DATABASE = f"{PREFIX}DATABASE"
REGISTRY = f"{PREFIX}REGISTRY"
FONT = f"{PREFIX}FONT"
MOST_WORKERS = 256
_PROFILE = shipped_profile("992011")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """See ``python -m issuance_server --help``."""

    host: str = setting(f"{PREFIX}HOST", "address to listen on", default="127.0.0.1")
    port: int = setting(
        f"{PREFIX}PORT", "port to listen on; 0 takes any free one and announces it", default=0
    )
    database: str = setting(
        DATABASE,
        "sqlite+aiosqlite:///file or postgresql+asyncpg://…; one database is one municipality",
        default="sqlite+aiosqlite:///issuance.db",
        secret=True,
    )
    auto_migrate: str = setting(
        f"{PREFIX}AUTO_MIGRATE",
        "yes or no: bring the schema to this version when starting; empty is yes for SQLite, no for PostgreSQL",
        default="",
    )
    processes: int = setting(
        f"{PREFIX}PROCESSES",
        "how many processes of this server work for the municipality, this one included",
        default=1,
    )
    workers: int = setting(
        f"{PREFIX}WORKERS",
        "processes that this server forks behind its port; one that ends is replaced; 1 works alone, without a watcher",
        default=1,
    )
    hands: int = setting(
        f"{PREFIX}HANDS",
        "processes that take in large deliveries of the registry beside this one, on PostgreSQL, started when there are any; "
        "0: none",
        default=2,
    )
    bulk: int = setting(
        f"{PREFIX}BULK", "bytes from which a delivery of the registry is a large one", default=BULK
    )
    profile: Path = setting(
        f"{PREFIX}PROFILE",
        "the municipality's profile, a TOML file with its seals beside it",
        default=_PROFILE,
    )
    font: str = setting(
        FONT,
        "TrueType fonts, separated as in PATH: each character is drawn by the first that has it, IPAmj Mincho in front; "
        "empty is the system's IPAmj Mincho alone",
        default="",
    )
    always_open: bool = setting(
        f"{PREFIX}ALWAYS_OPEN", "yes: no service hours, for demonstrations", default=False
    )
    in_flight: int = setting(
        f"{PREFIX}IN_FLIGHT",
        "requests of the centre handled at once; more are told that we are busy",
        default=512,
    )
    registry: str = setting(
        REGISTRY,
        "https://… of the registry, which is asked at every issue whether this household has changed; empty asks nobody",
        default="",
    )
    registry_timeout: float = setting(
        f"{PREFIX}REGISTRY_TIMEOUT_SECONDS",
        "how long its answer may take before it counts as silent",
        default=0.5,
    )
    registry_alive: float = setting(
        f"{PREFIX}REGISTRY_ALIVE_SECONDS",
        "a registry heard in the feed so short a time ago is alive: without its answer nothing is issued",
        default=3.0,
    )
    catch_up: float = setting(
        f"{PREFIX}CATCH_UP_SECONDS",
        "how long an order waits for the copy to take in a change that the registry has already",
        default=1.0,
    )
    reconcile_seconds: int = setting(
        f"{PREFIX}RECONCILE_SECONDS",
        "seconds between two comparisons of the whole copy with the registry; 0 is never",
        default=86_400,
    )
    feed: str = setting(
        f"{PREFIX}FEED",
        "Redis whose stream is consumed too, redis://…, rediss://… or unix://…; empty takes HTTPS deliveries alone",
        default="",
        secret=True,
    )
    tls_certificate: Path = setting(f"{PREFIX}TLS_CERTIFICATE", "PEM file: our X.509 certificate")
    tls_key: Path = setting(f"{PREFIX}TLS_KEY", "PEM file: its private key")
    tls_authority: Path = setting(
        f"{PREFIX}TLS_AUTHORITY", "PEM file: the authority of all parties of the line"
    )
    signing_key: Path = setting(f"{PREFIX}SIGNING_KEY", "our message-signing key, a file named <kid>.key.pem")
    trusted_keys: Path = setting(
        f"{PREFIX}TRUSTED_KEYS",
        "folder of <role>--<name>--<kid>.pub.pem: the centre's and the registry's keys",
    )

    def __post_init__(self) -> None:
        if self.auto_migrate not in ("", "yes", "no"):
            raise InvalidValueError(f"{PREFIX}AUTO_MIGRATE", "must be yes, no or empty")
        if not 0 <= self.port <= 65535:
            raise InvalidValueError(f"{PREFIX}PORT", "must be 0 to 65535")
        if self.processes < 1:
            raise InvalidValueError(f"{PREFIX}PROCESSES", "at least this process works")
        if not 1 <= self.workers <= MOST_WORKERS:
            raise InvalidValueError(f"{PREFIX}WORKERS", f"must be 1 to {MOST_WORKERS}")
        if not 0 <= self.hands <= MOST_WORKERS:
            raise InvalidValueError(f"{PREFIX}HANDS", f"must be 0 to {MOST_WORKERS}")
        if self.in_flight < 1:
            raise InvalidValueError(f"{PREFIX}IN_FLIGHT", "must let at least one request in")
        if self.registry and not self.registry.startswith("https://"):
            raise InvalidValueError(REGISTRY, "must begin with https://, or be empty")
        for name, seconds in (
            ("REGISTRY_TIMEOUT_SECONDS", self.registry_timeout),
            ("REGISTRY_ALIVE_SECONDS", self.registry_alive),
            ("CATCH_UP_SECONDS", self.catch_up),
        ):
            if not 0 < seconds <= 60:
                raise InvalidValueError(PREFIX + name, "must be above 0 and at most a minute")
        if self.reconcile_seconds < 0:
            raise InvalidValueError(f"{PREFIX}RECONCILE_SECONDS", "must not be negative")

    @property
    def tls(self) -> TlsFiles:
        return TlsFiles(certificate=self.tls_certificate, key=self.tls_key, authority=self.tls_authority)

    @property
    def all_processes(self) -> int:
        """Declared or forked: how many write into the database at once."""
        return max(self.processes, self.workers)
