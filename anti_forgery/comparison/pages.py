"""Pages as arrays: grey levels to ink, smaller ones, and a map of the plane applied to a picture."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats, Pixels

Map = NDArray[np.floating[Any]]
"""3 × 3, homogeneous."""

_PAPER = 85
"""Percentile of a neighbourhood's levels that is taken for its paper."""
_DARKEST_PAPER = 16
_PRINT = 60
"""Ink around a pixel where there is print."""
_HALF = np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]])
"""From numbers of pixels to points of the plane, where a pixel is a square and its number that of its corner."""


def ink_of(grey: Pixels, reach: int) -> Pixels:
    """Ink from 0 to 255 (black): darker than the brightest within about ``reach`` pixels around."""
    rows, columns = grey.shape
    high, wide = -(-rows // reach), -(-columns // reach)
    padded = np.pad(grey, ((0, high * reach - rows), (0, wide * reach - columns)), mode="edge")
    step = max(1, reach // 9)
    cells = padded.reshape(high, reach, wide, reach)[:, ::step, :, ::step].transpose(0, 2, 1, 3)
    thinned = cells.reshape(high, wide, -1)
    place = round(_PAPER / 100 * (thinned.shape[2] - 1))
    blocks = np.maximum(np.partition(thinned, place, axis=2)[:, :, place], _DARKEST_PAPER)
    paper = cv2.resize(blocks, (wide * reach, high * reach), interpolation=cv2.INTER_LINEAR)
    light = cv2.divide(grey, np.ascontiguousarray(paper[:rows, :columns]), scale=255)
    return np.asarray(cv2.bitwise_not(light), dtype=np.uint8)


def shrunk(page: Pixels, factor: int) -> Pixels:
    """Each pixel the mean of a square of ``factor`` pixels; what is left over at the right and below is cut off."""
    while factor % 2 == 0:  # halving is quicker by far than anything else
        page, factor = _averaged(page, 2), factor // 2
    return page if factor == 1 else _averaged(page, factor)


def _averaged(page: Pixels, factor: int) -> Pixels:
    rows, columns = page.shape[0] // factor, page.shape[1] // factor
    whole = page[: rows * factor, : columns * factor]
    return np.asarray(cv2.resize(whole, (columns, rows), interpolation=cv2.INTER_AREA), dtype=np.uint8)


class Levels:
    """A page at falling resolutions, each made when first asked for."""

    def __init__(self, page: Pixels) -> None:
        self.page = page
        self._levels = {1: page}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.page.shape[1], self.page.shape[0]

    def level(self, factor: int) -> Pixels:
        """Smaller by ``factor``."""
        if factor not in self._levels:
            # from a level that is there already it costs less
            known = max(known for known in self._levels if factor % known == 0)
            self._levels[factor] = shrunk(self._levels[known], factor // known)
        return self._levels[factor]


def seen_through(picture: Pixels, to_picture: Map, shape: tuple[int, int]) -> Pixels:
    """What ``picture`` shows at ``to_picture`` of each point of a page of ``shape``; white beside the picture."""
    matrix = np.linalg.inv(_HALF) @ to_picture @ _HALF
    found = cv2.warpPerspective(
        picture,
        matrix,
        (shape[1], shape[0]),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=255,
    )
    return np.asarray(found, dtype=np.uint8)


def crispness(ink: Pixels) -> float:
    """How much print differs from itself blurred by two pixels, over its own ink: 0.3 is a good scan, 0.1 is blurred."""
    near = cv2.GaussianBlur(ink, (0, 0), 2.0)
    printed = near > _PRINT
    if not printed.any():
        return 0.0
    edges = cv2.subtract(ink, near, dtype=cv2.CV_16S)
    return float(edges[printed].std() / ink[printed].mean())


def grain(ink: Pixels) -> float:
    """How much what is not print differs from itself blurred by two pixels, in levels of 255."""
    near = cv2.GaussianBlur(ink, (0, 0), 2.0)
    bare = near <= _PRINT
    return float(cv2.subtract(ink, near, dtype=cv2.CV_16S)[bare].std()) if bare.any() else 0.0


def correlation(one: Pixels, other: Pixels) -> float:
    a, b = (page.astype(np.float32) - page.mean(dtype=np.float32) for page in (one, other))
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def mapped(transform: Map, points: Floats) -> Floats:
    """Rows of x and y."""
    lifted = points @ transform[:, :2].T + transform[:, 2]
    return np.asarray(lifted[:, :2] / lifted[:, 2:])
