"""A private PostgreSQL on a unix socket, and a fresh database in milliseconds for whoever asks."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from certificates.errors import UnavailableError
from load_tests.servers.process import find_program, running, unix_socket_answers

_USER = "kofu"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """``folder`` holds the socket; there is no TCP port at all."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{_USER}@/{database}?host={self.folder}"

    @contextlib.asynccontextmanager
    async def database(self) -> AsyncIterator[str]:
        """The SQLAlchemy URL of an empty database that is dropped afterwards."""
        name = f"kofu_{secrets.token_hex(6)}"
        await self._execute(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    async def _execute(self, statement: str) -> None:
        async with asyncio.timeout(20):
            connection = await asyncpg.connect(host=str(self.folder), user=_USER, database="postgres")
            try:
                await connection.execute(statement)
            finally:
                await connection.close()


@contextlib.contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """Start one; ``durable`` False leaves out fsync (tests). Raises UnavailableError with the reason."""
    folders = [str(path) for path in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    initdb = find_program("initdb", "postgresql", *folders)
    postgres = find_program("postgres", "postgresql", *folders)
    # PostgreSQL refuses to run as root; its package made a user for it
    user = "postgres" if os.geteuid() == 0 else None
    folder = Path(tempfile.mkdtemp(prefix="kofu-pg-", dir="/tmp"))  # a short path: sockets allow 107 bytes
    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        made = subprocess.run(
            [initdb, "--no-sync", "-A", "trust", "-U", _USER, "-E", "UTF8", "--locale=C", "-D", str(data)],
            user=user,
            capture_output=True,
            cwd=folder,
            check=False,
        )
        if made.returncode != 0:
            reason = made.stderr.decode(errors="replace").strip().splitlines()[-1:]
            raise UnavailableError("PostgreSQL", f"initdb failed: {reason}", outcome_known=True)
        options = [
            "-c",
            "listen_addresses=",
            "-c",
            f"unix_socket_directories={folder}",
            "-c",
            "max_connections=100",
        ]
        if not durable:
            options += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
        socket = folder / ".s.PGSQL.5432"
        with running(
            "PostgreSQL",
            [postgres, "-D", str(data), *options],
            ready=lambda: (
                unix_socket_answers(socket)
                and (data / "postmaster.pid").read_text().rstrip().endswith("ready")
            ),
            log=folder / "log",
            user=user,
        ):
            yield PostgresServer(folder=folder)
    except PermissionError as error:
        raise UnavailableError(
            "PostgreSQL", f"cannot be started here: {error}", outcome_known=True
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
