"""Applying changes through our own store: one a transaction, 500, 5,000."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncEngine

from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material, Size
from sync.checks.picture import Picture
from sync.copy.sql import SqlStore
from sync.feed.apply import Ready, make_ready, wanted_by
from sync.feed.in_parts import work_through

_SMALL, _LARGE = 500, 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Changes in batches of ``batch``, and where their figures go: of everything, and of writing and commit alone."""

    whole: Key
    batch: int
    written: Key | None = None


POSTGRESQL = (
    Kind(whole=Key.SINGLE, batch=1),
    Kind(whole=Key.APPLY_500, batch=_SMALL, written=Key.WRITE_500),
    Kind(whole=Key.APPLY_5000, batch=_LARGE, written=Key.WRITE_5000),
)
POSTGRESQL_SLOW = (Kind(whole=Key.SLOW_500, batch=_SMALL), Kind(whole=Key.SLOW_5000, batch=_LARGE))
SQLITE = (
    Kind(whole=Key.LITE_SINGLE, batch=1),
    Kind(whole=Key.LITE_APPLY_500, batch=_SMALL),
    Kind(whole=Key.LITE_APPLY_5000, batch=_LARGE),
)
SQLITE_SLOW = (Kind(whole=Key.LITE_SLOW_500, batch=_SMALL),)


class Applying:
    """``engine``: a database that ``fill`` has filled. Reading the events is outside the clock."""

    def __init__(self, engine: AsyncEngine, given: Material, size: Size, figures: Figures) -> None:
        self._store = SqlStore(engine, seconds=600)
        self._given = given
        self._size = size
        self._figures = figures
        self._state = given.state

    async def measure(self, kinds: Sequence[Kind], *, slower: float = 0.0) -> None:
        """Each of ``kinds`` goes on where the one before ended; ``slower``: seconds that are added to each commit."""
        for kind in kinds:
            count = self._size.singles if kind.batch == 1 else self._size.batches
            changes = make_ready(self._given.deliveries(self._state.applied + 1, count))
            whole, writing = Watch(), Watch()
            for start in range(0, len(changes), kind.batch):
                with whole.running():
                    await self._apply(changes[start : start + kind.batch], writing)
                    await asyncio.sleep(slower)
            self._figures.rate(kind.whole, count, whole.seconds)
            if kind.written is not None:
                self._figures.rate(kind.written, count, writing.seconds)

    async def _apply(self, portion: Sequence[Ready], writing: Watch) -> None:
        last = portion[-1].delivery.sequence
        self._state = replace(self._state, applied=last, known=last)
        async with self._store.writing() as transaction:
            await transaction.state(self._state.municipality)
            picture = Picture(await transaction.find(wanted_by(each.delivery for each in portion)))
            prepared = await work_through(transaction, portion, picture, self._state)
            begun = time.perf_counter()
            await transaction.write(prepared)
        writing.seconds += time.perf_counter() - begun  # with the commit
