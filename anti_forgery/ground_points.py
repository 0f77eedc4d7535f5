"""Where on a page to look for the word of the ground, and for the ground away from it: for both sides, for any design."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.back import GROUND_PANEL
from anti_forgery.constants import BACK_EMBLEM, FRONT_EMBLEM
from anti_forgery.ground import Disc, Panel
from anti_forgery.ground_design import ORIGIN, TILE, TILES, GroundDesign
from anti_forgery.pdf_objects import DOT

Mask = NDArray[np.bool_]

PAGE = (4961, 7016)
"""Width and height of A4 in dots of 600 dpi."""
CLEAR = 24.0
"""Dots around the word, and around what leaves the ground out, in which a blurred scan mixes both."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Of a page seen as rows and columns of points: those in the strokes of the word, and those of the ground around."""

    word: Mask
    ground: Mask


@lru_cache(maxsize=4)
def front_points(design: GroundDesign, step: int) -> Points:
    """Points of the front, ``step`` dots of 600 dpi apart."""
    return _points(design, step, FRONT_EMBLEM, None)


@lru_cache(maxsize=4)
def back_points(design: GroundDesign, step: int) -> Points:
    """Points of the back, ``step`` dots of 600 dpi apart."""
    return _points(design, step, BACK_EMBLEM, GROUND_PANEL)


def _points(design: GroundDesign, step: int, emblem: Disc, panel: Panel | None) -> Points:
    x, y = (step * (np.arange(side // step, dtype=np.float64) + 0.5) for side in PAGE)
    top = PAGE[1] - ORIGIN[1] - TILES[1] * TILE[1]
    across, down = x - ORIGIN[0], y - top
    distance = np.empty((y.size, x.size))
    for odd in (0, 1):
        rows = down // TILE[1] % 2 == odd
        moved = (across - odd * TILE[0] // 2) % TILE[0]
        distance[rows] = design.distance(moved, down[rows] % TILE[1], CLEAR + step)
    width, height = (tiles * side for tiles, side in zip(TILES, TILE, strict=True))
    held = (across >= 0) & (across < width) & ((down >= 0) & (down < height))[:, None]
    upwards = (PAGE[1] - y)[:, None]
    held &= np.hypot(x - emblem.x / DOT, upwards - emblem.y / DOT) > emblem.radius / DOT + 2 * CLEAR
    if panel is not None:
        held &= ~(
            (np.abs(x - panel.x - panel.width / 2) < panel.width / 2 + CLEAR)
            & (np.abs(upwards - panel.y - panel.height / 2) < panel.height / 2 + CLEAR)
        )
    return Points(word=held & (distance <= -step / 2), ground=held & (distance >= CLEAR))
