"""Contents as the data words of Aztec symbols: shifted to binary, no word all 0 or all 1 (ISO/IEC 24778, 5.2)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.aztec_parity import Bits

LONGEST = 2078
"""Bytes of the longest binary shift."""
_SHORT = 31
"""Bytes of the longest one with a count of five bits instead of eleven."""
_NEUTRAL = "111101110"
"""Latch to digits and back (table 2): fills up the last words without meaning anything."""
_UNSOUND_BYTE = re.compile(rb"[\x00\x01\xfe\xff]")


def head_bits(length: int) -> int:
    """Bits before the bytes of a content: the shift and the count."""
    return 10 if length <= _SHORT else 21


def stuffed(contents: Sequence[bytes], words: int, width: int) -> Bits | None:
    """A row of ``words`` packed words a content; None when one of them does not fit.

    The contents are of one length; ``words * width`` is a multiple of 8.
    """
    length = len(contents[0])
    size = words * width
    count = f"{length:05b}" if length <= _SHORT else f"{length - _SHORT:016b}"
    used = head_bits(length) + 8 * length
    spare = size - used
    if spare < 0:
        return None
    head = int("11111" + count, 2) << (8 * length + spare)
    filler = int((_NEUTRAL * (spare // len(_NEUTRAL) + 1))[:spare] or "0", 2)
    values = [head | int.from_bytes(content, "big") << spare | filler for content in contents]
    if width == 8:
        found = [_stuffed_bytes(value, size, used) for value in values]
    else:
        plain = [value.to_bytes(size // 8, "big") for value in values]
        found = list[bytes | None](plain)
        rows = np.frombuffer(b"".join(plain), dtype=np.uint8).reshape(len(plain), -1)
        for row, word in _unsound(rows, width):
            found[row] = _stuffed_words(values[row], size, used, width, word)
    if None in found:
        return None
    return np.frombuffer(b"".join([row for row in found if row is not None]), np.uint8).reshape(
        len(found), -1
    )


def _stuffed_bytes(value: int, size: int, used: int) -> bytes | None:
    """Words that are bytes: the next one that must be stuffed is found by a search for a byte."""
    pieces: list[bytes] = []
    left, stuffings = size, 0
    while True:
        row = value.to_bytes(-(-left // 8), "big")
        match = _UNSOUND_BYTE.search(row)
        if match is None:
            break
        place = match.start()
        pieces += (row[:place], b"\1" if row[place] < 2 else b"\xfe")
        # The eighth bit of that word is looked at again; it moves what follows, and the last bit of all falls off.
        left -= 8 * (place + 1)
        stuffings += 1
        if stuffings > size - used:
            return None
        value = (value & ((2 << left) - 1)) >> 1
    return b"".join([*pieces, row])


def _unsound(rows: Bits, width: int) -> list[tuple[int, int]]:
    """The rows in which a word begins with ``width - 1`` equal bits, and the first such word."""
    first, shifts = _windows(rows.shape[1], width)
    pairs = rows.astype(np.uint16)
    words = (pairs.take(first, axis=1) << 8 | pairs.take(first + 1, axis=1, mode="clip")) >> shifts
    unsound = ((words + 2) & ((1 << width) - 1)) < 4
    first_unsound = unsound.argmax(axis=1).tolist()
    return [(row, first_unsound[row]) for row in np.flatnonzero(unsound.any(axis=1)).tolist()]


@lru_cache(maxsize=64)
def _windows(length: int, width: int) -> tuple[NDArray[np.intp], NDArray[np.uint16]]:
    """The first of the two bytes that each word lies in, and how far it must be moved down."""
    begin = np.arange(8 * length // width) * width
    return begin // 8, (16 - width - begin % 8).astype(np.uint16)


@lru_cache(maxsize=4)
def _sound_words(width: int) -> re.Pattern[str]:
    """As many words as do not begin with ``width - 1`` equal bits."""
    return re.compile(f"(?:(?!{'0' * (width - 1)}|{'1' * (width - 1)}){'.' * width})*+")


def _stuffed_words(value: int, size: int, used: int, width: int, first: int) -> bytes | None:
    """Words of any width, as text, for the search is one for text; those before word ``first`` are known to be sound."""
    text = f"{value:0{size}b}"
    sound = _sound_words(width).match
    start = first * width
    pieces = [text[:start]]
    stuffings = 0
    while True:
        match = sound(text, start)
        assert match is not None  # it matches nothing at all if need be
        end = match.end()
        pieces.append(text[start:end])
        if end + stuffings >= size:
            break
        start = end + width - 1
        pieces.append(text[end:start] + ("1" if text[end] == "0" else "0"))
        stuffings += 1
        if stuffings > size - used:
            return None
    return int("".join(pieces)[:size], 2).to_bytes(size // 8, "big")
