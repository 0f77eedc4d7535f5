"""Where the glyphs of a line lie: each at its best, and none far from where its neighbours lie.

Paper bends and registration errs by a little from glyph to glyph, not by a lot: the best chain of shifts is looked for along
each line (dynamic programming), so that a figure that is like many others near it is not taken for its neighbour.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from anti_forgery.comparison.blocks import Floats
from anti_forgery.comparison.windows import Numbers

_STEPS = tuple((down, across) for down in (-1, 0, 1) for across in (-1, 0, 1))
"""Pixels by which neighbours may lie apart from where they should, down and across."""
_CENTRE = 0.02
"""What a shift as far as is looked costs."""
_NEVER = np.float32(-1e6)


def shifts_along(volumes: Floats, lines: Sequence[Sequence[int]]) -> Numbers:
    """Row and column of each glyph's best shift in its volume.

    ``volumes`` (glyphs, shifts down, shifts across) says how like the truth each is when shifted; ``lines`` are the numbers
    of glyphs in the order in which they follow one another.
    """
    side = volumes.shape[1]
    reach = side // 2
    found = np.zeros((len(volumes), 2), dtype=np.intp)
    ordered = sorted(lines, key=len, reverse=True)
    sums = np.empty((0, side, side), dtype=np.float32)
    came_from: list[Numbers] = []
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1] / reach
    away = (_CENTRE * (y**2 + x**2)).astype(np.float32)
    for place in range(len(ordered[0]) if ordered else 0):
        here = [line[place] for line in ordered if len(line) > place]
        if place == 0:
            sums = volumes[here] - away
            continue
        near = _around(sums[: len(here)])
        best = near.argmax(axis=0)
        came_from.append(best)
        sums = np.concatenate(
            [volumes[here] + np.take_along_axis(near, best[None], axis=0)[0], sums[len(here) :]]
        )
    for number, line in enumerate(ordered):
        down, across = np.divmod(int(sums[number].argmax()), side)
        for place in range(len(line) - 1, -1, -1):
            found[line[place]] = down, across
            if place:
                step = _STEPS[came_from[place - 1][number, down, across]]
                down, across = down + step[0], across + step[1]
    return found


def _around(sums: Floats) -> Floats:
    """For each step the sums at the shift that it comes from."""
    count, side, _ = sums.shape
    padded = np.full((count, side + 2, side + 2), _NEVER, dtype=np.float32)
    padded[:, 1:-1, 1:-1] = sums
    return np.stack(
        [padded[:, 1 + down : 1 + down + side, 1 + across : 1 + across + side] for down, across in _STEPS]
    )
