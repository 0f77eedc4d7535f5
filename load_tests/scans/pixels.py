"""What several steps of a model do to pixels."""

from __future__ import annotations

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""Rows and columns of levels, grey or red, green and blue; 255 is white."""


def lit(page: Pixels, light: Pixels) -> Pixels:
    """``light`` is one level for each pixel of ``page``, or a column of one for each row."""
    if light.shape[1] == 1:
        light = np.repeat(light, page.shape[1], axis=1)
    whole = light if page.ndim == 2 else cv2.merge((light,) * page.shape[2])
    return as_pixels(cv2.multiply(page, np.asarray(whole), scale=1 / 255))


def enlarged(light: NDArray[np.floating[Any]], shape: tuple[int, ...]) -> Pixels:
    """Light from 0 to 1 as levels for a page of ``shape``."""
    levels = np.round(255 * np.clip(light, 0, 1)).astype(np.uint8)
    return as_pixels(cv2.resize(levels, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR))


def level_of(level: int) -> tuple[int, int, int]:
    return (level, level, level)


def as_pixels(found: Any) -> Pixels:
    """OpenCV's arrays are of whatever it was given."""
    return np.asarray(found, dtype=np.uint8)


def recoloured(page: Pixels, table: NDArray[np.floating[Any]]) -> Pixels:
    """Each level replaced by that of ``table``."""
    return as_pixels(cv2.LUT(page, np.round(np.clip(table, 0, 255)).astype(np.uint8)))


_GRAIN = 37
"""Of the stored noise: what one standard deviation is."""
_SIDE = 1024


@cache
def _grain() -> NDArray[np.int16]:
    noise = np.random.default_rng(20261126).standard_normal((_SIDE, _SIDE, 3), dtype=np.float32)
    return np.round(noise * _GRAIN).astype(np.int16)


def noisy(page: Pixels, draw: np.random.Generator, sigma: float, *, by_light: bool = False) -> Pixels:
    """Normal noise of ``sigma`` levels, or of ``sigma`` times the square root of each level.

    Put together from one piece that is turned and moved: drawing it anew would take most of the time.
    """
    grain = np.roll(_grain(), tuple(draw.integers(0, _SIDE, 2)), axis=(0, 1))
    if draw.random() < 0.5:
        grain = np.ascontiguousarray(grain[::-1])
    noisy_page = np.empty_like(page)
    roots = np.sqrt(np.arange(256, dtype=np.float32)) * np.float32(sigma / _GRAIN)
    for top in range(0, page.shape[0], _SIDE):
        for left in range(0, page.shape[1], _SIDE):
            part = page[top : top + _SIDE, left : left + _SIDE]
            noise = grain[: part.shape[0], : part.shape[1]]
            if page.ndim == 2:
                noise = noise[..., 0]
            if by_light:
                added = cv2.multiply(cv2.LUT(part, roots), noise.astype(np.float32))
                changed = cv2.add(part, added, dtype=cv2.CV_8U)
            else:
                changed = cv2.addWeighted(
                    part, 1.0, np.ascontiguousarray(noise), sigma / _GRAIN, 0, dtype=cv2.CV_8U
                )
            noisy_page[top : top + _SIDE, left : left + _SIDE] = changed
    return noisy_page
