"""Erasing what has been kept for the legal period: removed residents' rows and histories, and quarantined bodies.

A removed record (除票) is kept for 150 years from the day of removal: 住民基本台帳法施行令34条1項, in force since
2019-06-20. Until then the rows stay, and are never issued as current.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import ColumnElement, CursorResult, Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.resident import ResidencyStatus
from certificates.errors import WireError
from sync.change.cloud_events import TYPES
from sync.change.naming import named_in
from sync.change.records import read_resident
from sync.copy.database import writing_alone
from sync.copy.sql_rows import microseconds
from sync.copy.store import InboxState
from sync.copy.tables import (
    blocks,
    cards,
    doubts,
    erasures,
    inbox,
    resident_history,
    residents,
    seals,
    suppressions,
)
from sync.reconcile.leaves import leaf_of, subject
from sync.reconcile.repair import recompute

RETENTION_YEARS = 150
"""住民基本台帳法施行令34条1項."""
BODY_YEARS = 5
"""How long the body of a change that was set aside is kept from its entry, once later changes have set it right."""
_REMOVED = (ResidencyStatus.MOVED_OUT, ResidencyStatus.DECEASED, ResidencyStatus.REMOVED)
_STREAMS = {type_: stream for stream, type_ in TYPES.items()}
_AT_ONCE = 500
_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """``rows`` that went, by table; ``people`` and ``households`` of which nothing is left; ``bodies`` of changes that
    had been set aside; ``unreadable`` removed residents whose row could not be read, which stay."""

    people: int
    households: int
    rows: Mapping[str, int] = field(default_factory=dict)
    bodies: int = 0
    unreadable: int = 0


async def erase(
    engine: AsyncEngine,
    as_of: date,
    at: datetime,
    *,
    body_years: int = BODY_YEARS,
    dry_run: bool = False,
) -> Erased:
    """Erase in one transaction what need not be kept any longer on ``as_of``; ``dry_run`` only counts.

    A tombstone stays of everybody, so that no reconciliation brings the rows back; a full load of a registry that
    still has them does, and the next erasing takes them away again. Raises UnavailableError.
    """
    async with writing_alone(engine, seconds=_SECONDS) as connection:
        people, unreadable = await _kept_long_enough(connection, _years_before(as_of, RETENTION_YEARS))
        counts: Counter[str] = Counter()
        for numbers in _portions(sorted(people)):
            for table, condition in _rows_of(numbers):
                counts[table.name] += await _gone(connection, table, condition, dry_run=dry_run)
        homes = await _left_empty(connection, people)
        for households in _portions(homes):
            condition = suppressions.c.household.in_(households)
            counts[suppressions.name] += await _gone(connection, suppressions, condition, dry_run=dry_run)
        subjects = {f"r{number}" for number in people} | {f"h{household}" for household in homes}
        bodies = await _stale_bodies(connection, subjects, _years_before(as_of, body_years))
        if not dry_run:
            await _forget_bodies(connection, bodies)
            await _remember(connection, sorted(subjects), at)
    return Erased(
        people=len(people),
        households=len(homes),
        rows={name: count for name, count in counts.items() if count},
        bodies=len(bodies),
        unreadable=unreadable,
    )


def _years_before(day: date, years: int) -> date:
    """The 29th of February becomes the 28th: a day is never erased too early."""
    if day.year <= years:
        return date.min
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - years, day=28 if leap else day.day)


async def _kept_long_enough(connection: AsyncConnection, latest: date) -> tuple[Mapping[str, str], int]:
    """宛名番号 → 世帯番号 of everybody who was removed on ``latest`` or before, and how many rows cannot be read."""
    query = select(residents.c.number, residents.c.household, residents.c.record).where(
        residents.c.status.in_([status.value for status in _REMOVED])
    )
    rows = [(number, household, record) for number, household, record in await connection.execute(query)]
    return await asyncio.to_thread(_due, rows, latest)


def _due(rows: Sequence[tuple[str, str, str]], latest: date) -> tuple[Mapping[str, str], int]:
    due: dict[str, str] = {}
    unreadable = 0
    for number, household, text in rows:
        try:
            resident = read_resident(text)
        except WireError:
            unreadable += 1
            continue
        # the record decides, not the column beside it
        gone = resident.status in _REMOVED and resident.number == number
        if gone and resident.removed_on is not None and resident.removed_on <= latest:
            due[number] = household
    return due, unreadable


def _rows_of(numbers: Sequence[str]) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    yield residents, residents.c.number.in_(numbers)
    yield resident_history, resident_history.c.number.in_(numbers)
    yield seals, seals.c.resident.in_(numbers)
    yield cards, cards.c.resident.in_(numbers)
    yield suppressions, suppressions.c.resident.in_(numbers)


async def _gone(
    connection: AsyncConnection, table: Table, condition: ColumnElement[bool], *, dry_run: bool
) -> int:
    if dry_run:
        return await connection.scalar(select(func.count()).select_from(table).where(condition)) or 0
    result: CursorResult[tuple[object, ...]] = await connection.execute(delete(table).where(condition))
    return result.rowcount


async def _left_empty(connection: AsyncConnection, people: Mapping[str, str]) -> Sequence[str]:
    """The households in which nobody is left when ``people`` are gone."""
    left: set[str] = set(people.values())
    for households in _portions(sorted(left)):
        query = select(residents.c.number, residents.c.household).where(residents.c.household.in_(households))
        for number, household in await connection.execute(query):
            if number not in people:
                left.discard(household)
    return sorted(left)


async def _stale_bodies(
    connection: AsyncConnection, subjects: set[str], entered_before: date
) -> Sequence[int]:
    """Numbers of changes whose body goes: it names erased subjects alone, or was set right long ago."""
    query = select(inbox.c.sequence, inbox.c.state, inbox.c.body).where(inbox.c.body.is_not(None))
    stale: list[int] = []
    for sequence, state, body in await connection.execute(query):
        event = json.loads(bytes(body))
        old = date.fromisoformat(event["time"][:10]) <= entered_before
        if (state == InboxState.CORRECTED.value and old) or _names_only(event, subjects):
            stale.append(sequence)
    return stale


def _names_only(event: Mapping[str, object], subjects: set[str]) -> bool:
    data, stream = event.get("data"), _STREAMS.get(str(event.get("type")))
    if stream is None or not isinstance(data, dict):
        return False
    try:
        named = named_in(data, stream, "body")
    except WireError:
        return False
    return {subject(resident=one.resident, household=one.household) for one in named} <= subjects


async def _forget_bodies(connection: AsyncConnection, sequences: Sequence[int]) -> None:
    for start in range(0, len(sequences), _AT_ONCE):
        portion = sequences[start : start + _AT_ONCE]
        await connection.execute(update(inbox).where(inbox.c.sequence.in_(portion)).values(body=None))
        await connection.execute(delete(blocks).where(blocks.c.sequence.in_(portion)))


async def _remember(connection: AsyncConnection, subjects: Sequence[str], at: datetime) -> None:
    for portion in _portions(subjects):
        query = select(erasures.c.subject).where(erasures.c.subject.in_(portion))
        known = frozenset(await connection.scalars(query))
        fresh = [{"subject": name, "erased_at": microseconds(at)} for name in portion if name not in known]
        if fresh:
            await connection.execute(insert(erasures), fresh)
        await connection.execute(delete(doubts).where(doubts.c.subject.in_(portion)))
        await recompute(connection, {leaf_of(name) for name in portion}, {})


def _portions(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE))
