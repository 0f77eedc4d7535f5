"""Rows in bulk on SQLite: one prepared statement for many rows, keys in portions."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy import tables
from sync.copy.replacing import replacing

_KEYS_AT_ONCE = 1_000  # every build of SQLite takes as many parameters

Values = tuple[object, ...]


class SqliteRows:
    """See ``sync.copy.rows.BulkRows``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, sql: str, keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        found: list[Sequence[object]] = []
        for start in range(0, len(keys), _KEYS_AT_ONCE):
            portion = tuple(keys[start : start + _KEYS_AT_ONCE])
            marks = ", ".join("(?)" for _ in portion)
            rows = await self._connection.exec_driver_sql(sql.replace("{keys}", f"VALUES {marks}"), portion)
            found.extend(tuple(row) for row in rows)
        return found

    async def add(self, table: Table, rows: Sequence[Values]) -> None:
        await self._execute(_insert(table), rows)

    async def put(self, table: Table, rows: Sequence[Values]) -> None:
        await self._execute(f"{_insert(table)} {replacing(table)}", rows)

    async def move(self, leaves: Sequence[Values]) -> None:
        await self._execute(f"{_insert(tables.leaves)} {_MOVED}", leaves)

    async def _execute(self, sql: str, rows: Sequence[Values]) -> None:
        if rows:
            await self._connection.exec_driver_sql(sql, [*rows])


# SQLite has no exclusive or: what stands in one of the two but not in both
_MOVED = (
    "ON CONFLICT (leaf) DO UPDATE SET "
    "high = (leaves.high | excluded.high) - (leaves.high & excluded.high), "
    "low = (leaves.low | excluded.low) - (leaves.low & excluded.low), "
    "touched = max(leaves.touched, excluded.touched)"
)


@cache
def _insert(table: Table) -> str:
    names = ", ".join(column.name for column in table.c)
    marks = ", ".join("?" for _ in table.c)
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks})"  # noqa: S608 - names of our own tables
