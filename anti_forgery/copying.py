"""Whether the copy-evident ground of a scanned front shows 「複写」: likely a copy, no sign of one, or cannot tell.

A copier that decides between ink and no ink loses the fine dots and keeps the coarse ones, so the word stands darker
than what is around it; on an original both have the same tone. A copy that keeps tones (a photographic mode, a fine
scanner with a fine printer) shows no word: no sign of copying proves no original.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from anti_forgery.constants import FRONT_EMBLEM
from anti_forgery.ground import ORIGIN, TILE, TILES, word_mask

DPI = 150
SIZE = (1240, 1754)
"""A4 at ``DPI``."""
COPY_CONTRAST, ORIGINAL_CONTRAST = 0.70, 0.40
"""Of the word against the ground around it: 0 is equal tone, 1 a ground that is gone.

Dot gain that is 14 % off its calibration gives 0.08. A scanner's tone curve takes more from the fine dots than from the
coarse ones: models of scans of originals give up to 0.38. Copiers that decide between ink and no ink give 1, but so
can a scanner that removes the background, so the word is a hint to look at the paper and accuses nobody.
"""
LEAST_INK = 0.03
"""Tone of the ground below which there is none to judge: it is printed with 0.125."""
LEAST_MIDDLE = 0.03
"""Share of pixels between black and white below which a picture was decided by a scanner as a copier decides."""
_STEP = 600 // DPI
_CONTENT = 110  # levels in the blue channel, where the cyan ground is hardly there


class Ground(Enum):
    """What the copy-evident ground says of the scanned paper."""

    LIKELY_ORIGINAL = "likely-original"
    LIKELY_COPY = "likely-copy"
    CANNOT_TELL = "cannot-tell"


def ground_verdict(page: Image.Image) -> Ground:
    """``page``: a scanned front brought upright, the sheet from edge to edge. Never raises for what it shows."""
    if page.mode != "RGB":
        return Ground.CANNOT_TELL
    small = page if page.size == SIZE else page.resize(SIZE, Image.Resampling.BOX)
    tone, content = small.getchannel("R"), small.getchannel("B")
    free = np.asarray(content.filter(ImageFilter.MinFilter(7)), dtype=np.uint8) > _CONTENT
    values = np.asarray(tone, dtype=np.float64)
    middle = float(np.mean((values > 24) & (values < 231)))
    word, around = _masks()
    if middle < LEAST_MIDDLE or (word & free).sum() < word.sum() / 8:
        return Ground.CANNOT_TELL
    paper = float(np.percentile(values[free], 99.5))
    in_word, in_ground = ((1 - values[mask & free].mean() / paper) for mask in (word, around))
    if in_word + in_ground < 2 * LEAST_INK:
        return Ground.CANNOT_TELL
    contrast = (in_word - in_ground) / (in_word + in_ground)
    if contrast > COPY_CONTRAST:
        return Ground.LIKELY_COPY
    return Ground.LIKELY_ORIGINAL if contrast < ORIGINAL_CONTRAST else Ground.CANNOT_TELL


@lru_cache(maxsize=1)
def _masks() -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The insides of the word's strokes, and the ground well away from them, outside the emblem."""
    tile = word_mask()
    share = tile.reshape(TILE[1] // _STEP, _STEP, TILE[0] // _STEP, _STEP).mean(axis=(1, 3))
    rows = [np.roll(share, row % 2 * share.shape[1] // 2, axis=1) for row in range(TILES[1])]
    whole = np.tile(np.concatenate(rows), (1, TILES[0]))
    left, top = ORIGIN[0] // _STEP, ORIGIN[1] // _STEP
    word = np.zeros((SIZE[1], SIZE[0]), dtype=np.bool_)
    around = word.copy()
    place = (slice(top, top + whole.shape[0]), slice(left, left + whole.shape[1]))
    word[place] = whole > 0.99
    near = Image.fromarray((whole * 255).astype(np.uint8)).filter(ImageFilter.MaxFilter(9))
    around[place] = np.asarray(near) == 0
    y, x = np.ogrid[0 : SIZE[1], 0 : SIZE[0]]
    points = 72 / DPI
    far = np.hypot(x * points - FRONT_EMBLEM.x, (SIZE[1] - y) * points - FRONT_EMBLEM.y)
    outside = far > FRONT_EMBLEM.radius + 6
    return word & outside, around & outside
