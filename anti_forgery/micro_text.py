"""Micro-text with 発行番号 around the ground: too fine for a copier, different on every sheet, read with a lens.

Its letters are pixels of 600 dpi, two dots thick like the ground's, so no renderer thins them; a line is 0.6 mm high. A
sheet adds one small picture; where it is repeated along the four sides is the same on all sheets.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.ground_design import ORIGIN, TILE, TILES
from anti_forgery.pdf_objects import DOT, number, plain_mask

CELL = (12, 14)
"""Width and height of a letter with its space, in dots."""
CELLS = 21
"""Letters of the picture that is repeated: a number of the usual nineteen and the space behind it."""
WIDTH, HEIGHT = CELL[0] * CELLS * DOT, CELL[1] * DOT
GAP = 5 * DOT
"""White between the micro-text and the ground."""
_LETTERS = {
    "0": ("01110", "10001", "10011", "10101", "11001", "10001", "01110"),
    "1": ("00100", "01100", "00100", "00100", "00100", "00100", "01110"),
    "2": ("01110", "10001", "00001", "00110", "01000", "10000", "11111"),
    "3": ("01110", "10001", "00001", "00110", "00001", "10001", "01110"),
    "4": ("00010", "00110", "01010", "10010", "11111", "00010", "00010"),
    "5": ("11111", "10000", "11110", "00001", "00001", "10001", "01110"),
    "6": ("00110", "01000", "10000", "11110", "10001", "10001", "01110"),
    "7": ("11111", "00001", "00010", "00100", "01000", "01000", "01000"),
    "8": ("01110", "10001", "10001", "01110", "10001", "10001", "01110"),
    "9": ("01110", "10001", "10001", "01111", "00001", "00010", "01100"),
    "-": ("00000", "00000", "00000", "11111", "00000", "00000", "00000"),
    " ": ("00000",) * 7,
}
_OTHER = ("11111", "10001", "10001", "10001", "10001", "10001", "11111")


def micro_mask(issue_number: str) -> bytes:
    """The number as an image mask, squeezed when it is longer than the place that is kept for it."""
    text = issue_number.ljust(CELLS)
    codes = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    pixels = _alphabet().take(codes, axis=0).swapaxes(0, 1).reshape(CELL[1], -1)
    return plain_mask(pixels.shape[1], CELL[1], np.packbits(pixels, axis=1).tobytes())


def micro_border(name: str) -> list[str]:
    """Operators that repeat the picture ``name`` along the four sides of the ground; the colour is set before."""
    left, bottom = (side * DOT for side in ORIGIN)
    width, height = (tiles * side * DOT for tiles, side in zip(TILES, TILE, strict=True))
    right, top = left + width, bottom + height
    across = [
        (left + place, y, False) for place in _places(width) for y in (bottom - GAP - HEIGHT, top + GAP)
    ]
    along = [
        (x, bottom + place, True) for place in _places(height) for x in (left - GAP, right + GAP + HEIGHT)
    ]
    return [_placed(name, x, y, upright) for x, y, upright in (*across, *along)]


def _places(length: float) -> Sequence[float]:
    count = int(length / WIDTH)
    return [place * length / count for place in range(count)]


def _placed(name: str, x: float, y: float, upright: bool) -> str:
    turn = f"0 {number(WIDTH)} {number(-HEIGHT)} 0" if upright else f"{number(WIDTH)} 0 0 {number(HEIGHT)}"
    return f"q {turn} {number(x)} {number(y)} cm {name} Do Q"


@lru_cache(maxsize=1)
def _alphabet() -> NDArray[np.uint8]:
    """All ASCII characters as pixels, each dot of a letter two dots of the engine."""
    letters = np.zeros((128, CELL[1], CELL[0]), dtype=np.uint8)
    for code in range(128):
        rows = _LETTERS.get(chr(code), _OTHER)
        dots = np.array([[int(dot) for dot in row] for row in rows], dtype=np.uint8)
        letters[code, :, :10] = np.kron(dots, np.ones((2, 2), dtype=np.uint8))
    return letters
