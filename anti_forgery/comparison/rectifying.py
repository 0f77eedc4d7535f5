"""The scanned page brought upright onto the truth, at the resolution of the truth."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats, Pixels, block_shifts, smooth
from anti_forgery.comparison.pages import Levels, ink_of, mapped
from anti_forgery.comparison.registration import Registration
from anti_forgery.comparison.truth import DPI
from certificates.pdf.sheet import PAPER

_CELL = 4.0
"""Millimetres between points that are mapped exactly; between them the map is linear."""
_BLOCK, _BEND = 13.0, 1.5
"""Side of the blocks that are looked for once more, and how far they may have moved, in millimetres."""
_ALIKE = 0.5
"""How like a place such a block must be to say where it is."""
_FAR = 0.3
"""By how much less a place counts that is that far away."""
_SETTLING = 3
"""By what the truth is made smaller for it: a shift is known to a fraction of a pixel."""
_STRIP = 6
"""Rows of cells that are brought upright at once: what is at hand in the processor's memory."""


def upright(picture: Pixels, found: Registration, dpi: float = DPI, *, factor: int = 1) -> Pixels:
    """The page of ``picture``, which is smaller than the scan by ``factor``, as the truth lies, at ``dpi``."""
    dots = dpi / 25.4
    width, height = round(PAPER[0] * dots), round(PAPER[1] * dots)
    cell = round(_CELL * dots)
    places = (_places(found, (width, height), cell, dots) / factor - 0.5).astype(np.float32)
    columns = places.shape[1]
    page = np.empty((height, width, *picture.shape[2:]), dtype=np.uint8)
    for top in range(0, places.shape[0] - 2, _STRIP):
        part = places[top : top + _STRIP + 2]
        fine = cv2.resize(part, (columns * cell, len(part) * cell), interpolation=cv2.INTER_LINEAR)
        strip = page[top * cell : (top + _STRIP) * cell]
        cv2.remap(
            picture,
            np.asarray(fine)[cell : cell + len(strip), cell : cell + width],
            np.empty(0, dtype=np.float32),
            cv2.INTER_LINEAR,
            dst=strip,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(255, 255, 255),
        )
    return page


def _places(found: Registration, size: tuple[int, int], cell: int, dots: float) -> Floats:
    """Where the middles of cells lie in the scan, with one cell more on each side: enlarging fills the space between."""
    columns, rows = (-(-side // cell) + 2 for side in size)
    grid = np.stack(np.meshgrid(np.arange(columns) - 0.5, np.arange(rows) - 0.5), axis=-1) * cell / dots
    placed = mapped(found.to_picture, (grid + _shift_at(found, grid)).reshape(-1, 2))
    return placed.reshape(rows, columns, 2)


def settled(scan: Levels, found: Registration, truth: Levels) -> Registration:
    """``found`` after smaller blocks of the upright page have been looked for once more: paper that bends."""
    true = truth.level(_SETTLING)
    dots = DPI / _SETTLING / 25.4
    corners = mapped(found.to_picture, np.array([(0.0, 0.0), (0.0, PAPER[1])]))
    factor = max(1, int(float(np.linalg.norm(corners[1] - corners[0])) / (PAPER[1] * dots)))
    seen = ink_of(upright(scan.level(factor), found, DPI / _SETTLING, factor=factor), round(6 * dots))
    side, margin = round(_BLOCK * dots), round(_BEND * dots)
    rows, columns = (-(-length // side) for length in true.shape)
    shifts, trust = block_shifts(seen, true, side, margin, rows, columns, least=_ALIKE, far=_FAR)
    rest = smooth(shifts.astype(np.float64) / dots, trust)
    middles = np.stack(
        np.meshgrid((np.arange(columns) + 0.5) * side / dots, (np.arange(rows) + 0.5) * side / dots), axis=-1
    )
    shifts = (rest + _shift_at(found, middles)).astype(np.float32)
    return Registration(found.to_picture, found.likeness, shifts, side / dots)


def page_ink(grey: Pixels) -> Pixels:
    """Ink of an upright page in grey, at the truth's resolution."""
    return ink_of(grey, round(6 * DPI / 25.4))


def _shift_at(found: Registration, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """The field of shifts at points of the page, linear between the middles of its blocks."""
    shifts, (rows, columns) = found.shifts, found.shifts.shape[:2]
    y = np.clip(grid[..., 1] / found.spacing - 0.5, 0, rows - 1)
    x = np.clip(grid[..., 0] / found.spacing - 0.5, 0, columns - 1)
    top, left = np.minimum(y.astype(int), rows - 2), np.minimum(x.astype(int), columns - 2)
    v, u = (y - top)[..., None], (x - left)[..., None]
    above = shifts[top, left] * (1 - u) + shifts[top, left + 1] * u
    below = shifts[top + 1, left] * (1 - u) + shifts[top + 1, left + 1] * u
    return np.asarray(above * (1 - v) + below * v, dtype=np.float64)
