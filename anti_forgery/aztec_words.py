"""Contents as the data words of Aztec symbols: shifted to binary, no word all 0 or all 1 (ISO/IEC 24778, 5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.aztec_parity import Bits

LONGEST = 2078
"""Bytes of the longest binary shift."""
_SHORT = 31
"""Bytes of the longest one with a count of five bits instead of eleven."""
_SHIFT = "11111"
_NEUTRAL = "111101110"
"""Latch to digits and back (table 2): fills up the last words without meaning anything."""


def head_bits(length: int) -> int:
    """Bits before the bytes of a content: the shift and the count."""
    return 10 if length <= _SHORT else 21


def stuffed(contents: Bits, words: int, width: int) -> Bits | None:
    """The bits of ``words`` words a content, one a byte; None when one of them does not fit.

    ``contents`` has a row a content; ``words * width`` is a multiple of 8.
    """
    length = contents.shape[1]
    frame = _frame(length, words * width)
    if frame is None:
        return None
    whole = np.empty((len(contents), len(frame.octets)), dtype=np.uint8)
    whole[:] = frame.octets
    whole[:, frame.first : frame.first + length] = contents
    used = words * width // 8
    rows = (whole[:, :used] << frame.ahead) | (whole[:, 1 : used + 1] >> frame.rest)
    bits = np.unpackbits(rows, axis=1)
    return bits if _stuff(bits, width, frame.spare) else None


@dataclass(frozen=True, slots=True)
class _Frame:
    """A content's surroundings, ``ahead`` bits too far to the right so that the content begins with byte ``first``;
    ``rest`` are the other bits of a byte, ``spare`` of all bits are filler."""

    octets: Bits
    first: int
    ahead: np.uint8
    rest: np.uint8
    spare: int


@lru_cache(maxsize=256)
def _frame(length: int, size: int) -> _Frame | None:
    """For contents of that many bytes in ``size`` bits; None when they do not fit."""
    head = head_bits(length)
    spare = size - head - 8 * length
    if spare < 0:
        return None
    ahead = -head % 8
    count = f"{length:05b}" if length <= _SHORT else f"{length - _SHORT:016b}"
    filler = (_NEUTRAL * (spare // len(_NEUTRAL) + 1))[:spare]
    text = "0" * ahead + _SHIFT + count + "0" * 8 * length + filler + "0" * 8
    octets = [int(text[place : place + 8].ljust(8, "0"), 2) for place in range(0, size + 8, 8)]
    first = (ahead + head) // 8
    return _Frame(np.array(octets, dtype=np.uint8), first, np.uint8(ahead), np.uint8(8 - ahead), spare)


def _stuff(bits: Bits, width: int, spare: int) -> bool:
    """After ``width - 1`` equal bits at the beginning of a word their opposite comes in between, and what follows moves
    on by one; False when more than filler falls off at the end of a row."""
    size = bits.shape[1]
    row, start, stuffings = -1, 0, 0
    for place in _equal_runs(bits.ravel(), width - 1).tolist():
        # ``at`` counts the bits of the content as it came, before any was put in
        here, at = divmod(place, size)
        if here != row:
            row, start, stuffings = here, 0, 0
        if at < start or (at - start) % width or at + stuffings + width > size:
            continue
        start = at + width - 1
        line, end = bits[row], start + stuffings
        line[end + 1 :] = line[end:-1]
        line[end] = 1 - line[end - 1]
        stuffings += 1
        if stuffings > spare:
            return False
    return True


def _equal_runs(bits: Bits, length: int) -> NDArray[np.intp]:
    """Every place at which that many equal bits begin."""
    equal = bits[1:] == bits[:-1]
    known = 2
    while known < length:
        more = min(known - 1, length - known)
        equal = equal[:-more] & equal[more:]
        known += more
    return np.flatnonzero(equal)
