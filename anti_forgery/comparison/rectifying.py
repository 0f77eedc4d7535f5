"""The scanned page brought upright onto the truth, as ink from 0 to 1 at the resolution of the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.comparison.blocks import Floats, block_shifts, smooth
from anti_forgery.comparison.registration import Registration, ink_of, mapped
from anti_forgery.comparison.truth import DOTS, DPI, SHAPE
from certificates.pdf.sheet import PAPER

_CELLS = (24, 17)
"""Rows and columns of the mesh that the page is brought upright with."""
_BLOCK, _BEND = 13.0, 1.0
"""Side of the blocks that are looked for once more, and how far they may have moved, in millimetres."""


def upright(picture: Image.Image, found: Registration, dpi: float = DPI) -> Image.Image:
    """The page of ``picture`` as the truth lies, at ``dpi``."""
    rows, columns = _CELLS
    ys, xs = np.linspace(0, PAPER[1], rows + 1), np.linspace(0, PAPER[0], columns + 1)
    grid = np.stack(np.meshgrid(xs, ys), axis=-1)
    placed = mapped(found.to_picture, (grid + _shift_at(found.shifts, grid)).reshape(-1, 2))
    corners = placed.reshape(rows + 1, columns + 1, 2)
    dots = dpi / 25.4
    across, down = np.round(xs * dots).astype(int), np.round(ys * dots).astype(int)
    mesh = [
        (
            (int(across[c]), int(down[r]), int(across[c + 1]), int(down[r + 1])),
            tuple(
                float(side)
                for corner in (corners[r, c], corners[r + 1, c], corners[r + 1, c + 1], corners[r, c + 1])
                for side in corner
            ),
        )
        for r in range(rows)
        for c in range(columns)
    ]
    size = (round(PAPER[0] * dots), round(PAPER[1] * dots))
    return picture.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def settled(picture: Image.Image, found: Registration, truth: NDArray[np.uint8]) -> Registration:
    """``found`` after smaller blocks of the upright page have been looked for once more: paper that bends."""
    size = (round(SHAPE[1] / 2), round(SHAPE[0] / 2))
    true = np.asarray(Image.fromarray(truth).resize(size, Image.Resampling.BOX), dtype=np.float32) / 255
    page = upright(picture, found, DPI / 2).resize(size)
    seen = ink_of(np.asarray(page, dtype=np.float32), round(3 * DOTS))
    side, margin = round(_BLOCK * DOTS / 2), round(_BEND * DOTS / 2)
    rows, columns = round(size[1] / side), round(size[0] / side)
    shifts, trust = block_shifts(seen, true, side, margin, rows, columns)
    rest = smooth(shifts.astype(np.float64) / (DOTS / 2), trust)
    middles = np.stack(
        np.meshgrid(
            (np.arange(columns) + 0.5) * PAPER[0] / columns, (np.arange(rows) + 0.5) * PAPER[1] / rows
        ),
        axis=-1,
    )
    return Registration(
        found.to_picture, found.likeness, (rest + _shift_at(found.shifts, middles)).astype(np.float32)
    )


def page_ink(page: Image.Image) -> Floats:
    """Ink of an upright page in grey; shape as the truth's."""
    return ink_of(np.asarray(page, dtype=np.float32)[: SHAPE[0], : SHAPE[1]], round(6 * DOTS))


def _shift_at(shifts: Floats, grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """The field of shifts at points of the page, linear between the middles of its blocks."""
    rows, columns = shifts.shape[:2]
    y = np.clip(grid[..., 1] / PAPER[1] * rows - 0.5, 0, rows - 1)
    x = np.clip(grid[..., 0] / PAPER[0] * columns - 0.5, 0, columns - 1)
    top, left = np.minimum(y.astype(int), rows - 2), np.minimum(x.astype(int), columns - 2)
    v, u = (y - top)[..., None], (x - left)[..., None]
    above = shifts[top, left] * (1 - u) + shifts[top, left + 1] * u
    below = shifts[top + 1, left] * (1 - u) + shifts[top + 1, left + 1] * u
    return np.asarray(above * (1 - v) + below * v, dtype=np.float64)
