"""Rows in bulk on PostgreSQL: a column an array, all tables in one statement; COPY for a full load."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import cache

import asyncpg
from sqlalchemy import Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy.parts import Part, Way
from sync.copy.replacing import replacing

# a type whose constructor has no annotations in SQLAlchemy
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class PostgresqlRows:
    """See ``sync.copy.rows.BulkRows``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, sql: str, *keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        kinds = ["bigint" if some and isinstance(some[0], int) else "text" for some in keys]
        sets = [f"SELECT unnest(${place}::{kind}[])" for place, kind in enumerate(kinds, 1)]
        async with self._driver() as driver:
            found: Sequence[Sequence[object]] = await driver.fetch(sql.format(*sets, of=_OF, end=_END), *keys)
        return found

    async def write(self, parts: Sequence[Part]) -> None:
        together: list[Part] = []
        async with self._driver() as driver:
            for part in parts:
                if part.way is Way.LOAD and part.rows:
                    names = _names(part.table)
                    await driver.copy_records_to_table(part.table.name, records=part.rows, columns=names)
                elif part.rows:
                    together.append(part)
            if together:
                statement = _statement(tuple((part.table, part.way) for part in together))
                arrays = (column for part in together for column in zip(*part.rows, strict=True))
                await driver.execute(statement, *arrays)

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


# as an array the planner looks every key up in the index; of IN and a subquery it thinks that it may read the whole table
_OF, _END = "= ANY (ARRAY (", "))"
_MOVED = (
    "ON CONFLICT (leaf) DO UPDATE SET high = leaves.high # excluded.high, low = leaves.low # excluded.low, "
    "touched = greatest(leaves.touched, excluded.touched)"
)


@cache
def _statement(parts: tuple[tuple[Table, Way], ...]) -> str:
    """One INSERT a table, each but the last in a CTE: one round trip, one plan that the connection keeps."""
    inserts: list[str] = []
    first = 1
    for table, way in parts:
        inserts.append(_insert(table, way, first))
        first += len(table.c)
    *before, last = inserts
    if not before:
        return last
    return "WITH " + ", ".join(f"part{place} AS ({each})" for place, each in enumerate(before)) + " " + last


def _insert(table: Table, way: Way, first: int) -> str:
    """``first``: the number of the table's first parameter."""
    arrays = ", ".join(
        f"${place}::{column.type.compile(_DIALECT)}[]" for place, column in enumerate(table.c, first)
    )
    names = ", ".join(_names(table))
    on_conflict: Mapping[Way, str] = {Way.ADD: "", Way.PUT: replacing(table), Way.MOVE: _MOVED}
    return f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) {on_conflict[way]}"  # noqa: S608 - names of our own tables


@cache
def _names(table: Table) -> list[str]:
    return [column.name for column in table.c]
