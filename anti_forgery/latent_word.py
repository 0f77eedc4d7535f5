"""けん制文字: 「複写」, or another short word, as strokes of equal width: no stroke is too thin to carry coarse dots.

「複写」 is drawn by strokes of its own and needs no font. Any other word is a pattern of 24 × 48 points, as the 24-dot
characters of printers are, made from a font once (``word_pattern``) and small enough to be told on every back.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Stroke = tuple[tuple[float, float], ...]
Floats = NDArray[np.float64]

EM = 100.0
"""Side of the square that a character of 「複写」 is drawn in; x to the right, y downwards."""
GAP = 60 / 616 * EM
"""Between its two characters."""

FUKU: tuple[Stroke, ...] = (
    ((21, 5), (27, 14)),
    ((6, 24), (37, 24), (23, 44), (4, 61)),
    ((23, 46), (23, 97)),
    ((39, 42), (31, 50)),
    ((27, 54), (39, 67)),
    ((57, 3), (53, 12), (46, 21)),
    ((53, 12), (96, 12)),
    ((53, 25), (91, 25), (91, 55), (53, 55), (53, 25)),
    ((53, 40), (91, 40)),
    ((61, 56), (53, 69), (42, 79)),
    ((57, 66), (88, 66), (79, 79), (65, 90), (46, 97)),
    ((54, 70), (65, 83), (80, 92), (97, 97)),
)
SHA: tuple[Stroke, ...] = (
    ((8, 28), (8, 9), (92, 9), (92, 28)),
    ((36, 18), (32, 56), (83, 56), (80, 84), (75, 96), (62, 93)),
    ((35, 37), (78, 37)),
    ((6, 75), (70, 75)),
)

ROWS, COLUMNS = 24, 48
"""Points of a pattern."""
PATTERN_BYTES = ROWS * COLUMNS // 8
POINT = EM / ROWS
"""Between two points of a pattern, in the same unit."""
_EVENED = 3
"""How often the steps of oblique lines are evened out."""


@lru_cache(maxsize=8)
def strokes_of(pattern: bytes) -> tuple[Stroke, ...]:
    """The strokes of a word whose middle is the origin; an empty pattern is 「複写」."""
    if not pattern:
        whole = (2 * EM + GAP) / 2
        return tuple(
            tuple((x + left - whole, y - EM / 2) for x, y in stroke)
            for strokes, left in ((FUKU, 0.0), (SHA, EM + GAP))
            for stroke in strokes
        )
    points = np.unpackbits(np.frombuffer(pattern, np.uint8)).reshape(ROWS, COLUMNS)
    return tuple(_joined({(x, y) for y, x in np.argwhere(points).tolist()}))


def _joined(points: set[tuple[int, int]]) -> Iterator[Stroke]:
    """A stroke between each two neighbours, at a diagonal only where no third one joins them; the steps of an oblique
    line are evened out by moving each of its points half-way to the middle of the two beside it."""
    links: dict[tuple[int, int], list[tuple[int, int]]] = {point: [] for point in points}
    for x, y in sorted(points):
        for across, down in ((1, 0), (0, 1), (1, 1), (1, -1)):
            other = (x + across, y + down)
            corner = {(x + across, y), (x, y + down)} & points if across and down else set()
            if other in points and not corner:
                links[x, y].append(other)
                links[other].append((x, y))
    placed: dict[tuple[int, int], tuple[float, float]] = {(x, y): (x, y) for x, y in points}
    for _ in range(_EVENED):
        before = dict(placed)
        for point, ends in links.items():
            if len(ends) == 2:
                own, first, second = (before[at] for at in (point, *ends))
                placed[point] = (
                    own[0] / 2 + (first[0] + second[0]) / 4,
                    own[1] / 2 + (first[1] + second[1]) / 4,
                )
    for point, ends in links.items():
        for end in [end for end in ends if end > point] or ([] if ends else [point]):
            yield tuple(
                ((x - (COLUMNS - 1) / 2) * POINT, (y - (ROWS - 1) / 2) * POINT)
                for x, y in (placed[point], placed[end])
            )


def distance_to(strokes: tuple[Stroke, ...], x: Floats, y: Floats, reach: float) -> Floats:
    """Distance to the nearest stroke's middle line, or ``reach`` where that is nearer, all in units of the em square.

    For every row of ``y`` and column of ``x``; shape (rows, columns).
    """
    nearest = np.full((y.size, x.size), reach)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            columns = np.flatnonzero((x > min(x0, x1) - reach) & (x < max(x0, x1) + reach))
            rows = np.flatnonzero((y > min(y0, y1) - reach) & (y < max(y0, y1) + reach))
            if not rows.size or not columns.size:
                continue
            dx, dy = x1 - x0, y1 - y0
            across, down = x[columns][None, :] - x0, y[rows][:, None] - y0
            along = np.clip((across * dx + down * dy) / (dx * dx + dy * dy or 1.0), 0.0, 1.0)
            near = np.ix_(rows, columns)
            nearest[near] = np.minimum(nearest[near], np.hypot(across - along * dx, down - along * dy))
    return nearest
