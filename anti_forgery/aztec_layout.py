"""Where each bit of a full Aztec symbol stands (ISO/IEC 24778, 4.3): worked out once a size, looked up ever after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.aztec_parity import bits_in, checked_words, word_size

_GRID = 16
"""Modules between the lines of the reference grid."""
_CORE = 7
"""Half the side of the finder with the mode message around it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """``source``: for each module, row by row, the place of its bit among ``bits``.

    The bits are those of the data words, those of the parity words, and at the end one that is 0 and one that is 1.
    """

    source: NDArray[np.intp]
    bits: int


def side_of(layers: int) -> int:
    """Modules along a side (4.3.3)."""
    plain = 14 + 4 * layers
    return plain + 1 + 2 * ((plain // 2 - 1) // (_GRID - 1))


@lru_cache(maxsize=64)
def layout(layers: int, words: int) -> Layout:
    """The layout of a symbol of that many data words; the others are parity."""
    side = side_of(layers)
    bits = bits_in(layers) // word_size(layers) * word_size(layers) + 2
    source = np.full((side, side), bits - 2, dtype=np.intp)  # light unless something else stands there
    _draw_reference_grid(source, bits - 1)
    _draw_core(source, bits - 1, _mode_message(layers, words))
    _place_bits(source, layers, bits)
    return Layout(source=source.ravel(), bits=bits)


def _place_bits(source: NDArray[np.intp], layers: int, bits: int) -> None:
    """Layer by layer from the outside, dominoes of two bits, the four sides one after another (4.3.6)."""
    plain = 14 + 4 * layers
    at = _past_the_grid(plain, source.shape[0])
    waste = bits_in(layers) % word_size(layers)
    first = -waste  # the bits that make no whole word come first and are light
    for layer in range(layers):
        count = (layers - layer) * 4 + 12
        low, high = 2 * layer, plain - 1 - 2 * layer
        for j in range(count):
            for k in range(2):
                for turn, (x, y) in enumerate(
                    (
                        (low + k, low + j),
                        (low + j, high - k),
                        (high - k, high - j),
                        (high - j, low + k),
                    )
                ):
                    bit = first + (turn * count + j) * 2 + k
                    if bit >= 0:
                        source[at[y], at[x]] = bit
        first += 8 * count
    assert first == bits - 2


def _past_the_grid(plain: int, side: int) -> list[int]:
    """The coordinate of each line of modules, counted without the lines of the reference grid."""
    middle, centre = plain // 2, side // 2
    at = [0] * plain
    for i in range(middle):
        step = i + i // (_GRID - 1)
        at[middle - i - 1], at[middle + i] = centre - step - 1, centre + step + 1
    return at


def _draw_reference_grid(source: NDArray[np.intp], dark: int) -> None:
    centre = source.shape[0] // 2
    for line in range(0, centre + 1, _GRID):
        for place in {centre - line, centre + line}:
            source[place, centre % 2 :: 2] = source[centre % 2 :: 2, place] = dark


def _draw_core(source: NDArray[np.intp], dark: int, message: str) -> None:
    """Finder, orientation marks and mode message (4.3.4, 4.3.5)."""
    c, light = source.shape[0] // 2, dark - 1
    source[c - _CORE : c + _CORE + 1, c - _CORE : c + _CORE + 1] = light
    for ring in range(_CORE - 1):
        value = light if ring % 2 else dark
        low, high = c - ring, c + ring
        source[[low, high], low : high + 1] = source[low : high + 1, [low, high]] = value
    s = _CORE
    for x, y in ((-s, -s), (1 - s, -s), (-s, 1 - s), (s, -s), (s, 1 - s), (s, s - 1)):
        source[c + y, c + x] = dark
    for i in range(10):
        along = -5 + i + i // 5
        for bit, x, y in ((i, along, -s), (i + 10, s, along), (29 - i, along, s), (39 - i, -s, along)):
            source[c + y, c + x] = dark if message[bit] == "1" else light
    source[c, [c - s, c + s]] = source[[c - s, c + s], c] = [
        dark if s % 2 == 0 else light
    ] * 2  # where the reference grid passes


def _mode_message(layers: int, words: int) -> str:
    """Layers and data words with their own parity over GF(16), 40 bits (4.3.5)."""
    plain = f"{layers - 1:05b}{words - 1:011b}"
    data = [int(plain[place : place + 4], 2) for place in range(0, 16, 4)]
    return plain + "".join(f"{word:04b}" for word in checked_words(data, 6, width=4))
