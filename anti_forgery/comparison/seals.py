"""Seals: their shape in tiles, as if each were a glyph; their tone and colour against the other ink of the same page."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from anti_forgery.comparison.blocks import Floats
from anti_forgery.comparison.truth import DOTS, SealPlace, Truth
from certificates.pdf.sheet import Box

_TILE = 5.0
"""Millimetres: small enough that one other stroke is a large part of it."""
_LEAST_INK = 0.02
_CORE, _BROAD = 0.97, 0.55
"""Ink of the truth inside strokes, before and after it is blurred as the scan is."""
_LEAST_CORE = 60
"""Pixels inside strokes that a tone can be measured from."""
TONE_LIMITS = (0.91, 1.2)
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
                if truth.ink[_window(box, DOTS)].mean() / 255 > _LEAST_INK:
                    yield seal, box


def tones(scan: Floats, shown: Image.Image, truth: Truth, sigma: float) -> list[tuple[SealPlace, float]]:
    """Each seal and how far its ink is from that of the text and the rules; 1 is the limit.

    ``shown`` is the upright page with half the resolution, ``sigma`` the blur of the scan in pixels: fine strokes are
    lighter than broad ones for that reason alone.
    """
    true = Image.fromarray(truth.ink).reduce(2)
    expected = np.asarray(true.filter(ImageFilter.GaussianBlur(sigma / 2)), dtype=np.float32) / 255
    seen = np.asarray(Image.fromarray(scan.astype(np.float32)).reduce(2))
    core = (np.asarray(true) > 255 * _CORE) & (expected > _BROAD)
    ratio = np.where(core, seen / np.maximum(expected, _BROAD), 0)
    others = core.copy()
    for seal in truth.seals:
        others[_window(_grown(seal.box), DOTS / 2)] = False
    if others.sum() < _LEAST_CORE:
        return []
    usual, tint = float(np.median(ratio[others])), _tint(shown, others)
    found = []
    for seal in truth.seals:
        window = _window(seal.box, DOTS / 2)
        inside = np.zeros_like(core)
        inside[window] = core[window]
        if inside.sum() < _LEAST_CORE:
            continue
        tone = float(np.median(ratio[inside])) / max(usual, 0.05)
        low, high = TONE_LIMITS
        beyond = max((1 - tone) / (1 - low), (tone - 1) / (high - 1))
        found.append((seal, max(beyond, abs(_tint(shown, inside) - tint) / COLOUR_LIMIT)))
    return found


def _tint(page: Image.Image, core: NDArray[np.bool_]) -> float:
    """How much redder than blue the ink of ``core`` is, in levels."""
    if page.mode != "RGB":
        return 0.0
    rows, columns = min(core.shape[0], page.height), min(core.shape[1], page.width)
    picked = np.asarray(page)[:rows, :columns][core[:rows, :columns]].astype(np.float32)
    return float(np.median(picked[:, 0] - picked[:, 2])) if len(picked) else 0.0


def _window(box: Box, dots: float) -> tuple[slice, slice]:
    """Rows and columns of pixels."""
    top, left = max(0, round(box.y * dots)), max(0, round(box.x * dots))
    return slice(top, round((box.y + box.height) * dots)), slice(left, round((box.x + box.width) * dots))


def _grown(box: Box, by: float = 1.0) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)
