"""Copies that every contract test runs on: in memory, in SQLite, in PostgreSQL; the registry's books and its desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.service.keyring import load_signing_key
from load_tests.authority.transport import TransportAuthority
from load_tests.servers.postgres import PostgresServer
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.copy.register import RegisterCopy
from sync.copy.tables import metadata
from sync.feed.full_load import load_full
from sync.feed.redis import open_redis
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.adapters.sql import open_books
from sync.registry.ports import Books
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_desk import REGISTRY, Desk
from tests.sync.sync_world import NOW, TRUSTED, Held, TestRegistry, small_town
from tests.sync.templates import blank, loaded


@asynccontextmanager
async def database(path: Path, content: bytes | None = None) -> AsyncIterator[AsyncEngine]:
    """A copy in SQLite that begins with ``content``; without, as one that was never loaded."""
    path.write_bytes(content or blank())
    engine = open_database(f"sqlite+aiosqlite:///{path}")
    try:
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty copy in SQLite."""
    async with database(tmp_path / "copy.db") as opened:
        yield opened


_with_tables: set[PostgresServer] = set()


@asynccontextmanager
async def postgres_copy(server: PostgresServer) -> AsyncIterator[AsyncEngine]:
    """An empty copy in the run's own PostgreSQL; emptied rather than made anew, which takes ten times as long."""
    engine = open_database(server.url("postgres"))
    try:
        async with engine.begin() as connection:
            if server not in _with_tables:
                await connection.run_sync(metadata.create_all)
                _with_tables.add(server)
            names = ", ".join(table.name for table in metadata.sorted_tables)
            await connection.execute(text(f"TRUNCATE {names}"))
        yield engine
    finally:
        await engine.dispose()


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Held]:
    """A copy that was never loaded."""
    if request.param == "memory":
        copy = MemoryCopy()
        yield Held(store=copy, reader=copy)
    elif request.param == "sqlite":
        async with database(tmp_path / "copy.db") as opened:
            yield Held(store=opened, reader=RegisterCopy(opened))
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        async with postgres_copy(server) as opened:
            yield Held(store=opened, reader=RegisterCopy(opened))


@pytest.fixture
def registry() -> TestRegistry:
    return TestRegistry()


@pytest.fixture
async def held(empty: Held, registry: TestRegistry, tmp_path: Path) -> Held:
    """A copy that has taken the registry's full load."""
    copy = tmp_path / "copy.db"
    if copy.exists():
        copy.write_bytes(await loaded())  # nothing is connected yet
        return empty
    await load_full(
        empty.store, registry.write(tmp_path / "full.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW
    )
    return empty


@pytest.fixture
async def simple(registry: TestRegistry) -> Held:
    """The same in memory alone, for what does not depend on where a copy is kept."""
    copy = registry.ideal()
    return Held(store=copy, reader=copy)


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    """Of a registry that has entered thirty changes."""
    authority = TransportAuthority(tmp_path, now=datetime.now(UTC))
    key = load_signing_key(authority.enrol(REGISTRY).signing_key)
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    await books.enter(day_of_changes(small_town(), 30, seed=5))
    return Desk(authority=authority, books=books, key=key)


@pytest.fixture(params=["memory", "sqlite"])
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    """A registry's empty books, in memory and in a file."""
    if request.param == "memory":
        yield MemoryBooks(MUNICIPALITY)
    else:
        async with open_books(f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}", MUNICIPALITY) as opened:
            yield opened


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    """An empty Redis."""
    async with open_redis(redis_url, "TEST", seconds=5) as opened:
        await opened.flushall()
        yield opened


@pytest.fixture
def copy() -> Held:
    """The small town's copy in memory, before the first change."""
    copy = TestRegistry().ideal()
    return Held(store=copy, reader=copy)
