"""How a square seal's lettering is arranged: columns from right to left, each filling the height."""

from __future__ import annotations

import math


def columns(count: int) -> tuple[int, ...]:
    """Characters in each column, from the right: never more columns than rows, the first columns the fuller."""
    rows = math.isqrt(count - 1) + 1
    number = -(-count // rows)
    least, more = divmod(count, number)
    return tuple(least + (index < more) for index in range(number))


def cells(
    count: int, left: float, bottom: float, width: float, height: float
) -> tuple[tuple[float, float, float, float], ...]:
    """A cell (left, bottom, width, height) for each of ``count`` characters in reading order; y grows upwards."""
    sizes = columns(count)
    cell_width = width / len(sizes)
    found = []
    for index, size in enumerate(sizes):
        x = left + width - (index + 1) * cell_width
        cell_height = height / size
        found += [
            (x, bottom + height - (row + 1) * cell_height, cell_width, cell_height) for row in range(size)
        ]
    return tuple(found)
