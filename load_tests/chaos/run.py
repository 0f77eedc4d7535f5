"""One run: changes are entered, faults strike as the copy comes along, and in the end everything is compared."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import UnavailableError
from load_tests.chaos.comparison import Verdict, compare
from load_tests.chaos.faults import Blow, Fault, blows
from load_tests.chaos.scene import Scene, open_scene
from load_tests.chaos.slips.drawing import Slips, kept_homes
from load_tests.chaos.story import Expected, Told, story
from sync.checks.faults import Fault as Aside
from sync.copy import tables
from sync.copy.database import open_database, reading
from sync.registry.state import RegisterState
from sync.town import invent
from sync.town.walk import Walk

Progress = Callable[[int, int], None]

_BEGIN: Final = datetime(2026, 4, 2, tzinfo=UTC)
_LATE_DELIVERIES: Final = 6  # so long a registry may take to set right what it got wrong
_AHEAD_DELIVERIES: Final = 12  # the registry's lead over the copy, so that there is always something to spoil
_LOOK_SECONDS: Final = 0.03
_STALLED_SECONDS: Final = 90.0
_SETTLED_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to play. ``lossy`` puts the naive consumer in the place of the issuance server, as a control."""

    events: int
    faults: int
    seed: int
    residents: int
    consumers: int = 2
    lossy: bool = False
    redis: bool = True

    @property
    def batch(self) -> int:
        """Changes in one delivery: about five deliveries a fault, and a thousand in a long run."""
        return max(5, min(500, self.events // max(1_000, 5 * self.faults)))

    @property
    def slip_one_in(self) -> int:
        """Changes to one slip: every kind several times in a short run too, and half a percent in a long one."""
        return min(200, max(10, self.events // 100))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """``faults`` by kind, as done; ``slips`` by kind, what had to be set aside; ``seconds``: from the
    first change to the last comparison."""

    plan: Plan
    verdict: Verdict
    faults: dict[Fault, int]
    slips: Mapping[str, int]
    redis: bool
    seconds: float = field(compare=False)

    @property
    def good(self) -> bool:
        """Nothing lost, doubled or different; of a control: something lost."""
        done = sum(self.faults.values()) >= self.plan.faults
        return done and (self.verdict.lost > 0 if self.plan.lossy else self.verdict.good)


# What happens to the naive consumer: what every consumer must expect.
_GENTLE: Final = frozenset(Fault) - {
    Fault.CONSUMER_KILLED,
    Fault.DUPLICATED,
    Fault.LOST,
    Fault.SWALLOWED,
    Fault.UNANSWERED,
}


async def play(root: Path, plan: Plan, progress: Progress = lambda done, total: None) -> Outcome:
    """Raises UnavailableError when something does not start, or when the copy stops coming along."""
    town = await asyncio.to_thread(invent, plan.seed, plan.residents)
    expected = Expected()
    expected.begin(town.records())
    homes = kept_homes(RegisterState(town.records()))
    walk = Walk(town.records(), seed=plan.seed, start=_BEGIN, spare=homes)
    told = story(
        walk.changes(plan.events),
        Slips(walk.state, homes, _random(plan, "slips")),
        _random(plan, "story"),
        one_in=plan.slip_one_in,
        late=_LATE_DELIVERIES * plan.batch,
    )
    async with open_scene(
        root,
        town,
        _random(plan, "scene"),
        consumers=plan.consumers,
        batch=plan.batch,
        redis=plan.redis,
        lossy=plan.lossy,
    ) as scene:
        started = time.monotonic()
        without = _GENTLE if plan.lossy else frozenset() if scene.redis else frozenset({Fault.REDIS_KILLED})
        run = _Run(plan, scene, told, expected, progress)
        await run.through(
            blows(_random(plan, "faults"), events=plan.events, faults=plan.faults, without=without)
        )
        _, books = await scene.books.records()
        verdict = await compare(run.copy, books, expected)
        await run.copy.dispose()
        return Outcome(
            plan=plan,
            verdict=verdict,
            faults=dict(scene.struck()),
            slips={fault.value: count for fault, count in sorted(run.slips.items(), key=_by_count)},
            redis=scene.redis is not None,
            seconds=time.monotonic() - started,
        )


def _by_count(kind: tuple[Aside, int]) -> tuple[int, str]:
    return -kind[1], kind[0].value


def _random(plan: Plan, what: str) -> Random:
    """Apart for each purpose: the same seed draws the same story and the same faults, whatever the clock does."""
    return Random(f"{plan.seed}:{what}")  # noqa: S311


class _Run:
    def __init__(
        self, plan: Plan, scene: Scene, told: Iterator[Told], expected: Expected, progress: Progress
    ) -> None:
        self._plan = plan
        self._scene = scene
        self._told = told
        self._expected = expected
        self._progress = progress
        self._applied = 0
        self._next_blow = 0
        self.slips: Counter[Aside] = Counter()
        self.copy: AsyncEngine = open_database(scene.database, pool_size=2)

    async def through(self, plan: Sequence[Blow]) -> None:
        """Raises the first error that one of them met."""
        try:
            async with asyncio.TaskGroup() as group:
                watching = group.create_task(self._watch())
                entering = group.create_task(self._enter())
                striking = group.create_task(self._strike(plan))
                await asyncio.gather(entering, striking)
                await self._settle()
                watching.cancel()
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from errors

    async def _enter(self) -> None:
        """The registry's clerks: portions of any size, never far ahead of the copy or of the next blow."""
        ahead = _AHEAD_DELIVERIES * self._plan.batch
        while portion := list(islice(self._told, self._scene.rng.randint(1, 2 * self._plan.batch))):
            await _until(lambda: self._expected.last <= self._limit() + ahead)
            first = self._expected.last + 1
            numbers = await self._scene.books.enter([told.change for told in portion])
            if list(numbers) != list(range(first, first + len(portion))):
                raise UnavailableError(
                    "registry", f"numbered {numbers[:1]}… instead of {first}…", outcome_known=True
                )
            for told in portion:
                self._expected.take(told)
                if told.fault is not None:
                    self.slips[told.fault] += 1
            if self._plan.lossy:
                await asyncio.sleep(_LOOK_SECONDS)

    async def _strike(self, plan: Sequence[Blow]) -> None:
        for blow in plan:
            self._next_blow = blow.after
            await _until(lambda: self._come_to() >= self._next_blow)
            await asyncio.sleep(blow.wait)
            await self._scene.strike(blow.fault)
            # one delivery takes one blow
            await _until(lambda: self._scene.pending.empty)
        self._next_blow = 2 * self._plan.events

    def _limit(self) -> int:
        """Each blow needs changes to strike: they must not be used up before it comes, and not run out while it waits
        for the delivery that it is to spoil."""
        if self._plan.lossy:
            return self._next_blow
        return min(self._next_blow, self._applied) if self._scene.pending.empty else self._applied

    def _come_to(self) -> int:
        """A consumer that loses may never come further: there the faults follow what was entered."""
        return self._expected.last if self._plan.lossy else self._applied

    async def _watch(self) -> None:
        """Follows the copy's number, from outside; says so when it does not move any more."""
        moved = time.monotonic()
        state = tables.feed_state.c
        while True:
            with contextlib.suppress(UnavailableError):  # it was killed a moment ago
                async with reading(self.copy, seconds=2.0) as connection:
                    row = (await connection.execute(select(state.applied, state.conflict))).one()
                if row.conflict is not None:
                    raise UnavailableError("feed", f"conflict at number {row.conflict}", outcome_known=True)
                if row.applied != self._applied:
                    self._applied, moved = row.applied, time.monotonic()
                    self._progress(min(self._applied, self._plan.events - 1), self._plan.events)
            if time.monotonic() - moved > _STALLED_SECONDS and not self._plan.lossy:
                raise UnavailableError(
                    "feed", f"the copy stays at {self._applied} of {self._expected.last}", outcome_known=True
                )
            await asyncio.sleep(_LOOK_SECONDS)

    async def _settle(self) -> None:
        """Until the copy has everything; a naive one is given as long as the registry takes for all heartbeats."""
        if self._plan.lossy:
            await asyncio.sleep(_SETTLED_SECONDS)
        else:
            await _until(lambda: self._applied >= self._expected.last)
            # what was held back or sent twice may still come in late
            await asyncio.sleep(_SETTLED_SECONDS / 3)
        self._progress(self._plan.events, self._plan.events)


async def _until(condition: Callable[[], bool]) -> None:
    """What is looked at changes in other processes, so nobody could set an event."""
    while True:
        if condition():
            return
        await asyncio.sleep(_LOOK_SECONDS)
