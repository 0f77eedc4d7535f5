"""Holding the copy against what must be in it: every row byte for byte, every history row, every number of the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from load_tests.chaos.story import Expected, History
from sync.change.events import Record
from sync.change.records import text_of
from sync.copy import tables
from sync.copy.database import reading
from sync.copy.sql_rows import row_values
from sync.copy.store import InboxState, Row, row_of
from sync.reconcile.leaves import joined, leaf_moves

_SECONDS = 600.0
_EXAMPLES = 5
_CURRENT = (tables.residents, tables.seals, tables.suppressions, tables.cards)
Cells = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Counts; all but ``rows``, ``histories`` and ``numbers`` (how much was compared) must be 0.

    ``lost``: numbers that are not in the inbox, and history rows of other numbers (0: the full load's) that are not
    there. ``doubled``: history rows that are there once too often, and numbers beyond the last. ``different``:
    current rows of which a byte differs, that are missing or that nobody sent, in the copy or in the registry's own
    books. ``leaves``: digests of the tree that are not those of the rows. ``still_aside``: changes whose state in
    the inbox, or the fault for which they were set aside, is not what it must be; ``examples`` names the first of
    them, with its fault and nothing personal.
    """

    rows: int
    histories: int
    numbers: int
    lost: int
    doubled: int
    different: int
    leaves: int
    still_aside: int
    examples: Sequence[str] = ()

    @property
    def good(self) -> bool:
        faults = self.lost + self.doubled + self.different + self.leaves + self.still_aside
        return faults == 0 and self.numbers > 0


async def compare(copy: AsyncEngine, registry: Iterable[Record], expected: Expected) -> Verdict:
    """Read the whole copy, into which nothing flows any more. Raises UnavailableError."""
    async with reading(copy, seconds=_SECONDS) as connection:
        current = {table.name: await _rows(connection, table) for table in _CURRENT}
        leaves = await _leaves(connection)
        history = await _history(connection)
        inbox = await _inbox(connection)
    wanted = _wanted(expected.rows())
    books = _wanted(row_of(record, text_of(record)) for record in registry)
    missing, extra = expected.history - history, history - expected.history
    numbers = range(1, expected.last + 1)
    aside = [
        number for number, stands in inbox.items() if (stands.state, stands.fault) != _due(number, expected)
    ]
    return Verdict(
        rows=sum(map(len, current.values())),
        histories=history.total(),
        numbers=len(inbox),
        lost=sum(number not in inbox for number in numbers)
        + sum(count for entry, count in missing.items() if entry[2] in {0, *inbox}),
        doubled=extra.total() + sum(number not in numbers for number in inbox),
        different=_differing(current, wanted) + _differing(books, wanted),
        leaves=_wrong_leaves(leaves, expected.rows()),
        still_aside=len(aside),
        examples=[f"number {number}: {inbox[number]}" for number in aside[:_EXAMPLES]],
    )


def _wanted(rows: Iterable[Row]) -> dict[str, dict[str, Cells]]:
    """By table and key (the first column), the cells in the order of the table's columns."""
    found: dict[str, dict[str, Cells]] = {table.name: {} for table in _CURRENT}
    for row in rows:
        table, values = row_values(row)
        found[table.name][str(values[0])] = values
    return found


def _differing(one: dict[str, dict[str, Cells]], other: dict[str, dict[str, Cells]]) -> int:
    return sum(
        one[name].get(key) != other[name].get(key)
        for name in one
        for key in one[name].keys() | other[name].keys()
    )


async def _rows(connection: AsyncConnection, table: Table) -> dict[str, Cells]:
    return {str(row[0]): tuple(row) for row in await connection.execute(select(table))}


async def _history(connection: AsyncConnection) -> History:
    history = tables.resident_history.c
    query = select(history.number, history.history, history.sequence, history.record)
    return Counter(tuple(row) for row in await connection.execute(query))


@dataclass(frozen=True, slots=True)
class _Stands:
    """One number of the inbox, in words where it was set aside."""

    state: InboxState
    fault: str | None
    where: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.state.value, self.fault, self.where)))


def _due(number: int, expected: Expected) -> tuple[InboxState, str | None]:
    fault = expected.set_aside.get(number)
    return (InboxState.APPLIED, None) if fault is None else (InboxState.CORRECTED, fault.value)


async def _inbox(connection: AsyncConnection) -> dict[int, _Stands]:
    inbox = tables.inbox.c
    query = select(inbox.sequence, inbox.state, inbox.fault, inbox.location).order_by(inbox.sequence)
    rows = await connection.execute(query)
    return {row.sequence: _Stands(InboxState(row.state), row.fault, row.location) for row in rows}


async def _leaves(connection: AsyncConnection) -> dict[str, int]:
    leaves = tables.leaves.c
    found = await connection.execute(select(leaves.leaf, leaves.high, leaves.low))
    return {row.leaf: joined(row.high, row.low) for row in found}


def _wrong_leaves(stored: dict[str, int], rows: Iterable[Row]) -> int:
    moves = {move.leaf: move.digest for move in leaf_moves((0, None, row) for row in rows)}
    return sum(stored.get(leaf, 0) != moves.get(leaf, 0) for leaf in stored.keys() | moves.keys())
