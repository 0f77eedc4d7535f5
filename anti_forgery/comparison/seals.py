"""Seals: their shape in tiles, as if each were a glyph; their tone and colour against the other ink of the same page."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import Levels
from anti_forgery.comparison.truth import DOTS, SealPlace, Truth
from certificates.pdf.sheet import Box

_TILE = 5.0
"""Millimetres: small enough that one other stroke is a large part of it."""
_LEAST_INK = 0.02
_CORE, _BROAD = 0.97, (0.87, 0.7, 0.55)
"""Ink of the truth inside strokes, before and after it is blurred as the scan is: the broadest strokes that there are enough
of, since the tone of fine ones hangs on the blur."""
_BROADER = 0.25
"""By how much the lower limit of tone falls where the seal's strokes are broader than the others, for each whole black that
the blurred truth is darker in them: a blur that is not quite Gauss's makes fine strokes darker than broad ones."""
_LEAST_CORE = 60
"""Pixels inside strokes that a tone can be measured from."""
TONE_LIMITS = (0.91, 1.2)
"""Ink inside the seal's strokes over that inside other strokes; a grey copy lies below, a blacker paste above."""
EDGE_LIMIT = 24.0
"""Levels (of 255) that the edges of a seal may lack; scans of genuine ones lack up to 16, of black copies 27 and more."""
_DRAWN = 0.4
"""Blur in pixels below which a picture was drawn rather than scanned: an image on it may have no soft edges at all."""
_BLACK, _LEAST_EDGE = 200, 300
"""Ink of the truth that is a stroke; pixels of edges from which a mean can be trusted."""
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


def tones(
    scan: Levels, shown: Pixels, true: Levels, seals: Sequence[SealPlace], sigma: float
) -> list[tuple[SealPlace, float]]:
    """Each seal and how far its ink is from that of the text and the rules; 1 is the limit.

    ``scan`` and ``true`` are ink, ``shown`` the scan at half their resolution in grey or in red, green and blue. ``sigma``
    is the blur of the scan in pixels: fine strokes are lighter than broad ones for that reason alone.
    """
    half, seen = true.level(2), scan.level(2)
    soft = _soft(half, sigma / 2)
    for broad in _BROAD:
        rows, columns = np.nonzero((half > 255 * _CORE) & (soft > 255 * broad))
        others = ~np.any([_within(_grown(seal.box), rows, columns, DOTS / 2) for seal in seals], axis=0)
        if others.sum() >= _LEAST_CORE:
            break
    if not seals or others.sum() < _LEAST_CORE:
        return []
    level = soft[rows, columns].astype(np.float32)
    ratio = seen[rows, columns] / level
    tint = _tint(shown[rows, columns])
    usual, usual_tint = float(np.median(ratio[others])), float(np.median(tint[others]))
    thinner = _edges(scan.page, true.page, seals, sigma)
    found = []
    for seal in seals:
        here = _within(seal.box, rows, columns, DOTS / 2)
        if here.sum() < _LEAST_CORE:
            continue
        tone = float(np.median(ratio[here])) / max(usual, 0.05)
        broader = max(0.0, float(np.median(level[here]) - np.median(level[others])) / 255)
        low, high = TONE_LIMITS[0] - _BROADER * broader, TONE_LIMITS[1]
        colour = abs(float(np.median(tint[here])) - usual_tint) / COLOUR_LIMIT
        edge = thinner.get(seal, 0.0) / EDGE_LIMIT
        found.append((seal, max((1 - tone) / (1 - low), (tone - 1) / (high - 1), colour, edge)))
    return found


def _edges(scan: Pixels, true: Pixels, seals: Sequence[SealPlace], sigma: float) -> dict[SealPlace, float]:
    """How much less ink, in levels, is on the edges of a seal's strokes than on those of other broad strokes.

    A copy that is printed black again has the tone of the rest, and strokes that are thinner: what was soft is cut off.
    """
    if sigma < _DRAWN:
        return {}
    soft = _soft(true, sigma)
    broad = cv2.erode((true > _BLACK).astype(np.uint8), np.ones((3, 3), dtype=np.uint8))
    near = np.asarray(cv2.dilate(broad, np.ones((7, 7), dtype=np.uint8)))
    rows, columns = np.nonzero((near > 0) & (soft > 64) & (soft < 191))
    more = scan[rows, columns].astype(np.float32) - soft[rows, columns]
    inside = [_within(_grown(seal.box), rows, columns, DOTS) for seal in seals]
    others = ~np.any(inside, axis=0)
    if others.sum() < _LEAST_EDGE:
        return {}
    usual = float(more[others].mean())
    return {
        seal: usual - float(more[here].mean())
        for seal, here in zip(seals, inside, strict=True)
        if here.sum() >= _LEAST_EDGE
    }


def _soft(true: Pixels, sigma: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(true, (0, 0), sigma), dtype=np.uint8) if sigma > 0 else true


def _tint(ink: Pixels) -> NDArray[np.int16]:
    """How much redder than blue, in levels."""
    return ink[:, 0].astype(np.int16) - ink[:, 2] if ink.ndim == 2 else np.zeros(len(ink), dtype=np.int16)


def _within(box: Box, rows: NDArray[np.intp], columns: NDArray[np.intp], dots: float) -> NDArray[np.bool_]:
    down, across = _window(box, dots)
    inside = (rows >= down.start) & (rows < down.stop) & (columns >= across.start) & (columns < across.stop)
    return np.asarray(inside)


def _window(box: Box, dots: float) -> tuple[slice, slice]:
    """Rows and columns of pixels."""
    top, left = max(0, round(box.y * dots)), max(0, round(box.x * dots))
    return slice(top, round((box.y + box.height) * dots)), slice(left, round((box.x + box.width) * dots))


def _grown(box: Box, by: float = 1.0) -> Box:
    return Box(box.x - by, box.y - by, box.width + 2 * by, box.height + 2 * by)
