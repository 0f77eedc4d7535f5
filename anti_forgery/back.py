"""The code on the back: a grid of Aztec symbols (ISO/IEC 24778) that carries the sealed front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from anti_forgery.ground import Panel
from anti_forgery.pdf_objects import DOT, image_mask, number
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
ERROR_CORRECTION = "30%"
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
        mask=image_mask(modules.shape[1], modules.shape[0], np.packbits(modules, axis=1).tobytes()),
        content=f"q {BLACK} {size} 0 0 {size} {x} {y} cm /Codes Do Q\n".encode("ascii"),
    )


def code_grid(payload: bytes) -> tuple[NDArray[np.bool_], int]:
    """All symbols as modules, True is dark, and the side of a module in dots of 600 dpi."""
    symbols = [_modules(content) for content in split(payload)]
    largest = max(symbol.shape[0] for symbol in symbols)
    module = SLOT // (largest + GAP)
    if module < FINEST_MODULE:
        raise RefusedError(
            ProblemCode.DOES_NOT_FIT, f"a payload of {len(payload)} bytes is too long for the back"
        )
    slot = SLOT // module
    grid = np.zeros((GRID * slot, GRID * slot), dtype=np.bool_)
    for index, symbol in enumerate(symbols):
        side = symbol.shape[0]
        top, left = (place * slot + (slot - side) // 2 for place in divmod(index, GRID))
        grid[top : top + side, left : left + side] = symbol
    return grid, module


def _modules(content: bytes) -> NDArray[np.bool_]:
    try:
        barcode = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.Aztec, ec_level=ERROR_CORRECTION)
    except ValueError as error:
        raise RefusedError(ProblemCode.DOES_NOT_FIT, "the sheet is too long for the back") from error
    drawn: NDArray[np.uint8] = np.asarray(
        zxingcpp.write_barcode_to_image(barcode, scale=1, add_quiet_zones=False)
    )
    return np.asarray(drawn == 0)
