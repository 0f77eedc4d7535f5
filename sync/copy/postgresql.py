"""Rows in bulk on PostgreSQL: arrays for keys, COPY for rows, through the driver's own connection."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from functools import cache

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy import tables
from sync.copy.replacing import replacing

# a type whose constructor has no annotations in SQLAlchemy
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_FEW = 20  # up to here one statement with arrays is quicker than COPY and a second table

Values = tuple[object, ...]


class PostgresqlRows:
    """See ``sync.copy.rows.BulkRows``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, sql: str, keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        kind = "bigint" if keys and isinstance(keys[0], int) else "text"
        async with self._driver() as driver:
            found: Sequence[Sequence[object]] = await driver.fetch(
                sql.replace("{keys}", f"SELECT unnest($1::{kind}[])"), keys
            )
        return found

    async def add(self, table: Table, rows: Sequence[Values]) -> None:
        if not rows:
            return
        async with self._driver() as driver:
            if len(rows) <= _FEW:
                await driver.execute(_insert(table), *_columns(rows))
            else:
                await driver.copy_records_to_table(table.name, records=rows, columns=_names(table))

    async def put(self, table: Table, rows: Sequence[Values]) -> None:
        if not rows:
            return
        async with self._driver() as driver:
            if len(rows) <= _FEW:
                await driver.execute(f"{_insert(table)} {replacing(table)}", *_columns(rows))
                return
            coming = f"coming_{table.name}"
            # made once for each connection; every commit empties it
            await driver.execute(
                f"CREATE TEMPORARY TABLE IF NOT EXISTS {coming} (LIKE {table.name}) ON COMMIT DELETE ROWS"
            )
            await driver.execute(f"TRUNCATE pg_temp.{coming}")
            await driver.copy_records_to_table(
                coming, schema_name="pg_temp", records=rows, columns=_names(table)
            )
            names = ", ".join(_names(table))
            await driver.execute(
                f"INSERT INTO {table.name} ({names}) SELECT {names} FROM pg_temp.{coming} {replacing(table)}"  # noqa: S608 - names of our own tables
            )

    async def move(self, leaves: Sequence[Values]) -> None:
        async with self._driver() as driver:
            await driver.execute(f"{_insert(tables.leaves)} {_MOVED}", *_columns(leaves))

    @contextlib.asynccontextmanager
    async def _driver(self) -> AsyncIterator[asyncpg.Connection]:
        """The driver's connection, inside the transaction that SQLAlchemy would begin with its first statement."""
        driver = (await self._connection.get_raw_connection()).driver_connection
        assert isinstance(driver, asyncpg.Connection)
        if not driver.is_in_transaction():
            await self._connection.exec_driver_sql("SELECT 1")
        try:
            yield driver
        except asyncpg.IntegrityConstraintViolationError as error:
            # the driver's own sentence tells the values of the row
            raise IntegrityError(None, None, Exception(type(error).__name__)) from None


_MOVED = (
    "ON CONFLICT (leaf) DO UPDATE SET high = leaves.high # excluded.high, low = leaves.low # excluded.low, "
    "touched = greatest(leaves.touched, excluded.touched)"
)


def _columns(rows: Sequence[Values]) -> list[Sequence[object]]:
    return [*zip(*rows, strict=True)]


@cache
def _names(table: Table) -> list[str]:
    return [column.name for column in table.c]


@cache
def _insert(table: Table) -> str:
    """All rows in one statement, a column an array."""
    arrays = ", ".join(
        f"${place}::{column.type.compile(_DIALECT)}[]" for place, column in enumerate(table.c, 1)
    )
    names = ", ".join(_names(table))
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})"  # noqa: S608 - names of our own tables
