"""The code on the back: a grid of Aztec symbols (ISO/IEC 24778) that carries the sealed front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anti_forgery import aztec
from anti_forgery.ground import Panel
from anti_forgery.pdf_objects import DOT, number, plain_mask
from anti_forgery.symbols import split
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

GRID = 4
"""Columns and rows; their product is ``symbols.TOTAL``."""
SLOT = 1064
"""Side of the square that one symbol stands in, in dots of 600 dpi: 45.0 mm, so the panel is 180 mm."""
GAP = 4
"""White modules between a symbol and the next slot."""
FINEST_MODULE = 9
"""Dots of the smallest module that the reader was measured with (0.381 mm)."""
PANEL = Panel(x=352, y=352, width=GRID * SLOT, height=GRID * SLOT)
FRAME = 24
"""White between the codes and the ground, in dots: the ground must not touch an outer symbol."""
GROUND_PANEL = Panel(
    x=PANEL.x - FRAME, y=PANEL.y - FRAME, width=PANEL.width + 2 * FRAME, height=PANEL.height + 2 * FRAME
)
BLACK = "0 0 0 1 k"


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of one back: an image mask of one pixel a module, and the operators that place it as /Codes."""

    mask: bytes
    content: bytes


def codes(payload: bytes) -> Codes:
    """Raises RefusedError (does-not-fit) when the payload is too long for the panel."""
    modules, dots = code_grid(payload)
    side = modules.shape[0] * dots
    margin = (PANEL.width - side) // 2
    x, y, size = (number(value * DOT) for value in (PANEL.x + margin, PANEL.y + margin, side))
    return Codes(
        # Hardly any of it could be deflated away, and that would take as long as making it.
        mask=plain_mask(modules.shape[1], modules.shape[0], np.packbits(modules, axis=1).tobytes()),
        content=f"q {BLACK} {size} 0 0 {size} {x} {y} cm /Codes Do Q\n".encode("ascii"),
    )


def code_grid(payload: bytes) -> tuple[NDArray[np.bool_], int]:
    """All symbols as modules, True is dark, and the side of a module in dots of 600 dpi."""
    contents = split(payload)
    try:
        symbols = aztec.encode(contents)
    except ValueError as error:
        raise RefusedError(ProblemCode.DOES_NOT_FIT, "the sheet is too long for the back") from error
    side = symbols.shape[1]
    module = SLOT // (side + GAP)
    if module < FINEST_MODULE:
        raise RefusedError(
            ProblemCode.DOES_NOT_FIT, f"a payload of {len(payload)} bytes is too long for the back"
        )
    slot = SLOT // module
    margin = (slot - side) // 2
    grid = np.zeros((GRID, slot, GRID, slot), dtype=np.uint8)
    within = slice(margin, margin + side)
    grid[:, within, :, within] = symbols.reshape(GRID, GRID, side, side).swapaxes(1, 2)
    return grid.reshape(GRID * slot, GRID * slot).view(np.bool_), module
