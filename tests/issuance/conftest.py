"""The ledgers that every contract test runs on, a copy and a whole site: in memory, in SQLite, in PostgreSQL."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.wire.jose import SigningKey
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.adapters.sql.chain import Chain
from issuance_server.adapters.sql.group_commit import GroupCommit
from issuance_server.adapters.sql.ledger import SqlLedger
from issuance_server.adapters.sql.line import SqlLine
from issuance_server.adapters.sql.series import SqlSeries
from issuance_server.adapters.sql.withdrawals import SqlWithdrawals
from issuance_server.ports import Ledger, Line, Series, Withdrawals
from load_tests.servers.postgres import PostgresServer
from tests.issuance.issuance_line import Parties, Site, load_copy, site
from tests.issuance.issuance_world import CODE, NOON, resident
from tests.issuance.migrated import new_postgresql, new_sqlite, opened

KEY = SigningKey.generate("issuer-test")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """One process's ledger, withdrawals, line and series."""

    ledger: Ledger
    withdrawals: Withdrawals
    line: Line
    series: Series


OpenDesk = Callable[[], AbstractAsyncContextManager[Desk]]


@contextlib.asynccontextmanager
async def sql_desk(engine: AsyncEngine, key: SigningKey = KEY) -> AsyncIterator[Desk]:
    commits = GroupCommit(engine, Chain(CODE, key, "test", lambda: NOON))
    async with commits.running():
        yield Desk(
            ledger=SqlLedger(engine, commits, CODE),
            withdrawals=SqlWithdrawals(engine, commits, CODE),
            line=SqlLine(engine, commits),
            series=SqlSeries(commits, CODE),
        )


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'issuance.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, sqlite_url: str) -> AsyncIterator[str]:
    """An empty database, once in each kind."""
    if request.param == "sqlite":
        yield sqlite_url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def migrated_url(request: pytest.FixtureRequest, migrated_sqlite_url: str) -> AsyncIterator[str]:
    """A migrated database, once in each kind."""
    if request.param == "sqlite":
        yield migrated_sqlite_url
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    async with new_postgresql(server) as url:
        yield url


@pytest.fixture
async def migrated_sqlite_url(sqlite_url: str, tmp_path: Path) -> str:
    await new_sqlite(tmp_path / "issuance.db")
    return sqlite_url


@pytest.fixture
async def engine(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    """A migrated database whose series has begun, once in each kind."""
    async with opened(migrated_url) as engine:
        yield engine


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def open_desk(request: pytest.FixtureRequest, migrated_sqlite_url: str) -> AsyncIterator[OpenDesk]:
    """Opens one more desk on the same books, as one more process would."""
    if request.param == "memory":
        books = MemoryLedger()

        @contextlib.asynccontextmanager
        async def in_memory() -> AsyncIterator[Desk]:
            yield Desk(ledger=books, withdrawals=books, line=books, series=books)

        yield in_memory
        return
    async with contextlib.AsyncExitStack() as stack:
        url = migrated_sqlite_url
        if request.param == "postgresql":
            server: PostgresServer = request.getfixturevalue("postgres")
            url = await stack.enter_async_context(new_postgresql(server))
        engine = await stack.enter_async_context(opened(url))
        yield lambda: sql_desk(engine)


@pytest.fixture
async def desk(open_desk: OpenDesk) -> AsyncIterator[Desk]:
    async with open_desk() as opened:
        yield opened


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    """The files of everybody on the line."""
    return Parties(tmp_path_factory.mktemp("parties"))


@pytest.fixture
async def copy(migrated_url: str) -> AsyncIterator[AsyncEngine]:
    """A copy of three residents at number 1, in SQLite and in PostgreSQL."""
    async with opened(migrated_url) as engine:
        await load_copy(migrated_url, [resident(person) for person in (1, 2, 3)])
        yield engine


@pytest.fixture
async def here(parties: Parties, migrated_sqlite_url: str) -> AsyncIterator[Site]:
    """A whole issuance server that keeps its books in SQLite."""
    async with site(parties, migrated_sqlite_url) as opened:
        yield opened
