"""Reed–Solomon parity of Aztec symbols by table: parity is linear in the bits, so it is a sum of rows, one a half byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bits = NDArray[np.uint8]
Words = NDArray[np.int64]

POLYNOMIALS = {4: 0x13, 6: 0x43, 8: 0x12D, 10: 0x409, 12: 0x1069}
"""The field of each width of word (ISO/IEC 24778, 5.3)."""


def word_size(layers: int) -> int:
    """Bits of a word in a symbol of that many layers."""
    return 6 if layers <= 2 else 8 if layers <= 8 else 10 if layers <= 22 else 12


def bits_in(layers: int) -> int:
    """Bits of a full symbol, those of no whole word included."""
    return (112 + 16 * layers) * layers


def checked_words(data: Sequence[int], parity: int, *, width: int) -> list[int]:
    """The parity words of one message, word by word; for the table and for the mode message."""
    powers, logarithms = _field(width)
    order = len(powers) // 2
    generator = _generator(parity, width)
    remainder = np.zeros(parity, dtype=np.int64)
    for word in data:
        factor = word ^ int(remainder[0])
        remainder = np.append(remainder[1:], 0)
        if factor:
            remainder ^= powers[(logarithms[factor] + logarithms[generator]) % order]
    return [int(word) for word in remainder]


@dataclass(frozen=True, slots=True, kw_only=True)
class ParityTable:
    """``rows[16 · place + value]``: what half byte ``place`` of the data adds to the parity bits, packed in 64 a number."""

    rows: NDArray[np.uint64]
    places: NDArray[np.intp]
    bits: int

    def of(self, data: Bits) -> Bits:
        """The parity bits, unpacked, of messages of shape (messages, bytes)."""
        messages, length = data.shape
        index = np.empty((2 * length, messages), dtype=np.intp)
        index[0::2] = (data >> 4).T
        index[1::2] = (data & 15).T
        index += self.places
        width = self.rows.shape[1]
        gathered = self.rows.take(index.ravel(), axis=0).reshape(2 * length, messages * width)
        packed = np.bitwise_xor.reduce(gathered, axis=0).view(np.uint8).reshape(messages, 8 * width)
        return np.unpackbits(packed, axis=1, count=self.bits)


@lru_cache(maxsize=24)
def parity_table(layers: int, words: int) -> ParityTable:
    """The table of a symbol with that many data words; half a megabyte for a usual sheet, made in some 10 ms."""
    width = word_size(layers)
    parity = bits_in(layers) // width - words
    units = _of_single_bits(words, parity, width)
    halves = units.reshape(words * width // 4, 4, -1)
    rows = np.zeros((halves.shape[0], 16, halves.shape[2]), dtype=np.uint64)
    for value in range(1, 16):
        bit = value & -value
        rows[:, value] = rows[:, value ^ bit] ^ halves[:, 4 - bit.bit_length()]
    places = 16 * np.arange(halves.shape[0], dtype=np.intp)[:, None]
    return ParityTable(rows=rows.reshape(-1, halves.shape[2]), places=places, bits=parity * width)


def _of_single_bits(words: int, parity: int, width: int) -> NDArray[np.uint64]:
    """The parity of every message with one bit set, packed; the first bit of the first word first."""
    powers, logarithms = _field(width)
    order = len(powers) // 2
    generator = logarithms[_generator(parity, width)]
    remainders = np.zeros((words, parity), dtype=np.int64)
    remainder = np.zeros(parity, dtype=np.int64)
    remainder[-1] = 1  # x^0, which is multiplied by x with every step
    for place in range(parity + words):
        factor = int(remainder[0])
        remainder = np.append(remainder[1:], 0)
        if factor:
            remainder ^= powers[(logarithms[factor] + generator) % order]
        if place >= parity - 1 and words - 1 - (place - parity + 1) >= 0:
            remainders[words - 1 - (place - parity + 1)] = remainder
    shifts = np.arange(width - 1, -1, -1)
    found = np.empty((words, width, -(-parity * width // 64)), dtype=np.uint64)
    for bit, shift in enumerate(shifts):
        times = np.where(remainders == 0, 0, powers[(logarithms[remainders] + int(shift)) % order])
        packed = np.packbits(((times[:, :, None] >> shifts) & 1).astype(np.uint8).reshape(words, -1), axis=1)
        whole = np.zeros((words, 8 * found.shape[2]), dtype=np.uint8)
        whole[:, : packed.shape[1]] = packed
        found[:, bit] = whole.view(np.uint64)
    return found.reshape(words * width, -1)


@lru_cache(maxsize=64)
def _generator(parity: int, width: int) -> Words:
    """Coefficients of (x - a)(x - a²)… without the leading 1, the highest power first; none of them is 0."""
    powers, logarithms = _field(width)
    order = len(powers) // 2
    product = np.array([1], dtype=np.int64)
    for root in range(1, parity + 1):
        shifted = np.where(product == 0, 0, powers[(logarithms[product] + root) % order])
        product = np.append(product, 0) ^ np.append(0, shifted)
    return product[1:]


@lru_cache(maxsize=8)
def _field(width: int) -> tuple[Words, Words]:
    """Powers of the primitive element, twice over, and logarithms; that of 0 is never used."""
    order = (1 << width) - 1
    powers = np.zeros(order, dtype=np.int64)
    value = 1
    for exponent in range(order):
        powers[exponent] = value
        value <<= 1
        if value > order:
            value ^= POLYNOMIALS[width]
    logarithms = np.zeros(order + 1, dtype=np.int64)
    logarithms[powers] = np.arange(order)
    return np.concatenate([powers, powers]), logarithms
