"""Setting the copy right: doubt at once, then the registry's own signed rows in place of what was wrong.

The rows of a subject may be taken over when every change that names it is in the copy (no change is overtaken), and
nothing of its leaf was applied after the number at which the registry answered (no change is undone).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sync.change.records import Kind
from sync.copy.database import writing_alone
from sync.copy.rows import put_rows
from sync.copy.sql_rows import microseconds
from sync.copy.store import FeedState, ResidentRow, Row
from sync.copy.tables import doubts, leaves, resident_history
from sync.reconcile.leaves import Leaf, halves, joined, leaf_of, text_digest
from sync.reconcile.snapshot import LEAVES_AT_ONCE, comparable_state, kinds_aside
from sync.reconcile.sources import SOURCES
from sync.reconcile.subjects import is_leaf, is_subject, row_key

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """The registry's rows of one subject as it stood at ``position``; ``kinds`` are those to be replaced.

    ``position`` None: no registry can know such a subject, and its rows only go.
    """

    subject: str = field(repr=False)
    touched: int
    position: int | None
    rows: Sequence[Row] = field(repr=False)
    kinds: frozenset[Kind]


async def doubt(engine: AsyncEngine, subjects: Iterable[str], at: datetime) -> None:
    """From now on nothing is issued for these, until ``settle``. Raises UnavailableError."""
    async with writing_alone(engine) as connection:
        await _add_doubts(connection, subjects, at)


async def settle(engine: AsyncEngine, doubtful: Collection[str], at: datetime) -> None:
    """Only these stay in doubt. Raises UnavailableError."""
    async with writing_alone(engine) as connection:
        known = frozenset(await connection.scalars(select(doubts.c.subject)))
        await _end_doubts(connection, known - frozenset(doubtful))
        await _add_doubts(connection, doubtful, at)


async def _add_doubts(connection: AsyncConnection, subjects: Iterable[str], at: datetime) -> None:
    known = frozenset(await connection.scalars(select(doubts.c.subject)))
    values = [
        {
            "subject": name,
            "resident": name[1:] if name[:1] == "r" else None,
            "household": name[1:] if name[:1] == "h" else None,
            "found_at": microseconds(at),
        }
        for name in sorted(frozenset(subjects) - known)
        if is_subject(name)  # of any other nobody could be issued anything
    ]
    if values:
        await connection.execute(insert(doubts), values)


async def _end_doubts(connection: AsyncConnection, subjects: Iterable[str]) -> None:
    for name in subjects:
        await connection.execute(delete(doubts).where(doubts.c.subject == name))


async def replace(engine: AsyncEngine, replacements: Sequence[Replacement]) -> frozenset[str]:
    """Take over the registry's rows in one transaction; the subjects for which it could be done now.

    Raises UnavailableError, ReconciliationError.
    """
    async with writing_alone(engine) as connection:
        state = await comparable_state(connection)
        applied = state.applied
        stored = await _stored(connection, {leaf_of(one.subject) for one in replacements})
        # a change that was set aside since the judgement is in the registry's rows, and must not come in with them
        aside = await kinds_aside(connection, sorted({leaf_of(one.subject) for one in replacements}))
        ready = [
            one
            for one in replacements
            if _is_ready(one, state, stored.get(leaf_of(one.subject)))
            and not aside.get(one.subject, frozenset()) & {kind.value for kind in one.kinds}
        ]
        rows = [row for one in ready for row in one.rows if row_key(row)[0] in one.kinds]
        moved = {leaf_of(one.subject) for one in ready} | await _losing(connection, rows)
        for one in ready:
            await _remove(connection, one)
        await put_rows(connection, rows)
        await _remember(connection, rows, applied)
        await recompute(connection, moved, {leaf_of(one.subject): one.touched for one in ready})
        await _end_doubts(connection, [one.subject for one in ready])
    return frozenset(one.subject for one in ready)


def _is_ready(one: Replacement, state: FeedState, leaf: Leaf | None) -> bool:
    """Whether no change and no full load has brought these rows something newer than the registry's answer."""
    if one.position is None:
        return True
    latest = leaf.touched if leaf is not None else state.applied
    return one.touched <= state.applied and max(latest, state.loaded) <= one.position


async def set_leaves(engine: AsyncEngine, names: Collection[str]) -> int:
    """Make these stored leaves those of the rows that are there; how many were not. Raises UnavailableError."""
    ordered, changed = sorted(names), 0
    for start in range(0, len(ordered), _AT_ONCE):
        async with writing_alone(engine) as connection:
            changed += await recompute(connection, ordered[start : start + _AT_ONCE], {})
    return changed


async def _stored(connection: AsyncConnection, names: Collection[str]) -> Mapping[str, Leaf]:
    query = select(leaves).where(leaves.c.leaf.in_(names))
    return {
        row.leaf: Leaf(name=row.leaf, digest=joined(row.high, row.low), touched=row.touched)
        for row in await connection.execute(query)
    }


async def _losing(connection: AsyncConnection, rows: Iterable[Row]) -> set[str]:
    """The leaves in which these rows stand now, under whoever's name."""
    losing: set[str] = set()
    for row in rows:
        kind, key = row_key(row)
        for source in SOURCES:
            if source.kind is kind:
                query = source.rows().where(source.key == key)
                losing.update(leaf_of(owner) for owner, _, _ in await connection.execute(query))
    return losing


async def _remove(connection: AsyncConnection, one: Replacement) -> None:
    for source in SOURCES:
        if source.kind in one.kinds:
            mine = source.subject == one.subject
            narrowed = source.among([leaf_of(one.subject)])  # by index
            await connection.execute(delete(source.table).where(source.only, narrowed, mine))


async def _remember(connection: AsyncConnection, rows: Iterable[Row], applied: int) -> None:
    """A row of a resident that the history does not have yet is appended, as of the number now applied."""
    history = resident_history.c
    for row in rows:
        if not isinstance(row, ResidentRow):
            continue
        same = (history.number == row.member.number, history.history == row.history)
        kept = select(history.sequence, history.record).where(*same)
        known = {found.sequence: found.record for found in await connection.execute(kept)}
        if row.record in known.values():
            continue
        if applied in known:  # what stands under this very number never came from the registry
            at_number = (*same, history.sequence == applied)
            await connection.execute(delete(resident_history).where(*at_number))
        await connection.execute(
            insert(resident_history),
            {
                "number": row.member.number,
                "history": row.history,
                "sequence": applied,
                "record": row.record,
            },
        )


async def recompute(connection: AsyncConnection, names: Collection[str], touched: Mapping[str, int]) -> int:
    """The stored leaves from the rows as they stand in this transaction; how many differed.

    ``touched`` are numbers that the leaves have come to besides; the number of a leaf never goes down.
    """
    wanted = sorted(names)
    before = await _stored(connection, wanted)
    digests: dict[str, int] = {}
    for start in range(0, len(wanted), LEAVES_AT_ONCE):
        portion = wanted[start : start + LEAVES_AT_ONCE]
        for source in SOURCES:
            for owner, _, text in await connection.execute(source.rows().where(source.among(portion))):
                leaf = leaf_of(owner)
                digests[leaf] = digests.get(leaf, 0) ^ text_digest(text)
    await connection.execute(delete(leaves).where(leaves.c.leaf.in_(wanted)))
    values = []
    for name in wanted:
        if is_leaf(name) and digests.get(name):
            high, low = halves(digests[name])
            latest = max(before[name].touched if name in before else 0, touched.get(name, 0))
            values.append({"leaf": name, "high": high, "low": low, "touched": latest})
    if values:
        await connection.execute(insert(leaves), values)
    return sum(digests.get(name, 0) != (before[name].digest if name in before else 0) for name in wanted)
