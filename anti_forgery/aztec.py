"""Aztec symbols (ISO/IEC 24778) of equal size for many contents at once, some ten times as fast as one by one.

All contents have one length, so they share size, layout and parity table: what is left is a search for the words that
must be stuffed, one table look-up and one gather over all symbols. Full symbols only, contents in binary shift.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.aztec_layout import layout, side_of
from anti_forgery.aztec_parity import Bits, bits_in, parity_table, word_size

MAX_LAYERS = 32
MAX_SHARE = 0.46
"""The largest part of a symbol that is data; what is left corrects errors."""
STEP = 4
"""Data words are counted in steps, so that lengths that differ a little share their parity table."""
_NEUTRAL = "111101110"
"""Latch to digits and back (5.2.1, table 2): fills up to a whole step without meaning anything."""
_SHORT, _LONG = 31, 2078
"""The longest binary shifts with a count of five bits, and of eleven."""


def encode(contents: Sequence[bytes]) -> NDArray[np.uint8]:
    """One symbol a content, shape (contents, side, side); 1 is dark.

    The contents must be of one length. Raises ValueError when they are not, or are too long for a symbol.
    """
    (length,) = {len(content) for content in contents}
    texts = [_text(content) for content in contents]
    for layers, words in _sizes(length):
        width = word_size(layers)
        rows = [_stuffed(text, words, width) for text in texts]
        if None not in rows:
            return _drawn([row for row in rows if row is not None], layers, words)
    raise ValueError("the content is too long for a symbol")


@lru_cache(maxsize=256)
def _sizes(length: int) -> tuple[tuple[int, int], ...]:
    """Layers and data words that hold that many bytes, the smallest first; the next ones if more must be stuffed."""
    found = []
    bits = _head_bits(length) + 8 * length
    for layers in range(1, MAX_LAYERS + 1):
        width = word_size(layers)
        least = -(-bits // width)
        # One bit a stuffed word; in random content one word of 2^(width - 2) is.
        expected = 4 + 4 * least // (1 << (width - 2))
        words = -(-(bits + expected) // width)
        words += -words % STEP
        most = int(MAX_SHARE * (bits_in(layers) // width))
        found += [(layers, more) for more in range(words, min(most, least + least // 4 + STEP) + 1, STEP)]
    return tuple(found)


def _head_bits(length: int) -> int:
    return 10 if length <= _SHORT else 21


def _text(content: bytes) -> str:
    """The content as bits: shift to binary, count, bytes (5.2.1). Text, for the search is one for text."""
    length = len(content)
    if not 0 < length <= _LONG:
        raise ValueError("the content is empty or too long for a symbol")
    count = f"{length:05b}" if length <= _SHORT else f"{length - _SHORT:016b}"
    return f"11111{count}{int.from_bytes(content, 'big'):0{8 * length}b}"


@lru_cache(maxsize=4)
def _sound_words(width: int) -> re.Pattern[str]:
    """As many words as do not begin with ``width - 1`` equal bits."""
    return re.compile(f"(?:(?!0{{{width - 1}}}|1{{{width - 1}}})[01]{{{width}}})*")


def _stuffed(text: str, words: int, width: int) -> bytes | None:
    """Words with the bits stuffed that keep a word from being all 0 or all 1 (5.2.2), packed; None when they do not fit."""
    sound = _sound_words(width).match
    size = words * width
    padded = text + _NEUTRAL * ((size - len(text)) // len(_NEUTRAL) + 2)
    pieces = []
    start = stuffed = 0
    while True:
        match = sound(padded, start)
        assert match is not None  # it matches nothing at all if need be
        end = match.end()
        pieces.append(padded[start:end])
        if end + stuffed >= size:
            break
        start = end + width - 1
        pieces.append(padded[end:start] + ("1" if padded[end] == "0" else "0"))
        stuffed += 1
    if len(text) + stuffed > size:
        return None
    return int("".join(pieces)[:size], 2).to_bytes(size // 8, "big")


def _drawn(data: Sequence[bytes], layers: int, words: int) -> NDArray[np.uint8]:
    plan = layout(layers, words)
    rows = np.frombuffer(b"".join(data), dtype=np.uint8).reshape(len(data), -1)
    bits: Bits = np.empty((len(data), plan.bits), dtype=np.uint8)
    bits[:, : 8 * rows.shape[1]] = np.unpackbits(rows, axis=1)
    bits[:, 8 * rows.shape[1] : -2] = parity_table(layers, words).of(rows)
    bits[:, -2:] = (0, 1)
    side = side_of(layers)
    return bits.take(plan.source, axis=1).reshape(len(data), side, side)
