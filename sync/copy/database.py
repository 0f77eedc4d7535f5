"""Opening a copy's database: a URL scheme from a closed table, and the transactions that each database needs."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Mapping

import asyncpg
from sqlalchemy import Connection, event
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DataError, DBAPIError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection
from sqlalchemy.util.concurrency import greenlet_spawn

from certificates.errors import ConfigurationError, UnavailableError

_WRITES = "kofu_writes"
_BUSY_SECONDS = 30.0


def open_database(url: str, *, pool_size: int = 16) -> AsyncEngine:
    """The engine for ``sqlite+aiosqlite:///file`` or ``postgresql+asyncpg://…``; whoever opens it disposes of it.

    Nothing is connected yet. Raises ConfigurationError.
    """
    try:
        scheme = make_url(url).drivername
    except ArgumentError as error:
        raise ConfigurationError("database", "is not a database URL") from error
    if scheme not in _SCHEMES:
        raise ConfigurationError("database", f"{scheme} is not one of {', '.join(sorted(_SCHEMES))}")
    return _SCHEMES[scheme](url, pool_size)


def _sqlite(url: str, pool_size: int) -> AsyncEngine:
    if make_url(url).database in (None, "", ":memory:"):
        raise ConfigurationError("database", "SQLite needs a file: several connections must see one database")
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        # closing a connection ends its transaction; a second rollback would only be one more change of threads
        pool_reset_on_return=None,
        connect_args={"timeout": _BUSY_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    # the driver must not begin transactions of its own: ours say whether they write
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # only writers take the lock at once; a writer that began as a reader could fail half-way with SQLITE_BUSY
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _postgresql(url: str, pool_size: int) -> AsyncEngine:
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        # the connection last used has its statements and their plans in the processor's cache
        pool_use_lifo=True,
    )


_SCHEMES: Mapping[str, Callable[[str, int], AsyncEngine]] = {
    "sqlite+aiosqlite": _sqlite,
    "postgresql+asyncpg": _postgresql,
}


@contextlib.asynccontextmanager
async def reading(engine: AsyncEngine, *, seconds: float = 10.0) -> AsyncIterator[AsyncConnection]:
    """A connection to read with. Raises UnavailableError, also when ``seconds`` have passed."""
    with _translated(outcome_known=True):
        async with asyncio.timeout(seconds), engine.connect() as connection:
            yield connection


@contextlib.asynccontextmanager
async def driving(engine: AsyncEngine, *, seconds: float = 10.0) -> AsyncIterator[PoolProxiedConnection]:
    """A connection of the engine's pool for one statement through its driver alone, outside any transaction.

    SQLAlchemy's own connection around it costs more than a short query. Raises UnavailableError as ``reading``.
    """
    with _translated(outcome_known=True):
        async with asyncio.timeout(seconds):
            connection = await greenlet_spawn(engine.sync_engine.pool.connect)
            try:
                yield connection
            finally:
                await greenlet_spawn(connection.close)


@contextlib.asynccontextmanager
async def writing(engine: AsyncEngine, *, seconds: float = 60.0) -> AsyncIterator[AsyncConnection]:
    """One transaction that writes; commits on leaving, rolls back on any error.

    Raises UnavailableError, also when ``seconds`` have passed.
    """
    with _translated(outcome_known=False):
        async with asyncio.timeout(seconds), engine.connect() as connection:
            await connection.execution_options(**{_WRITES: True})
            async with connection.begin():
                yield connection


@contextlib.asynccontextmanager
async def writing_alone(engine: AsyncEngine, *, seconds: float = 60.0) -> AsyncIterator[AsyncConnection]:
    """``writing`` as the copy's one writer: nothing that it reads can change under it. Raises as ``writing``."""
    async with writing(engine, seconds=seconds) as connection:
        if connection.dialect.name in _LOCKS:
            await connection.exec_driver_sql(_LOCKS[connection.dialect.name])
        yield connection


# One writer of the copy at a time, before the first look at it. SQLite has locked already (BEGIN IMMEDIATE);
# 1802462837 is "kofu".
_LOCKS = {"postgresql": "SELECT pg_advisory_xact_lock(1802462837)"}


@contextlib.contextmanager
def _translated(*, outcome_known: bool) -> Iterator[None]:
    try:
        yield
    except (IntegrityError, DataError, ProgrammingError):
        raise  # a fault of ours, not of the database
    except (
        DBAPIError,
        PoolTimeoutError,
        asyncpg.PostgresError,
        asyncpg.InterfaceError,
        asyncpg.InternalClientError,
        sqlite3.Error,
        TimeoutError,
        OSError,
    ) as error:
        raise UnavailableError("database", type(error).__name__, outcome_known=outcome_known) from error
