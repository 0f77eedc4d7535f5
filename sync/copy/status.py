"""How the copy stands, for the operator: its position, and what is set aside of whom."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import RowMapping, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.errors import WireError
from certificates.wire.codec import Json, from_json
from sync.change.cloud_events import TYPES
from sync.change.naming import UNKNOWN_HOUSEHOLD
from sync.change.reasons import Stream
from sync.checks.faults import Fault
from sync.copy.database import reading
from sync.copy.sql_rows import feed_state_of
from sync.copy.store import FeedState, InboxState
from sync.copy.tables import blocks, doubts, feed_state, inbox

MOST = 500
"""Changes shown at once; the count is of all."""
_LONGEST_TERM = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class AsideChange:
    """One open change of the quarantine. ``at`` is when it was entered, None where that cannot be read; ``reason`` is
    the 異動事由 as it was sent; ``residents`` and ``households`` are those whom it blocks; ``unplaced``: it names a
    household as well that nobody can read and the registry has not named yet."""

    sequence: int
    at: datetime | None
    stream: Stream
    reason: str
    fault: Fault
    where: str
    residents: tuple[ResidentNumber, ...] = field(repr=False)
    households: tuple[HouseholdNumber, ...] = field(repr=False)
    unplaced: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyStatus:
    """``state`` None: nothing was ever loaded. ``aside`` holds at most ``MOST`` of the ``set_aside``, the oldest first;
    ``corrected`` counts those that were set right since the last full load, ``doubts`` the subjects that a
    reconciliation found different."""

    state: FeedState | None
    aside: tuple[AsideChange, ...]
    set_aside: int
    corrected: int
    blocked_residents: int
    blocked_households: int
    doubts: int


async def read_status(engine: AsyncEngine, *, most: int = MOST, seconds: float = 10.0) -> CopyStatus:
    """Costs what is set aside, not what the copy holds. Raises UnavailableError."""
    kept = inbox.c.body.is_not(None)
    open_ones = kept & (inbox.c.state == InboxState.QUARANTINED.value)
    query = select(inbox).where(open_ones).order_by(inbox.c.sequence).limit(most)
    async with reading(engine, seconds=seconds) as connection:
        row = (await connection.execute(select(feed_state))).mappings().one_or_none()
        changes = (await connection.execute(query)).mappings().all()
        named = await _named(connection, [change["sequence"] for change in changes])
        return CopyStatus(
            state=feed_state_of(row) if row is not None else None,
            aside=tuple(_aside(change, named) for change in changes),
            set_aside=await _count(connection, select(func.count()).select_from(inbox).where(open_ones)),
            corrected=await _count(
                connection,
                select(func.count())
                .select_from(inbox)
                .where(kept, inbox.c.state == InboxState.CORRECTED.value),
            ),
            blocked_residents=await _count(connection, select(func.count(blocks.c.resident.distinct()))),
            blocked_households=await _count(
                connection,
                select(func.count(blocks.c.household.distinct())).where(
                    blocks.c.household != UNKNOWN_HOUSEHOLD
                ),
            ),
            doubts=await _count(connection, select(func.count()).select_from(doubts)),
        )


Whom = dict[int, tuple[set[ResidentNumber], set[HouseholdNumber]]]


async def _named(connection: AsyncConnection, sequences: Sequence[int]) -> Whom:
    named: Whom = {sequence: (set(), set()) for sequence in sequences}
    if sequences:
        between = blocks.c.sequence.between(sequences[0], sequences[-1])
        for row in (await connection.execute(select(blocks).where(between))).mappings():
            residents, households = named.get(row["sequence"], (set(), set()))
            if row["resident"] is not None:
                residents.add(ResidentNumber(row["resident"]))
            if row["household"] is not None:
                households.add(HouseholdNumber(row["household"]))
    return named


async def _count(connection: AsyncConnection, query: Select[int]) -> int:
    return (await connection.execute(query)).scalar_one()


def _aside(change: RowMapping, named: Whom) -> AsideChange:
    event: dict[str, Json] = json.loads(change["body"])
    data = event["data"]
    reason = data.get("reason") if isinstance(data, dict) else None
    residents, households = named[change["sequence"]]
    return AsideChange(
        sequence=change["sequence"],
        at=_moment(event["time"]),
        stream=next(stream for stream, name in TYPES.items() if name == event["type"]),
        reason=reason[:_LONGEST_TERM] if isinstance(reason, str) else "",
        fault=Fault(change["fault"]),
        where=change["location"],
        residents=tuple(sorted(residents)),
        households=tuple(sorted(households - {UNKNOWN_HOUSEHOLD})),
        unplaced=UNKNOWN_HOUSEHOLD in households,
    )


def _moment(value: Json) -> datetime | None:
    try:
        return from_json(value, datetime, "time")
    except WireError:
        return None
