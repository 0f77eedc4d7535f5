"""Issue-time reads of holders taken at random, each answer compared with the household that it must show."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from random import Random
from statistics import quantiles

from certificates.domain.entitlement import RecordView
from certificates.domain.identifiers import CardSerial
from load_tests.bench_sync.size_report import Figure
from sync.copy.register import RegisterCopy
from sync.town import FOUNDED
from sync.town.homes import Home, build, plots
from sync.town.town import plain_imprint

_WARM = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A card that is read, and the household of its holder."""

    serial: CardSerial
    home: Home

    def is_shown_by(self, view: RecordView | None) -> bool:
        """Whether the view is of the holder, the whole household, the seal and the suppressions, nothing else."""
        holder = next(card.resident for card in self.home.cards if card.serial == self.serial)
        seal = next((seal for seal in self.home.seals if seal.resident == holder), None)
        return (
            view is not None
            and view.holder == holder
            and sorted(view.rows, key=lambda row: row.number) == [*self.home.residents]
            and view.seal == seal
            and view.suppressions == self.home.suppressions
            and not view.pending
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """``latencies`` in seconds."""

    at_once: int
    seconds: float
    latencies: list[float]
    wrong: int

    def figures(self) -> list[Figure]:
        name = f"issue-time read, {self.at_once} at once"
        cuts = quantiles(self.latencies, n=100)
        return [
            Figure(label=name, value=len(self.latencies) / self.seconds, unit="reads/s"),
            Figure(label=f"{name}, p50", value=1000 * cuts[49], unit="ms"),
            Figure(label=f"{name}, p99", value=1000 * cuts[98], unit="ms"),
        ]


def sample(seed: int, residents: int, count: int) -> list[Expected]:
    """Cards of up to ``count`` households from all over the town."""
    rng = Random(f"{seed}:reads")  # noqa: S311 - a choice of what is measured, no secret
    share = 3 * count / residents  # two residents a household, and some have no card
    chosen = []
    for plot in plots(seed, residents):
        if rng.random() < share:
            home = build(plot, seed, FOUNDED, plain_imprint)
            if home.cards:
                chosen.append(Expected(serial=rng.choice(home.cards).serial, home=home))
    rng.shuffle(chosen)
    return chosen[:count]


async def read_all(copy: RegisterCopy, chosen: list[Expected], at_once: int) -> Result:
    """Each card once; the clock stops before the answers are compared."""
    latencies: list[float] = []
    views: list[tuple[Expected, RecordView | None]] = []
    for expected in chosen[:_WARM]:  # statements prepared, and the first pages read
        await copy.view(expected.serial)
    waiting = iter(chosen)

    async def reader() -> None:
        for expected in waiting:
            begin = time.perf_counter()
            view = await copy.view(expected.serial)
            latencies.append(time.perf_counter() - begin)
            views.append((expected, view))

    begin = time.perf_counter()
    async with asyncio.TaskGroup() as readers:
        for _ in range(at_once):
            readers.create_task(reader())
    seconds = time.perf_counter() - begin
    wrong = sum(not expected.is_shown_by(view) for expected, view in views)
    return Result(at_once=at_once, seconds=seconds, latencies=latencies, wrong=wrong)
