"""Deflated parts that can be put in a row: compressed once, and never again for the documents that hold them.

Each part is made of deflate blocks that end at a byte boundary and refer to nothing before them (RFC 1951, 3.2), so
parts follow one another in any order. The Adler-32 of the whole (RFC 1950, 9) follows from those of the parts.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

_MODULUS = 65521
_HEADER = b"\x78\xda"
_END = b"\x03\x00"  # a last block that holds nothing
_MOST_STORED = 0xFFFF


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
    blocks = []
    for start in range(0, len(data), _MOST_STORED):
        chunk = data[start : start + _MOST_STORED]
        size = len(chunk)
        blocks.append(b"\0" + size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + chunk)
    return _part(b"".join(blocks), data)


def _part(blocks: bytes, data: bytes) -> Part:
    whole = zlib.adler32(data)
    return Part(blocks, len(data), (whole & 0xFFFF) - 1, ((whole >> 16) - len(data)) % _MODULUS)


def joined(parts: Sequence[Part]) -> Part:
    """One part that unfolds to all of them."""
    low, high, length = _sums(parts)
    return Part(b"".join([part.blocks for part in parts]), length, low, high)


def stream(parts: Sequence[Part]) -> bytes:
    """The parts as one zlib stream, as FlateDecode reads it (ISO 32000-1, 7.4.4)."""
    low, high, length = _sums(parts)
    total = (high + length) % _MODULUS << 16 | (low + 1) % _MODULUS
    return b"".join([_HEADER, *[part.blocks for part in parts], _END, total.to_bytes(4, "big")])


def _sums(parts: Sequence[Part]) -> tuple[int, int, int]:
    before = accumulate([part.low for part in parts], initial=0)
    high = sum([part.high + part.length * ahead for part, ahead in zip(parts, before, strict=False)])
    return sum([part.low for part in parts]) % _MODULUS, high % _MODULUS, sum([part.length for part in parts])
