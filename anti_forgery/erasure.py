"""Erasure code over GF(256): any ``data`` of the parts give the whole back. Lost parts are known, never guessed.

A systematic Cauchy Reed–Solomon code (Blömer et al., ICSI TR-95-048): every square of its matrix can be inverted.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]

_POLYNOMIAL = 0x11D


def encode(data: Bytes, parity: int) -> Bytes:
    """Parity rows for ``data`` of shape (parts, length); parts + parity ≤ 256."""
    parts, length = data.shape
    if not 0 < parts <= parts + parity <= 256:
        raise ValueError("at most 256 parts")
    table, places = _parity_table(parts, parity)
    rows = table.take((data + places).ravel(), axis=0).reshape(parts, length * table.shape[1])
    summed: Bytes = np.bitwise_xor.reduce(rows, axis=0).view(np.uint8).reshape(length, 8 * table.shape[1])
    return summed[:, :parity].T


def decode(rows: Mapping[int, Bytes], parts: int) -> Bytes:
    """The data rows from any ``parts`` rows, keyed by their index: data first, then parity.

    Raises ValueError when there are too few.
    """
    if len(rows) < parts:
        raise ValueError("too few parts")
    present = sorted(rows)[:parts]
    parity = max(1, present[-1] + 1 - parts)
    generator = np.vstack([np.eye(parts, dtype=np.uint8), _cauchy(parts, parity)])
    return _times(_inverse(generator[present]), np.stack([rows[index] for index in present]))


@lru_cache(maxsize=4)
def _parity_table(parts: int, parity: int) -> tuple[NDArray[np.uint64], NDArray[np.intp]]:
    """What each value of each part adds to all parity parts at once, eight bytes a number; where a part's values begin."""
    wide = np.zeros((parts, 256, -(-parity // 8) * 8), dtype=np.uint8)
    wide[:, :, :parity] = _products()[_cauchy(parts, parity).T].swapaxes(1, 2)
    return wide.view(np.uint64).reshape(parts * 256, -1), 256 * np.arange(parts, dtype=np.intp)[:, None]


def _cauchy(parts: int, parity: int) -> Bytes:
    """Row i, column j: 1 / (x_i + y_j) with all x and y distinct."""
    x = np.arange(parts, parts + parity)
    found: Bytes = _inverses()[x[:, None] ^ np.arange(parts)]
    return found


def _times(matrix: Bytes, rows: Bytes) -> Bytes:
    # A look-up of one index is twice as fast as one of two.
    index = (matrix.astype(np.intp) << 8)[:, :, None] + rows[None, :, :]
    products = _products().reshape(-1).take(index)
    return np.asarray(np.bitwise_xor.reduce(products, axis=1), dtype=np.uint8)


def _inverse(matrix: Bytes) -> Bytes:
    """Gauss and Jordan; ``matrix`` is a square of the generator, so a pivot is always found."""
    products, inverses = _products(), _inverses()
    size = matrix.shape[0]
    work = np.hstack([matrix, np.eye(size, dtype=np.uint8)])
    for column in range(size):
        pivot = column + int(np.argmax(work[column:, column] != 0))
        work[[column, pivot]] = work[[pivot, column]]
        work[column] = products[inverses[work[column, column]], work[column]]
        for row in range(size):
            if row != column:
                work[row] ^= products[work[row, column], work[column]]
    found: Bytes = work[:, size:]
    return found


@lru_cache(maxsize=1)
def _products() -> Bytes:
    """The whole multiplication table of GF(256)."""
    powers = np.zeros(255, dtype=np.int64)
    value = 1
    for exponent in range(255):
        powers[exponent] = value
        value = (value << 1) ^ (_POLYNOMIAL if value & 0x80 else 0)
    logarithms = np.zeros(256, dtype=np.int64)
    logarithms[powers] = np.arange(255)
    table = powers[(logarithms[:, None] + logarithms[None, :]) % 255].astype(np.uint8)
    table[0, :] = table[:, 0] = 0
    found: Bytes = table
    return found


@lru_cache(maxsize=1)
def _inverses() -> Bytes:
    """The inverse of each element; 0 has none and maps to 0."""
    found: Bytes = np.argmax(_products() == 1, axis=1).astype(np.uint8)
    return found
