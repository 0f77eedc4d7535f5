"""けん制文字 「複写」 as strokes of equal width: it needs no font, and no stroke is too thin to carry coarse dots."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Stroke = tuple[tuple[float, float], ...]

EM = 100.0
"""Side of the square that a character is drawn in; x to the right, y downwards."""

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


def distance_to(
    strokes: tuple[Stroke, ...], x: NDArray[np.float64], y: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of each point to the nearest stroke's middle line, all in units of the em square."""
    nearest = np.full(x.shape, np.inf)
    for stroke in strokes:
        for (x0, y0), (x1, y1) in pairwise(stroke):
            dx, dy = x1 - x0, y1 - y0
            along = np.clip(((x - x0) * dx + (y - y0) * dy) / (dx * dx + dy * dy), 0.0, 1.0)
            nearest = np.minimum(nearest, np.hypot(x - x0 - along * dx, y - y0 - along * dy))
    return nearest


def inside_word(
    x: NDArray[np.float64], y: NDArray[np.float64], *, em: float, gap: float, stroke: float
) -> NDArray[np.bool_]:
    """Whether each point lies on 「複写」, written from (0, 0) with characters of ``em``, ``gap`` apart.

    ``stroke`` is the width of a stroke; all lengths in the unit of ``x`` and ``y``.
    """
    scale = EM / em
    first = distance_to(FUKU, x * scale, y * scale)
    second = distance_to(SHA, (x - em - gap) * scale, y * scale)
    return np.asarray(np.minimum(first, second) <= stroke * scale / 2)
