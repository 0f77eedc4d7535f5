"""Migrated databases: made once in a run and copied for each test, which takes a fraction of migrating."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from issuance_server.adapters.sql.schema import migrate
from issuance_server.adapters.sql.series import begin_series
from load_tests.servers.postgres import PostgresServer
from sync.copy.database import open_database
from tests.issuance.issuance_world import CODE

_TEMPLATE = "kofu_migrated"
_sqlite: list[bytes] = []
_servers: set[PostgresServer] = set()


async def _migrate(url: str) -> None:
    engine = open_database(url)
    try:
        await migrate(engine)
    finally:
        await engine.dispose()


async def new_sqlite(path: Path) -> None:
    """A database at head; one that is there is left as it is."""
    if path.exists():
        return
    if not _sqlite:
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "issuance.db"
            await _migrate(f"sqlite+aiosqlite:///{made}")
            _sqlite.append(made.read_bytes())
    path.write_bytes(_sqlite[0])


@contextlib.asynccontextmanager
async def new_postgresql(server: PostgresServer) -> AsyncIterator[str]:
    """The URL of a database at head that is dropped afterwards."""
    if server not in _servers:
        await server.execute(f"CREATE DATABASE {_TEMPLATE}")
        await _migrate(server.url(_TEMPLATE))
        _servers.add(server)
    async with server.database(template=_TEMPLATE) as url:
        yield url


@contextlib.asynccontextmanager
async def opened(url: str) -> AsyncIterator[AsyncEngine]:
    """A database at head whose series has begun."""
    engine = open_database(url)
    try:
        await begin_series(engine, CODE)
        yield engine
    finally:
        await engine.dispose()
