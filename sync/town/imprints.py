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
    digest = hashlib.shake_128(number.encode()).digest(_CELLS * _CELLS // 8)
    cells = np.unpackbits(np.frombuffer(digest, np.uint8)).reshape(_CELLS, _CELLS).astype(bool)
    pattern = np.repeat(np.repeat(cells, _SIDE // _CELLS, axis=0), _SIDE // _CELLS, axis=1)
    bits = np.packbits(ring | (inside & pattern), axis=1)
    return SealImprint(width=_SIDE, height=_SIDE, dots_per_mm=_DOTS_PER_MM, rows=bits.tobytes())


@cache
def _frame() -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """The ring, and the disc inside it."""
    centre = (_SIDE - 1) / 2
    across, down = np.meshgrid(np.arange(_SIDE), np.arange(_SIDE))
    radius = np.hypot(across - centre, down - centre) / _DOTS_PER_MM
    outer = _DIAMETER_MM / 2
    return (radius <= outer) & (radius > outer - _RING_MM), radius < outer - 2 * _RING_MM
