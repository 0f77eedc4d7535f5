"""Rows in bulk on SQLite: one prepared statement a table for many rows, sets of keys as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy.parts import Part, Way
from sync.copy.replacing import replacing


class SqliteRows:
    """See ``sync.copy.rows.BulkRows``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def find(self, sql: str, *keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        # a parameter with a number can stand in several places
        sets = [f"SELECT value FROM json_each(?{place})" for place, _ in enumerate(keys, 1)]  # noqa: S608 - a number
        given = tuple(json.dumps([*some]) for some in keys)
        statement = sql.format(*sets, of="IN (", end=")")
        return [tuple(row) for row in await self._connection.exec_driver_sql(statement, given)]

    async def write(self, parts: Sequence[Part]) -> None:
        for part in parts:
            if part.rows:
                await self._connection.exec_driver_sql(_insert(part.table, part.way), [*part.rows])


# SQLite has no exclusive or: what stands in one of the two but not in both
_MOVED = (
    "ON CONFLICT (leaf) DO UPDATE SET "
    "high = (leaves.high | excluded.high) - (leaves.high & excluded.high), "
    "low = (leaves.low | excluded.low) - (leaves.low & excluded.low), "
    "touched = max(leaves.touched, excluded.touched)"
)


@cache
def _insert(table: Table, way: Way) -> str:
    names = ", ".join(column.name for column in table.c)
    marks = ", ".join("?" for _ in table.c)
    on_conflict: Mapping[Way, str] = {Way.PUT: replacing(table), Way.MOVE: _MOVED}
    return f"INSERT INTO {table.name} ({names}) VALUES ({marks}) {on_conflict.get(way, '')}"  # noqa: S608 - names of our own tables
