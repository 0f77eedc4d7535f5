"""Seals: their shape in tiles, as if each were a glyph; their tone and colour against the other ink of the same page."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from anti_forgery.comparison.truth import DOTS, SealPlace, Truth
from certificates.pdf.sheet import Box

Floats = NDArray[np.floating[Any]]

_TILE = 5.0
"""Millimetres: small enough that one other stroke is a large part of it."""
_LEAST_INK = 0.02
_CORE = 0.97
_LEAST_CORE = 60
"""Pixels inside strokes that a tone can be measured from."""
TONE_LIMITS = (0.84, 1.25)
"""Ink inside the seal's strokes over that inside other strokes; a grey copy lies below, a blacker paste above."""
COLOUR_LIMIT = 38.0
"""Levels (of 255) by which red and blue inside the seal's strokes may differ more than inside other strokes."""


def tiles(truth: Truth) -> Iterator[tuple[SealPlace, Box]]:
    """Parts of each seal that hold ink."""
    for seal in truth.seals:
        rows, columns = math.ceil(seal.box.height / _TILE), math.ceil(seal.box.width / _TILE)
        height, width = seal.box.height / rows, seal.box.width / columns
        for row in range(rows):
            for column in range(columns):
                box = Box(seal.box.x + column * width, seal.box.y + row * height, width, height)
                if truth.ink[_window(box)].mean() / 255 > _LEAST_INK:
                    yield seal, box


def tones(scan: Floats, page: Image.Image, truth: Truth) -> list[tuple[SealPlace, float]]:
    """Seals whose ink is another than that of the text and the rules, and how far beyond the limit (1) it is."""
    core = np.asarray(Image.fromarray(truth.ink).filter(ImageFilter.MinFilter(3))) > 255 * _CORE
    others = core.copy()
    for seal in truth.seals:
        others[_window(_grown(seal.box))] = False
    if others.sum() < _LEAST_CORE:
        return []
    found = []
    usual, tint = float(np.median(scan[others])), _tint(page, others, None)
    for seal in truth.seals:
        inside = core[_window(seal.box)]
        if inside.sum() < _LEAST_CORE:
            continue
        tone = float(np.median(scan[_window(seal.box)][inside])) / max(usual, 0.05)
        low, high = TONE_LIMITS
        beyond = max((1 - tone) / (1 - low), (tone - 1) / (high - 1))
        colour = abs(_tint(page, core, seal.box) - tint) / COLOUR_LIMIT
        found.append((seal, max(beyond, colour)))
    return found


def _tint(page: Image.Image, core: NDArray[np.bool_], box: Box | None) -> float:
    """How much redder than blue the ink of ``core`` is, in levels."""
    if page.mode != "RGB":
        return 0.0
    colours = np.asarray(page)[: core.shape[0], : core.shape[1]]
    inside = core[: colours.shape[0], : colours.shape[1]]
    if box is not None:
        colours, inside = colours[_window(box)], inside[_window(box)]
    picked = colours[inside].astype(np.float32)
    return float(np.median(picked[:, 0] - picked[:, 2])) if len(picked) else 0.0


def _window(box: Box) -> tuple[slice, slice]:
    """Rows and columns of pixels."""
    top, left = max(0, round(box.y * DOTS)), max(0, round(box.x * DOTS))
    return slice(top, round((box.y + box.height) * DOTS)), slice(left, round((box.x + box.width) * DOTS))


def _grown(box: Box, by: float = 1.0) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)
