"""Ink where the truth is blank: text that was added, or dirt that no text is."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.comparison.blocks import Floats
from anti_forgery.comparison.truth import DPI
from certificates.pdf.sheet import Box

_REDUCE = 3
_PIXEL = 25.4 / DPI * _REDUCE
"""Millimetres."""
_CLEAR = 3
"""Pixels around the truth's ink that do not count as blank: paper and registration give way."""
_FAINT = 0.22
"""Ink below this is light, ground or fold."""
_WINDOW = 12
"""Side in pixels of the square in which ink is summed: 3 mm, a character."""
_STEP = 4
_THROUGH = 0.4
"""Share of a row's or a column's blank pixels that are inked where a fold goes through."""
_EDGE = 9.0
"""Millimetres at the edge of the sheet with the border of the ground and the shadow of the paper; forms begin at 11."""
_FOLD = 50.0
"""Millimetres: what is that long is a fold or a scratch, not writing."""
LEAST_INK, DOUBTFUL_INK = 0.5, 0.38
"""Square millimetres of black in one square from which something was added, and from which it may have been; a figure 1
of 9 points has about 0.5."""


def added(scan: Floats, truth: NDArray[np.uint8], contrast: float) -> list[tuple[Box, float]]:
    """Places with at least ``DOUBTFUL_INK`` where ``truth`` has none, and that ink over ``LEAST_INK``, darkest first."""
    small = Image.fromarray(np.round(255 * np.minimum(scan / contrast, 1)).astype(np.uint8)).reduce(_REDUCE)
    clear = Image.fromarray(truth).reduce(_REDUCE)
    ink = np.asarray(small, dtype=np.float32) / 255
    blank = _grown(np.asarray(clear) >= 6, _CLEAR) == 0
    strong = np.where(blank & (ink > _FAINT), ink, 0.0)
    for axis in (0, 1):  # a fold or a scratch goes through from edge to edge
        through = (strong > 0).sum(axis=axis) > _THROUGH * np.maximum(blank.sum(axis=axis), 50)
        strong[(slice(None), through) if axis == 0 else (through, slice(None))] = 0
    edge = round(_EDGE / _PIXEL)
    strong[:edge], strong[-edge:], strong[:, :edge], strong[:, -edge:] = 0, 0, 0, 0
    sums = np.cumsum(np.cumsum(np.pad(strong, ((1, 0), (1, 0))), axis=0), axis=1)
    w = _WINDOW
    masses = (sums[w:, w:] - sums[:-w, w:] - sums[w:, :-w] + sums[:-w, :-w])[::_STEP, ::_STEP] * _PIXEL**2
    found = []
    for cells in _together(masses > DOUBTFUL_INK):
        top, left = cells.min(axis=0) * _STEP
        bottom, right = cells.max(axis=0) * _STEP + w
        box = Box(left * _PIXEL, top * _PIXEL, (right - left) * _PIXEL, (bottom - top) * _PIXEL)
        found.append((box, float(masses[tuple(cells.T)].max()) / LEAST_INK))
    return sorted(found, key=lambda place: -place[1])


def _grown(marked: NDArray[np.bool_], by: int) -> NDArray[np.bool_]:
    """``marked`` and everything up to ``by`` pixels beside it."""
    for _ in range(2):
        sums = np.cumsum(np.pad(marked, ((by + 1, by), (0, 0))), axis=0, dtype=np.int16)
        marked = (sums[2 * by + 1 :] > sums[: -2 * by - 1]).T
    return marked


def is_fold(box: Box) -> bool:
    """Long and thin."""
    return max(box.width, box.height) > _FOLD and min(box.width, box.height) < 6


def _together(marked: NDArray[np.bool_]) -> Iterator[NDArray[np.intp]]:
    """Cells that touch, each group as rows of (row, column)."""
    left = {(int(row), int(column)) for row, column in np.argwhere(marked)}
    while left:
        group, edge = [], [left.pop()]
        while edge:
            row, column = edge.pop()
            group.append((row, column))
            near = {(row + y, column + x) for y in (-1, 0, 1) for x in (-1, 0, 1)} & left
            left -= near
            edge.extend(near)
        yield np.array(group)
