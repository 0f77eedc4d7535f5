"""What was asked for: the figures of a study of the same scheme on another machine, to be compared as ratios only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from load_tests.bench_sync.figures import Figures, Key

STUDIED: Final[Mapping[Key, tuple[float, float]]] = {
    # lowest and highest, events (or reads) a second; PostgreSQL 15, 500,000 residents, two cores
    Key.SINGLE: (207, 270),
    Key.APPLY_500: (9_600, 9_600),
    Key.APPLY_5000: (11_900, 11_900),
    Key.HTTPS: (8_900, 8_900),
    Key.REDIS: (5_400, 9_100),
    Key.LITE_SINGLE: (255, 255),
    Key.LITE_APPLY_500: (3_600, 3_600),
    Key.VIEW_16: (5_000, 9_100),
    Key.LITE_VIEW_16: (6_350, 6_350),
}

_BASES: Final[Mapping[Key, tuple[Key, Key]]] = {
    Key.APPLY_500: (Key.SINGLE, Key.RAW_COMMIT),
    Key.APPLY_5000: (Key.SINGLE, Key.RAW_COMMIT),
    Key.HTTPS: (Key.SINGLE, Key.RAW_COMMIT),
    Key.REDIS: (Key.SINGLE, Key.RAW_COMMIT),
    Key.LITE_APPLY_500: (Key.LITE_SINGLE, Key.LITE_RAW_COMMIT),
}
"""What each is a multiple of: one commit an event, in the same database and run. Here the faster of the two ways is
taken, our store's or a bare INSERT: a store that is slow with single events must not flatter itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Multiples of the single-commit rate: ``asked`` as in the study, ``reached`` in this run."""

    key: Key
    asked: float
    reached: float

    @property
    def held(self) -> bool:
        return self.reached >= self.asked

    def __str__(self) -> str:
        return f"asked ×{self.asked:,.0f}, reached ×{self.reached:,.0f}"


def comparisons(figures: Figures) -> Sequence[Comparison]:
    """All that can be compared in this run."""
    found = []
    for key, (base, raw) in _BASES.items():
        ours, single = figures.value(key), max(figures.value(base) or 0.0, figures.value(raw) or 0.0)
        if ours is not None and single:
            asked = _middle(key) / _middle(base)
            found.append(Comparison(key=key, asked=asked, reached=ours / single))
    return found


def _middle(key: Key) -> float:
    return sum(STUDIED[key]) / 2
