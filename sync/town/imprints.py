"""Seal imprints without fonts: a ring with a pattern of its own for every resident."""

from __future__ import annotations

import hashlib
from functools import cache

import numpy as np
import numpy.typing as npt

from certificates.domain.seal import SealImprint

_DOTS_PER_MM = 16
_DIAMETER_MM = 12
_SIDE = _DIAMETER_MM * _DOTS_PER_MM
_CELLS = 12  # the pattern's cells across; as many dots each as fit
_RING_MM = 0.6


def round_imprint(number: str) -> SealImprint:
    """The same ``number`` gives the same bits; 12 mm across, 16 dots a millimetre."""
    ring, inside = _frame()
    pattern = int.from_bytes(hashlib.shake_128(number.encode()).digest(_CELLS * _CELLS // 8), "big")
    line = (1 << _CELLS) - 1
    cells = b"".join(_dots(pattern >> shift & line) for shift in range(_CELLS * (_CELLS - 1), -1, -_CELLS))
    bits = ring | inside & int.from_bytes(cells, "big")
    rows = bits.to_bytes(_SIDE * _SIDE // 8, "big")
    return SealImprint(width=_SIDE, height=_SIDE, dots_per_mm=_DOTS_PER_MM, rows=rows)


@cache
def _dots(cells: int) -> bytes:
    """One line of cells as rows of dots."""
    dots = _SIDE // _CELLS
    black = (1 << dots) - 1
    row = sum(black << dots * place for place in range(_CELLS) if cells >> place & 1)
    return row.to_bytes(_SIDE // 8, "big") * dots


@cache
def _frame() -> tuple[int, int]:
    """The ring, and the disc inside it, as one number whose bits are the dots."""
    centre = (_SIDE - 1) / 2
    across, down = np.meshgrid(np.arange(_SIDE), np.arange(_SIDE))
    radius = np.hypot(across - centre, down - centre) / _DOTS_PER_MM
    outer = _DIAMETER_MM / 2
    ring, disc = (radius <= outer) & (radius > outer - _RING_MM), radius < outer - 2 * _RING_MM
    return _number(ring), _number(disc)


def _number(dots: npt.NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(dots).tobytes(), "big")
