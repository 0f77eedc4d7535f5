"""Rows in bulk: each database has its own quickest way in, chosen from a closed table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy.postgresql import PostgresqlRows
from sync.copy.sql_rows import row_values
from sync.copy.sqlite import SqliteRows
from sync.copy.store import Row
from sync.reconcile.leaves import LeafMove, halves

Values = tuple[object, ...]
"""One row of a table, its columns in the table's order."""


class BulkRows(Protocol):
    """Many rows at once, within the transaction of the connection."""

    async def find(self, sql: str, keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        """The rows of a statement that holds ``{keys}`` once, where a set of keys belongs."""
        ...

    async def add(self, table: Table, rows: Sequence[Values]) -> None:
        """New rows. Raises IntegrityError when a key is there already."""
        ...

    async def put(self, table: Table, rows: Sequence[Values]) -> None:
        """Insert or replace by primary key; no key stands in ``rows`` twice."""
        ...

    async def move(self, leaves: Sequence[Values]) -> None:
        """Rows of the leaves' table: exclusive or of the halves, the larger of the numbers."""
        ...


_KINDS: Mapping[str, type[PostgresqlRows] | type[SqliteRows]] = {
    "postgresql": PostgresqlRows,
    "sqlite": SqliteRows,
}


def bulk_rows(connection: AsyncConnection) -> BulkRows:
    return _KINDS[connection.dialect.name](connection)


async def put_rows(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """Insert or replace by key; of several rows with one key the last one stays. No history, no leaves."""
    by_table: dict[Table, dict[object, Values]] = {}
    for row in rows:
        table, values = row_values(row)
        by_table.setdefault(table, {})[values[0]] = values
    bulk = bulk_rows(connection)
    for table, by_key in by_table.items():
        await bulk.put(table, [*by_key.values()])


async def add_rows(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """Rows none of which is there yet. Raises IntegrityError."""
    by_table: dict[Table, list[Values]] = {}
    for row in rows:
        table, values = row_values(row)
        by_table.setdefault(table, []).append(values)
    bulk = bulk_rows(connection)
    for table, added in by_table.items():
        await bulk.add(table, added)


async def move_leaves(connection: AsyncConnection, moves: Iterable[LeafMove]) -> None:
    """Exclusive-or each digest into its leaf, which is made where there is none; no leaf stands in ``moves`` twice."""
    rows: list[Values] = [(move.leaf, *halves(move.digest), move.touched) for move in moves]
    if rows:
        await bulk_rows(connection).move(rows)
