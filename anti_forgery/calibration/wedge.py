"""The sheet of the dot gain balance: fields of one density with rising balance, each a square of coarse dots in fine ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anti_forgery.calibration.sheet import (
    FIELD,
    FIELDS,
    INNER,
    Page,
    SheetKind,
    document,
    field_corner,
    placed,
)
from anti_forgery.ground import CYAN, dotted
from anti_forgery.ground_design import CELLS, USUAL_CELL, require_cell
from anti_forgery.pdf_objects import plain_mask

STEPS = tuple(round(0.70 + 0.05 * step, 2) for step in range(FIELDS))
"""0.70 to 1.85."""
KINDS = {cell: SheetKind(f"KOFU CAL {cell}") for cell in CELLS}
"""By the density of the dots on the sheet, for which alone the balance holds."""


def wedge_pdf(cell: int = USUAL_CELL) -> bytes:
    """Raises InvalidValueError for a density that no ground has."""
    require_cell(cell)
    return document(
        Page(
            kind=KINDS[cell],
            title=f"Calibration sheet, ground of cell {cell}: print at 100 %, scan in colour at 600 dpi or more, then read it.",
            content=[CYAN, *(placed(f"/M{place}", *field_corner(place), *FIELD) for place in range(FIELDS))],
            labels=[f"{step:.2f}" for step in STEPS],
            masks=[_field(step, cell) for step in STEPS],
        )
    )


def _field(step: float, cell: int) -> bytes:
    left, right, bottom, top = INNER

    def in_square(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        upwards = FIELD[1] - y[:, None]
        return (left <= x) & (x < right) & (bottom <= upwards) & (upwards < top)

    pixels = dotted(FIELD, in_square, step, cell)
    return plain_mask(*FIELD, np.packbits(pixels, axis=1).tobytes())
