"""Ink where the truth is blank: text that was added, or dirt that no text is."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.truth import DPI
from certificates.pdf.sheet import Box

REDUCE = 3
"""By what both pages are made smaller to be looked at."""
_PIXEL = 25.4 / DPI * REDUCE
"""Millimetres."""
_CLEAR = 2
"""Pixels around the truth's ink that do not count as blank: paper and registration give way."""
_INKED = 6
"""Level, of 255, from which the truth has ink."""
_FAINT = 0.22
"""Ink below this is light, ground or fold."""
_WINDOW = 12
"""Side in pixels of the square in which ink is summed: 3 mm, a character."""
_STEP = 4
_THROUGH = 0.4
"""Share of a row's or a column's blank pixels that are inked where a fold goes through."""
_EDGE, _MARGIN = 4.0, 9.0
"""Millimetres at the edge of the sheet where printers do not print, and up to which what begins there, as the shadow of the
paper, does not count; forms begin at 11."""
_CREASE, _DARK = 36, 0.5
"""Pixels: 9 mm, and the ink from which a straight line of that length was drawn."""
_STANDS_OUT = 0.3
"""Ink above that of a crease from which something was written on it."""
_WIDEST = 5
"""Pixels: 1.3 mm, the widest fold or scratch; no writing is so small, and a band that is wider may carry some."""
_FOLD = 50.0
"""Millimetres: what is that long is a fold or a scratch, not writing."""
LEAST_INK, DOUBTFUL_INK = 0.4, 0.15
"""Square millimetres of black in one square from which something was added, and from which it may have been: a figure 1 of
9 points has about 0.5, 一 of 9 points 0.35, dirt of the worn models up to 0.07."""


def added(scan: Pixels, truth: Pixels, contrast: float) -> list[tuple[Box, float]]:
    """Places with at least ``DOUBTFUL_INK`` where ``truth`` has none, and that ink over ``LEAST_INK``, darkest first.

    Both are made smaller by ``REDUCE``; ``contrast`` is the ink of black text in the scan.
    """
    ink = np.minimum(scan / np.float32(255 * contrast), np.float32(1))
    near = np.ones((2 * _CLEAR + 1,) * 2, dtype=np.uint8)
    blank = np.asarray(cv2.dilate(truth, near)) < _INKED
    strong = np.where(blank & (ink > _FAINT) & ~_creases(ink), ink, np.float32(0))
    for axis in (0, 1):  # a fold or a scratch goes through from edge to edge
        through = _narrow((strong > 0).sum(axis=axis) > _THROUGH * np.maximum(blank.sum(axis=axis), 50))
        strong[(slice(None), through) if axis == 0 else (through, slice(None))] = 0
    strong[_hangs_on_the_edge(strong > 0)] = 0
    w = _WINDOW
    sums = cv2.boxFilter(strong, -1, (w, w), anchor=(0, 0), normalize=False)
    masses = np.asarray(sums)[: 1 - w : _STEP, : 1 - w : _STEP] * _PIXEL**2
    found = []
    for cells in _together(masses > DOUBTFUL_INK):
        top, left = map(int, cells.min(axis=0) * _STEP)
        bottom, right = map(int, cells.max(axis=0) * _STEP + w)
        box = Box(left * _PIXEL, top * _PIXEL, (right - left) * _PIXEL, (bottom - top) * _PIXEL)
        found.append((box, float(masses[tuple(cells.T)].max()) / LEAST_INK))
    return sorted(found, key=lambda place: -place[1])


def _hangs_on_the_edge(marked: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """What lies where printers do not print, and what of the margin goes on from there."""
    edge, margin = (np.ones(marked.shape, dtype=np.bool_) for _ in range(2))
    for border, width in ((edge, _EDGE), (margin, _MARGIN)):
        inner = slice(round(width / _PIXEL), -round(width / _PIXEL))
        border[inner, inner] = False
    _, parts = cv2.connectedComponents((marked & margin).astype(np.uint8))
    parts = np.asarray(parts)
    hanging = np.unique(parts[edge & marked])
    return np.asarray(edge | ((parts > 0) & np.isin(parts, hanging)))


def _narrow(through: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Without those that lie together in a band wider than a fold."""
    line = through.astype(np.uint8)[None]
    wide = np.ones((1, _WIDEST + 1), dtype=np.uint8)
    bands = cv2.morphologyEx(cv2.morphologyEx(line, cv2.MORPH_CLOSE, wide), cv2.MORPH_OPEN, wide)
    return np.asarray(through & (bands[0] == 0))


def _creases(ink: Floats) -> NDArray[np.bool_]:
    """Faint straight lines along the sheet or across it, longer than any stroke: a fold, a streak of the scanner.

    A dark one is no crease: somebody may have drawn it. Nor is what stands out of it: a grey field may carry writing.
    """
    level = np.zeros(ink.shape, dtype=np.float32)
    soft = cv2.blur(ink, (3, 3))  # a crease is not straight to the pixel
    for shape in ((1, _CREASE), (_CREASE, 1)):
        line = np.asarray(cv2.morphologyEx(soft, cv2.MORPH_OPEN, np.ones(shape, dtype=np.uint8)))
        level = np.maximum(level, np.where((line > _FAINT / 2) & (line < _DARK), line, np.float32(0)))
    level = np.asarray(cv2.dilate(level, np.ones((3, 3), dtype=np.uint8)))
    return np.asarray((level > 0) & (ink < level + _STANDS_OUT))


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
