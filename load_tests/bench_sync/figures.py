"""What was measured: figures with a key each, so that a report can set them beside one another."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum


class Unit(Enum):
    PER_SECOND = "/s"
    MILLISECONDS = "ms"


class Key(Enum):
    """Every figure of the run; the value is its label in the report."""

    RAW_COPY = "raw COPY of residents' rows into a plain table, rows"
    RAW_COMMIT = "bare upsert of a full row, one commit each"
    BARE_500 = "bare COPY to a temporary table and upsert, 500 a batch; rows"
    BARE_5000 = "bare COPY to a temporary table and upsert, 5,000 a batch; rows"
    SLOW_COMMIT = "slow commits: bare upsert of a full row, one commit each"
    SINGLE = "one transaction an event through our store, events"
    APPLY_500 = "500 a batch: looked up, checked, written, committed; events"
    APPLY_5000 = "5,000 a batch: the same; events"
    WRITE_500 = "500 a batch: writing and commit alone; events"
    WRITE_5000 = "5,000 a batch: writing and commit alone; events"
    SLOW_500 = "slow commits: 500 a batch, looked up, checked, written, committed; events"
    SLOW_5000 = "slow commits: 5,000 a batch, the same; events"
    LITE_RAW_COMMIT = "SQLite: bare upsert of a full row, one commit each"
    LITE_SLOW_COMMIT = "SQLite, slow commits: bare upsert of a full row, one commit each"
    LITE_SINGLE = "SQLite: one transaction an event through our store, events"
    LITE_APPLY_500 = "SQLite, 500 a batch: looked up, checked, written, committed; events"
    LITE_APPLY_5000 = "SQLite, 5,000 a batch: the same; events"
    LITE_SLOW_500 = "SQLite, slow commits: 500 a batch, looked up, checked, written, committed; events"
    FULL_LOAD = "full load: signed file to committed copy, records"
    ENTERED = "changes entered at the registry, 500 at once, events"
    HTTPS = "HTTPS push, 500 a delivery: registry process to committed copy, events"
    REDIS = "Redis Streams, 500 a delivery: registry process to committed copy, events"
    SLOW_HTTPS = "slow commits: HTTPS push, 500 a delivery, the same; events"
    SLOW_REDIS = "slow commits: Redis Streams, 500 a delivery, the same; events"
    DIFFERENCE = "difference file: signed file to committed copy, events"
    LATENCY_P50 = "100 events/s: entered at the registry's desk to applied, p50"
    LATENCY_P99 = "100 events/s: entered at the registry's desk to applied, p99"
    VIEW_1 = "issue-time view, one at a time"
    VIEW_1_P50 = "issue-time view, one at a time, p50"
    VIEW_1_P99 = "issue-time view, one at a time, p99"
    VIEW_16 = "issue-time view, 16 at once"
    VIEW_16_P50 = "issue-time view, 16 at once, p50"
    VIEW_16_P99 = "issue-time view, 16 at once, p99"
    LITE_VIEW_1 = "SQLite: issue-time view, one at a time"
    LITE_VIEW_1_P50 = "SQLite: issue-time view, one at a time, p50"
    LITE_VIEW_1_P99 = "SQLite: issue-time view, one at a time, p99"
    LITE_VIEW_16 = "SQLite: issue-time view, 16 at once"
    LITE_VIEW_16_P50 = "SQLite: issue-time view, 16 at once, p50"
    LITE_VIEW_16_P99 = "SQLite: issue-time view, 16 at once, p99"
    ASKED_1 = "view and the registry asked for its position, one at a time"
    ASKED_1_P50 = "view and the registry asked for its position, one at a time, p50"
    ASKED_1_P99 = "view and the registry asked for its position, one at a time, p99"
    ASKED_16 = "view and the registry asked for its position, 16 at once"
    ASKED_16_P50 = "view and the registry asked for its position, 16 at once, p50"
    ASKED_16_P99 = "view and the registry asked for its position, 16 at once, p99"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    key: Key
    value: float
    unit: Unit


@dataclass(slots=True)
class Figures:
    """All figures of one run, in the order in which they were taken; ``notes`` says what could not be measured."""

    taken: list[Figure] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def rate(self, key: Key, count: int, seconds: float) -> None:
        self.taken.append(Figure(key=key, value=count / seconds, unit=Unit.PER_SECOND))

    def times(self, p50: Key, p99: Key, seconds: Sequence[float]) -> None:
        """Percentiles of single times, kept in milliseconds."""
        for key, share in ((p50, 0.50), (p99, 0.99)):
            value = 1000 * percentile(seconds, share)
            self.taken.append(Figure(key=key, value=value, unit=Unit.MILLISECONDS))

    def value(self, key: Key) -> float | None:
        return next((figure.value for figure in self.taken if figure.key is key), None)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of all do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Watch:
    """``seconds`` that have been spent while it ran."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started
