"""Aztec symbols (ISO/IEC 24778) of equal size for many contents at once, some ten times as fast as one by one.

All contents have one length, so they share size, layout and parity table: what is left is a search for the words that
must be stuffed, one table look-up and one gather over all symbols. Full symbols only, contents in binary shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from anti_forgery.aztec_layout import layout, side_of
from anti_forgery.aztec_parity import Bits, bits_in, parity_table, word_size
from anti_forgery.aztec_words import LONGEST, head_bits, stuffed

MAX_LAYERS = 32
MAX_SHARE = 0.56
"""The largest part of a symbol that is data. 44 % and more correct errors, whole symbols may be lost beside, and what is
not spent on more makes larger modules."""
STEP = 4
"""Data words are counted in steps, so that lengths that differ a little share their parity table."""


def encode(contents: Sequence[bytes]) -> Bits:
    """One symbol a content, shape (contents, side, side); 1 is dark.

    The contents must be of one length. Raises ValueError when they are not, or are too long for a symbol.
    """
    (length,) = {len(content) for content in contents}
    if not 0 < length <= LONGEST:
        raise ValueError("the content is empty or too long for a symbol")
    rows = np.frombuffer(b"".join(contents), dtype=np.uint8).reshape(-1, length)
    for layers, words in _sizes(length):
        data = stuffed(rows, words, word_size(layers))
        if data is not None:
            return _drawn(data, layers, words)
    raise ValueError("the content is too long for a symbol")


@lru_cache(maxsize=256)
def _sizes(length: int) -> tuple[tuple[int, int], ...]:
    """Layers and data words that hold that many bytes, the smallest first; the next ones if more must be stuffed."""
    found = []
    bits = head_bits(length) + 8 * length
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


def _drawn(data: Bits, layers: int, words: int) -> Bits:
    plan = layout(layers, words)
    count, used = data.shape
    bits: Bits = np.empty((count, plan.bits), dtype=np.uint8)
    bits[:, :used] = data
    bits[:, used:-2] = parity_table(layers, words).of(np.packbits(data, axis=1))
    bits[:, -2:] = (0, 1)
    side = side_of(layers)
    return bits.take(plan.source, axis=1).reshape(count, side, side)
