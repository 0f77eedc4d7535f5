"""Rows in bulk: each database has its own quickest way in, chosen from a closed table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from sync.copy import tables
from sync.copy.parts import Part, Values, Way
from sync.copy.postgresql import PostgresqlRows
from sync.copy.sql_rows import row_values
from sync.copy.sqlite import SqliteRows
from sync.copy.store import LeafMove, Row
from sync.reconcile.leaves import halves


class BulkRows(Protocol):
    """Many rows at once, within the transaction of the connection."""

    async def find(self, sql: str, *keys: Sequence[str] | Sequence[int]) -> Sequence[Sequence[object]]:
        """The rows of a statement.

        ``{0}``, ``{1}`` … stand in it for selects of one set of keys each, and ``{of}`` and ``{end}`` around the select
        of which a column's value must be one.
        """
        ...

    async def write(self, parts: Sequence[Part]) -> None:
        """All parts, in one statement where the database can; no table stands in ``parts`` twice.

        Raises IntegrityError when a row that is to be added is there already.
        """
        ...


_KINDS: Mapping[str, type[PostgresqlRows] | type[SqliteRows]] = {
    "postgresql": PostgresqlRows,
    "sqlite": SqliteRows,
}


def bulk_rows(connection: AsyncConnection) -> BulkRows:
    return _KINDS[connection.dialect.name](connection)


def current(rows: Iterable[Row]) -> list[Part]:
    """Insert or replace by key; of several rows with one key the last one stays. No history, no leaves."""
    by_table: dict[Table, dict[object, Values]] = {}
    for row in rows:
        table, values = row_values(row)
        by_table.setdefault(table, {})[values[0]] = values
    return [Part(table, Way.PUT, [*by_key.values()]) for table, by_key in by_table.items()]


def moved(moves: Iterable[LeafMove]) -> Part:
    """Exclusive-or each digest into its leaf, which is made where there is none; no leaf stands in ``moves`` twice."""
    rows: list[Values] = [(move.leaf, *halves(move.digest), move.touched) for move in moves]
    return Part(tables.leaves, Way.MOVE, rows)


async def put_rows(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """Write what ``current`` makes of the rows."""
    await bulk_rows(connection).write(current(rows))


async def add_rows(connection: AsyncConnection, rows: Iterable[Row]) -> None:
    """Rows none of which is there yet. Raises IntegrityError."""
    by_table: dict[Table, list[Values]] = {}
    for row in rows:
        table, values = row_values(row)
        by_table.setdefault(table, []).append(values)
    parts = [Part(table, Way.LOAD, added) for table, added in by_table.items()]
    await bulk_rows(connection).write(parts)


async def move_leaves(connection: AsyncConnection, moves: Iterable[LeafMove]) -> None:
    """Write what ``moved`` makes of the moves."""
    await bulk_rows(connection).write([moved(moves)])
