"""Deflated parts that can be put in a row: compressed once, and never again for the documents that hold them.

Each part is made of deflate blocks that end at a byte boundary and refer to nothing before them (RFC 1951, 3.2), so
parts follow one another in any order. The Adler-32 of the whole (RFC 1950, 9) follows from those of the parts.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import accumulate
from operator import mul
from typing import NamedTuple

_MODULUS = 65521
_HEADER = b"\x78\xda"
_END = b"\x03\x00"  # a last block that holds nothing
_MOST_STORED = 0xFFFF
_STORED = struct.Struct("<xHH").pack  # RFC 1951, 3.2.4


class Part(NamedTuple):
    """``blocks`` unfold to ``length`` bytes; ``low`` is their sum and ``high`` the sum of its running values."""

    blocks: bytes
    length: int
    low: int
    high: int


def deflated(data: bytes) -> Part:
    """For what is used again: compressed as far as it goes."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return _part(squeeze.compress(data) + squeeze.flush(zlib.Z_FULL_FLUSH), data)


def stored(data: bytes) -> Part:
    """For what is used once and is short: copied as it is."""
    size = len(data)
    if size <= _MOST_STORED:
        return _part(_STORED(size, size ^ 0xFFFF) + data, data)
    return joined([stored(data[start : start + _MOST_STORED]) for start in range(0, size, _MOST_STORED)])


def _part(blocks: bytes, data: bytes) -> Part:
    whole = zlib.adler32(data)
    length = len(data)
    return Part(blocks, length, (whole & 0xFFFF) - 1, ((whole >> 16) - length) % _MODULUS)


def joined(parts: Sequence[Part]) -> Part:
    """One part that unfolds to all of them."""
    return in_a_row(*zip(*parts, strict=True)) if parts else Part(b"", 0, 0, 0)


def in_a_row(
    blocks: Sequence[bytes], lengths: Sequence[int], lows: Sequence[int], highs: Sequence[int]
) -> Part:
    """``joined`` for many parts given by column."""
    before = accumulate(lows, initial=0)
    high = sum(highs) + sum(map(mul, lengths, before))
    return Part(b"".join(blocks), sum(lengths), sum(lows) % _MODULUS, high % _MODULUS)


def stream(parts: Sequence[Part]) -> tuple[bytes, ...]:
    """The parts as one zlib stream, as FlateDecode reads it (ISO 32000-1, 7.4.4); in pieces, to be joined once."""
    length = low = high = 0
    for _, size, its_low, its_high in parts:
        high += its_high + size * low
        low += its_low
        length += size
    total = (high + length) % _MODULUS << 16 | (low + 1) % _MODULUS
    return (_HEADER, *[part[0] for part in parts], _END, total.to_bytes(4, "big"))
