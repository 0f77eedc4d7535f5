"""The read of one decision, as often as it goes: one at a time and 16 at once, every answer checked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.entitlement import RecordView
from certificates.domain.identifiers import CardSerial, ResidentNumber
from load_tests.bench_sync.figures import Figures, Key
from sync.copy import tables
from sync.copy.database import reading
from sync.copy.register import RegisterCopy

_TOGETHER = 16
Holder = tuple[CardSerial, ResidentNumber]
Ask = Callable[[RecordView], Awaitable[None]]


class WrongViewError(AssertionError):
    """The copy answered about somebody else: no figure is worth anything then."""


async def nothing(view: RecordView) -> None:
    """Nobody is asked besides."""


async def measure(
    engine: AsyncEngine,
    seconds: float,
    keys: Sequence[tuple[int, Key, tuple[Key, Key]]],
    figures: Figures,
    ask: Ask = nothing,
) -> None:
    """For each of ``keys`` (how many at once, rate, percentiles) read random holders for ``seconds``."""
    cards = await _holders(engine)
    copy = RegisterCopy(engine)
    for together, rate, percentiles in keys:
        await _reads(copy, cards, together, min(seconds, 0.5), ask)  # connections open, statements prepared
        times, passed = await _reads(copy, cards, together, seconds, ask)
        figures.rate(rate, len(times), passed)
        figures.times(*percentiles, times)


POSTGRESQL = (
    (1, Key.VIEW_1, (Key.VIEW_1_P50, Key.VIEW_1_P99)),
    (_TOGETHER, Key.VIEW_16, (Key.VIEW_16_P50, Key.VIEW_16_P99)),
)
SQLITE = (
    (1, Key.LITE_VIEW_1, (Key.LITE_VIEW_1_P50, Key.LITE_VIEW_1_P99)),
    (_TOGETHER, Key.LITE_VIEW_16, (Key.LITE_VIEW_16_P50, Key.LITE_VIEW_16_P99)),
)
ASKED = (
    (1, Key.ASKED_1, (Key.ASKED_1_P50, Key.ASKED_1_P99)),
    (_TOGETHER, Key.ASKED_16, (Key.ASKED_16_P50, Key.ASKED_16_P99)),
)


async def _holders(engine: AsyncEngine) -> Sequence[Holder]:
    cards = tables.cards.c
    async with reading(engine, seconds=60.0) as connection:
        rows = await connection.execute(select(cards.serial, cards.resident).where(~cards.removed))
        return [(CardSerial(row.serial), ResidentNumber(row.resident)) for row in rows]


async def _reads(
    copy: RegisterCopy, cards: Sequence[Holder], together: int, seconds: float, ask: Ask
) -> tuple[list[float], float]:
    times: list[float] = []
    started = time.perf_counter()

    async def reader(seed: int) -> None:
        rng = Random(seed)  # noqa: S311
        while (begun := time.perf_counter()) < started + seconds:
            serial, resident = rng.choice(cards)
            view = await copy.view(serial)
            if view is None or view.holder != resident or not view.rows:
                raise WrongViewError(f"of {together} readers, after {len(times)} reads")
            await ask(view)
            times.append(time.perf_counter() - begun)

    async with asyncio.TaskGroup() as group:
        for seed in range(together):
            group.create_task(reader(seed))
    return times, time.perf_counter() - started
