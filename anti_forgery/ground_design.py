"""What the ground of a sheet looks like: its word, its lattice and its dots; and the few bytes in which a back says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from anti_forgery.latent_word import EM, PATTERN_BYTES, distance_to, strokes_of
from certificates.errors import InvalidValueError, WireError

Floats = NDArray[np.float64]

TILE = (1552, 960)
"""Width and height in dots of 600 dpi of the part of the ground that holds the word once: 65.7 × 40.6 mm."""
TILES = (3, 7)
"""Columns and rows; they leave the 6 mm at the edge that an engine cannot print."""
ORIGIN = (152, 148)
"""Lower left corner of the ground in dots."""
WORD_EM = 616.0
"""Height of the word in dots: 26 mm."""
STROKE = 3
"""Coarse dots side by side in a stroke; fewer are lost in a copy, more are seen in the original."""
USUAL_CELL = 16
CELLS = (16, 20, 24)
"""Side in pixels of 600 dpi of the square that holds two coarse dots, or two times four fine ones: 12.5, 8 or 5.6 % of
ink. With 12 a copier runs the fine dots together, and fine dots of 3 × 3 pixels in place of 2 × 2 come out of it as
they were: both show the word in too few copier models (``load_tests.copies``)."""
COARSE_AREA = 16
"""Pixels of a coarse dot that has the ink of four fine ones."""


def require_cell(cell: int) -> None:
    """Raises InvalidValueError when dots that far apart would not do what they are for."""
    if cell not in CELLS:
        raise InvalidValueError("cell", f"must be one of {', '.join(map(str, CELLS))} (pixels of 600 dpi)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundDesign:
    """``pattern`` is that of the word (``latent_word``), empty for 「複写」; ``cell`` the density of the dots."""

    pattern: bytes = b""
    cell: int = USUAL_CELL

    def __post_init__(self) -> None:
        require_cell(self.cell)
        if self.pattern and (len(self.pattern) != PATTERN_BYTES or not any(self.pattern)):
            raise InvalidValueError(
                "pattern", f"must be of {PATTERN_BYTES} bytes that draw something, or empty"
            )

    @property
    def tone(self) -> float:
        """Part of the paper that is inked."""
        return 2 * COARSE_AREA / self.cell**2

    @property
    def stroke(self) -> float:
        """Width of the word's strokes in dots."""
        return STROKE * self.cell / 2**0.5

    def distance(self, x: Floats, y: Floats, reach: float = 0.0) -> Floats:
        """To the edge of the word's nearest stroke in dots, negative within it; ``reach`` where it is farther.

        For every row of ``y`` and column of ``x``, in dots from the upper left corner of a tile.
        """
        scale, half = EM / WORD_EM, self.stroke / 2
        middle = (x - TILE[0] / 2) * scale, (y - TILE[1] / 2) * scale
        return distance_to(strokes_of(self.pattern), *middle, (half + reach) * scale) / scale - half

    def is_word(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which of these rows and columns lie on the word."""
        return np.asarray(self.distance(x, y, 1.0) <= 0)

    @property
    def fullness(self) -> float:
        """Part of the word's own box that its strokes cover."""
        inked = self.is_word(*(np.arange(0.0, side, 8) for side in TILE))
        rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
        return float(inked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].mean())

    def to_bytes(self) -> bytes:
        """Empty for the usual design, so that a usual back carries nothing for it."""
        return b"" if self == USUAL else bytes([self.cell]) + self.pattern

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Raises WireError unless ``data`` is what ``to_bytes`` writes for some design."""
        if not data:
            return cls()
        try:
            found = cls(pattern=data[1:], cell=data[0])
        except InvalidValueError as error:
            raise WireError("the back names a ground that is none") from error
        if found.to_bytes() != data:
            raise WireError("the back does not name its ground as it must be named")
        return found


USUAL = GroundDesign()
