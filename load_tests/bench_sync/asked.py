"""What was asked for: the figures of a study of the same scheme on another machine, to be compared as ratios only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from load_tests.bench_sync.figures import Figures, Key

STUDIED: Final[Mapping[Key, tuple[float, float]]] = {
    # lowest and highest, events (or reads) a second; PostgreSQL 15, 500,000 residents, two cores
    Key.RAW_COMMIT: (207, 270),
    Key.BARE_500: (9_600, 9_600),
    Key.BARE_5000: (11_900, 11_900),
    Key.APPLY_500: (9_600, 9_600),
    Key.APPLY_5000: (11_900, 11_900),
    Key.HTTPS: (8_900, 8_900),
    Key.REDIS: (5_400, 9_100),
    Key.LITE_RAW_COMMIT: (255, 255),
    Key.LITE_APPLY_500: (3_600, 3_600),
    Key.VIEW_16: (5_000, 9_100),
    Key.LITE_VIEW_16: (6_350, 6_350),
}
"""The study wrote its batches bare, as ``BARE_500`` and ``BARE_5000`` do; ours also look up, check, and keep inbox,
history, leaves and chain."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """The same work with commits as slow as the study's and as they are here, and the single commit of each."""

    slow: Key
    slow_single: Key
    fast: Key
    fast_single: Key


_PAIRS: Final = (
    *(
        _Pair(slow=slow, slow_single=Key.SLOW_COMMIT, fast=fast, fast_single=Key.RAW_COMMIT)
        for slow, fast in (
            (Key.SLOW_500, Key.APPLY_500),
            (Key.SLOW_5000, Key.APPLY_5000),
            (Key.SLOW_HTTPS, Key.HTTPS),
            (Key.SLOW_REDIS, Key.REDIS),
        )
    ),
    _Pair(
        slow=Key.LITE_SLOW_500,
        slow_single=Key.LITE_SLOW_COMMIT,
        fast=Key.LITE_APPLY_500,
        fast_single=Key.LITE_RAW_COMMIT,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Multiples of a bare upsert with a commit each: ``asked`` as in the study, ``reached`` in this run with commits as
    slow as the study's, ``here`` with those of this disk."""

    key: Key
    asked: float
    reached: float
    here: float | None

    @property
    def held(self) -> bool:
        return self.reached >= self.asked

    def __str__(self) -> str:
        return f"asked ×{self.asked:,.1f}, reached ×{self.reached:,.1f}"


def comparisons(figures: Figures) -> Sequence[Comparison]:
    """All that can be compared in this run."""
    found = []
    for pair in _PAIRS:
        reached = _multiple(figures, pair.slow, pair.slow_single)
        if reached is not None:
            asked = middle(pair.fast) / middle(pair.fast_single)
            here = _multiple(figures, pair.fast, pair.fast_single)
            found.append(Comparison(key=pair.fast, asked=asked, reached=reached, here=here))
    return found


def _multiple(figures: Figures, key: Key, single: Key) -> float | None:
    ours, base = figures.value(key), figures.value(single)
    return ours / base if ours is not None and base else None


def middle(key: Key) -> float:
    """Of the study's lowest and highest."""
    return sum(STUDIED[key]) / 2
