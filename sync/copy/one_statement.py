"""One prepared statement through the database driver's own connection: the read of the issuing path and of the push.

SQLAlchemy makes the statement, knows the dialect and pools the connections. Executing through it costs more than the
query itself: on SQLite every step of a cursor is a change of threads.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiosqlite
import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.util.concurrency import greenlet_spawn

from certificates.errors import UnavailableError
from sync.copy.database import driving

Rows = Sequence[Sequence[object]]


class OneStatement:
    """``statement`` has bound parameters, each of which occurs once; the engine stays its opener's."""

    def __init__(self, engine: AsyncEngine, statement: ClauseElement, *, seconds: float) -> None:
        self._engine = engine
        self._sql = str(statement.compile(dialect=engine.dialect))
        self._fetch = _DRIVERS[engine.dialect.name]
        self._seconds = seconds

    async def rows(self, *values: object) -> Rows:
        """All rows, of one snapshot, for the parameters in their order. Raises UnavailableError, also when ``seconds`` have passed."""
        async with driving(self._engine, seconds=self._seconds) as connection:
            try:
                return await self._fetch(connection.driver_connection, self._sql, values)
            except _FAILURES as error:
                await greenlet_spawn(connection.invalidate)
                if isinstance(error, _SERVER_GONE):
                    # and with it every other connection that it had given out
                    await self._engine.dispose(close=False)
                raise UnavailableError("database", type(error).__name__, outcome_known=True) from error


_SERVER_GONE = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InterfaceError,  # the connection was closed before we asked
    asyncpg.InternalClientError,  # … or while we asked
    OSError,
)
_FAILURES = (sqlite3.Error, asyncpg.PostgresError, *_SERVER_GONE)


async def _sqlite(driver: object, sql: str, values: Sequence[object]) -> Rows:
    assert isinstance(driver, aiosqlite.Connection)
    # outside any transaction a single statement is a snapshot of its own
    return [tuple(row) for row in await driver.execute_fetchall(sql, values)]


async def _postgresql(driver: object, sql: str, values: Sequence[object]) -> Rows:
    assert isinstance(driver, asyncpg.Connection)
    rows: Rows = await driver.fetch(sql, *values)
    return rows


_DRIVERS: Mapping[str, Callable[[object, str, Sequence[object]], Awaitable[Rows]]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
}
