"""Applying changes through our own store: one a transaction, 500, 5,000."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material, Size
from sync.change.cloud_events import Delivery
from sync.checks.picture import Picture
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState
from sync.feed.apply import wanted_by, work_through

_SMALL, _LARGE = 500, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Where the figures of one database go; the times of writing alone only where they are asked for."""

    single: Key
    small: Key
    large: Key
    small_written: Key | None = None
    large_written: Key | None = None


POSTGRESQL = Keys(
    single=Key.SINGLE,
    small=Key.APPLY_500,
    large=Key.APPLY_5000,
    small_written=Key.WRITE_500,
    large_written=Key.WRITE_5000,
)
SQLITE = Keys(single=Key.LITE_SINGLE, small=Key.LITE_APPLY_500, large=Key.LITE_APPLY_5000)


async def measure(engine: AsyncEngine, given: Material, size: Size, keys: Keys, figures: Figures) -> None:
    """``engine``: a database that ``fill`` has filled. Reading the events is outside the clock."""
    applying = _Applying(SqlStore(engine, seconds=600), given.state)
    for key, written, batch, count in (
        (keys.single, None, 1, size.singles),
        (keys.small, keys.small_written, _SMALL, size.batches),
        (keys.large, keys.large_written, _LARGE, size.batches),
    ):
        deliveries = given.deliveries(applying.state.applied + 1, count)
        whole, writing = await applying.through(deliveries, batch)
        figures.rate(key, count, whole.seconds)
        if written is not None:
            figures.rate(written, count, writing.seconds)


class _Applying:
    def __init__(self, store: SqlStore, state: FeedState) -> None:
        self._store = store
        self.state = state

    async def through(self, deliveries: Sequence[Delivery], batch: int) -> tuple[Watch, Watch]:
        """Time of everything, and of writing and commit alone."""
        whole, writing = Watch(), Watch()
        for start in range(0, len(deliveries), batch):
            with whole.running():
                await self._apply(deliveries[start : start + batch], writing)
        return whole, writing

    async def _apply(self, portion: Sequence[Delivery], writing: Watch) -> None:
        last = portion[-1].sequence
        self.state = replace(self.state, applied=last, known=last)
        async with self._store.writing() as transaction:
            await transaction.state(self.state.municipality)
            picture = Picture(await transaction.find(wanted_by(portion)))
            prepared = work_through(portion, picture, self.state)
            begun = time.perf_counter()
            await transaction.write(prepared)
        writing.seconds += time.perf_counter() - begun  # with the commit
