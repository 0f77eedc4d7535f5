"""A private PostgreSQL on a unix socket, and a fresh database in milliseconds for whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from certificates.errors import UnavailableError
from load_tests.servers.process import find_program, kill_all, running, unix_socket_answers

_USER = "kofu"
_HASTY: Final = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
_IN_MEMORY_BYTES: Final = 2 << 30  # more than its log may grow to
_START_SECONDS = 60.0  # recovery after a kill reads the log again


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """``folder`` holds the socket; there is no TCP port at all."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{_USER}@/{database}?host={self.folder}"

    @contextlib.asynccontextmanager
    async def database(self, *, template: str = "template1") -> AsyncIterator[str]:
        """The SQLAlchemy URL of an empty database, or of a copy of ``template``, that is dropped afterwards."""
        name = f"kofu_{secrets.token_hex(6)}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        try:
            yield self.url(name)
        finally:
            await self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def execute(self, statement: str) -> None:
        async with asyncio.timeout(20):
            connection = await asyncpg.connect(host=str(self.folder), user=_USER, database="postgres")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()


class PostgresCluster:
    """The data of one PostgreSQL under ``folder``: started, killed and started again at the same socket."""

    def __init__(self, folder: Path, *, durable: bool, settings: Mapping[str, str] | None = None) -> None:
        binaries = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
        self._initdb = find_program("initdb", "postgresql", *binaries)
        self._postgres = find_program("postgres", "postgresql", *binaries)
        # PostgreSQL refuses to run as root; its package made a user for it
        self._user = "postgres" if os.geteuid() == 0 else None
        self._folder = folder
        self._data = folder / "data"
        self._options = {
            "listen_addresses": "",
            "unix_socket_directories": str(folder),
            "max_connections": "100",
            **({} if durable else _HASTY),
            **(settings or {}),
        }
        self._process = ExitStack()
        self._pid = 0

    @property
    def server(self) -> PostgresServer:
        return PostgresServer(folder=self._folder)

    def create(self) -> None:
        """Make the empty cluster. Raises UnavailableError with the reason."""
        if self._user is not None:
            shutil.chown(self._folder, self._user)
        options = ["--no-sync", "-A", "trust", "-U", _USER, "-E", "UTF8", "--locale=C"]
        made = subprocess.run(
            [self._initdb, *options, "-D", str(self._data)],
            user=self._user,
            capture_output=True,
            cwd=self._folder,
            check=False,
        )
        if made.returncode != 0:
            reason = made.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise UnavailableError("PostgreSQL", f"initdb failed: {reason}", outcome_known=True)

    def start(self) -> None:
        """Start, or start again with crash recovery. Raises UnavailableError with the end of the log."""
        options = [word for name, value in self._options.items() for word in ("-c", f"{name}={value}")]
        process = self._process.enter_context(
            running(
                "PostgreSQL",
                [self._postgres, "-D", str(self._data), *options],
                ready=self._is_ready,
                log=self._folder / "log",
                seconds=_START_SECONDS,
                user=self._user,
            )
        )
        self._pid = process.pid

    def kill(self) -> None:
        """kill -9 of the server and of every process that works for it."""
        kill_all(self._pid)
        self._process.close()

    def stop(self) -> None:
        self._process.close()

    def _is_ready(self) -> bool:
        pid_file = self._data / "postmaster.pid"
        if not pid_file.exists():
            return False
        lines = pid_file.read_text().split("\n")
        # a file that a killed server left says ready too: the socket has to answer as well
        return unix_socket_answers(self._folder / ".s.PGSQL.5432") and lines[-2].strip() == "ready"


def _parent(*, durable: bool) -> Path:
    """Memory where nothing has to last: making and dropping tables is making and dropping files."""
    memory = Path("/dev/shm")  # noqa: S108 - only the parent of a fresh private folder
    if not durable and memory.is_dir() and shutil.disk_usage(memory).free > _IN_MEMORY_BYTES:
        return memory
    return Path("/tmp")  # noqa: S108 - the same; short, as sockets allow a path of 107 bytes


@contextlib.contextmanager
def postgres_cluster(
    *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresCluster]:
    """One that runs; ``durable`` False leaves out fsync (tests). Raises UnavailableError with the reason."""
    folder = Path(tempfile.mkdtemp(prefix="kofu-pg-", dir=_parent(durable=durable)))
    try:
        cluster = PostgresCluster(folder, durable=durable, settings=settings)
        try:
            cluster.create()
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
    except PermissionError as error:
        raise UnavailableError(
            "PostgreSQL", f"cannot be started here: {error}", outcome_known=True
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def postgres_server(
    *, durable: bool = False, settings: Mapping[str, str] | None = None
) -> Iterator[PostgresServer]:
    """Start one; ``durable`` False leaves out fsync (tests), ``settings`` are those of postgresql.conf.

    Raises UnavailableError with the reason.
    """
    with postgres_cluster(durable=durable, settings=settings) as cluster:
        yield cluster.server
