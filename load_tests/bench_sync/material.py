"""What is measured with: an invented town, changes of its people, and both as databases and feeds take them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncEngine

from sync.change.cloud_events import Delivery, read_batch, write_event
from sync.change.events import Change, Record
from sync.copy import tables
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState, row_of
from sync.town import Town, invent
from sync.town.walk import Walk

_ROWS_AT_ONCE = 5_000
_BEGIN = datetime(2026, 4, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much is done of each: ``residents`` of the town, ``singles`` transactions of one event, ``batches`` events
    in batches, ``feed`` events over each feed with ``delivery`` in one, ``reading`` seconds of reads, ``latency``
    events at 100 a second."""

    residents: int = 50_000
    singles: int = 500
    batches: int = 10_000
    feed: int = 10_000
    delivery: int = 500
    reading: float = 3.0
    latency: int = 1_000

    @property
    def changes(self) -> int:
        return max(self.singles + 4 * self.batches, self.opening + 5 * self.feed + self.latency)

    @property
    def opening(self) -> int:
        """As many events as a registry has on their way at once."""
        return 4 * self.delivery


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    town: Town = field(repr=False)
    records: Sequence[Record] = field(repr=False)
    changes: Sequence[Change] = field(repr=False)

    def deliveries(self, first: int, count: int) -> tuple[Delivery, ...]:
        """Numbers ``first`` on, read as reception reads them once the signature is verified."""
        changes = self.changes[first - 1 : first - 1 + count]
        code = self.town.municipality
        events = [write_event(change.numbered(first + place), code) for place, change in enumerate(changes)]
        return read_batch(b"[" + b",".join(events) + b"]", code)

    @property
    def state(self) -> FeedState:
        """A copy that was loaded at number 0 a moment ago."""
        now = datetime.now(UTC)
        return FeedState(municipality=self.town.municipality, applied=0, known=0, heard_at=now, said_at=now)


def material(seed: int, size: Size) -> Material:
    town = invent(seed, size.residents)
    walk = Walk(town.records(), seed=seed, start=_BEGIN)
    return Material(
        town=town,
        records=tuple(town.records()),
        changes=tuple(islice(walk.changes(size.changes), size.changes)),
    )


async def fill(engine: AsyncEngine, given: Material) -> None:
    """The copy's tables in an empty database, with the town in them."""
    async with engine.begin() as connection:
        await connection.run_sync(tables.metadata.create_all)
    rows = (row_of(record) for record in given.records)
    async with SqlStore(engine, seconds=600).writing() as transaction:
        await transaction.clear()
        while portion := list(islice(rows, _ROWS_AT_ONCE)):
            await transaction.load(portion)
        await transaction.finish_load(given.state)
