"""Does the ground of a scanned sheet look as it was printed, or as a copier leaves it? Evidence, never a proof.

In an original the word and the ground around it have one tone. A copier that decides between ink and no ink loses the
fine dots and keeps the coarse ones, so the word stands darker than what is around it. A copy that keeps tones (a
photographic mode, a fine scanner with a fine printer) shows no word: no sign of copying proves no original.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from anti_forgery.back import GRID, GROUND_PANEL, PANEL, SLOT
from anti_forgery.ground_design import USUAL, GroundDesign
from anti_forgery.ground_points import PAGE, Mask, Points, back_points, front_points
from anti_forgery.reading import is_readable
from anti_forgery.sealed import ground_named
from anti_forgery.upright_back import upright_back
from certificates.errors import WireError

Floats = NDArray[np.floating[Any]]

FRONT_STEP, BACK_STEP = 4, 6
"""Dots of 600 dpi in one point that is looked at: 150 an inch of a front, whose pictures have no more, 100 of a back."""
FRONT_SIZE = (PAGE[0] // FRONT_STEP, PAGE[1] // FRONT_STEP)


class Ground(Enum):
    """What the ground of a side says."""

    LIKELY_ORIGINAL = "likely-original"
    LIKELY_COPY = "likely-copy"
    CANNOT_TELL = "cannot-tell"


@dataclass(frozen=True, slots=True)
class Limits:
    """Contrast of word and ground up to which a sheet is likely original, and from which it is likely a copy; and the
    mean ink of both below which there is no usual ground to judge; a lighter ground needs less."""

    original: float
    copy: float
    least: float


FRONT_LIMITS = Limits(original=0.40, copy=0.70, least=0.03)
"""A scanner's tone curve takes more from the fine dots than from the coarse ones: models of scans of originals give up
to 0.38. Copiers that decide between ink and no ink give 1, but so can a scanner that removes the background, so the
word is a hint to look at the paper and accuses nobody. The usual ground is printed with 0.125."""
BACK_LIMITS = Limits(original=0.22, copy=0.40, least=0.025)
"""Red over blue knows no tone curve, and so can be judged more sharply."""
_CONTENT = 110
"""Blue, in which cyan is faint, below which a point of a front belongs to the content."""
_LEAST_MIDDLE = 0.03
"""Part of a front that must be neither paper nor full ink: a scan in black and white does what a copier does."""
_LEAST_POINTS = 2_000
_SAME = 0.12
"""How much blue may fall short of the paper where only cyan lies on a back; less is text or blossom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEvidence:
    """``word`` and ``ground`` are mean ink (0 to 1) in the strokes of the word and around them; ``contrast`` is their
    difference over their sum, 0 in an original of a calibrated printer and near 1 in a harsh copy. None: not measured."""

    says: Ground
    word: float | None = None
    ground: float | None = None

    @property
    def contrast(self) -> float | None:
        if self.word is None or self.ground is None or self.word + self.ground <= 0:
            return None
        return (self.word - self.ground) / (self.word + self.ground)


UNMEASURED = CopyEvidence(says=Ground.CANNOT_TELL)


def front_evidence(page: Image.Image, design: GroundDesign) -> CopyEvidence:
    """``page``: a scanned front brought upright, the sheet from edge to edge; ``design`` as its back names it.

    Never raises for what it shows.
    """
    if page.mode != "RGB":
        return UNMEASURED
    small = page if page.size == FRONT_SIZE else page.resize(FRONT_SIZE, Image.Resampling.BOX)
    content = small.getchannel("B").filter(ImageFilter.MinFilter(7))
    free = np.asarray(content, dtype=np.uint8) > _CONTENT
    red = np.asarray(small.getchannel("R"), dtype=np.float64)
    points = front_points(design, FRONT_STEP)
    middle = float(np.mean((red > 24) & (red < 231)))
    if middle < _LEAST_MIDDLE or (points.word & free).sum() < points.word.sum() / 8:
        return UNMEASURED
    paper = float(np.percentile(red[free], 99.5))
    return _said(1 - red / paper, points, free, design, FRONT_LIMITS)


def copy_evidence(back: Image.Image) -> CopyEvidence:
    """What the ground of a scanned or photographed back says, in colour, at 200 dots an inch or more.

    The back itself names the design of its ground. A grey picture, or one in which too few codes are found, cannot
    tell. Never raises for what the picture shows.
    """
    if back.mode != "RGB" or not is_readable(back):
        return UNMEASURED
    try:
        upright = upright_back(back, BACK_STEP)
        design = ground_named(upright.payload)
    except WireError:
        return UNMEASURED
    page = np.asarray(upright.picture, dtype=np.float32)
    points = back_points(design, BACK_STEP)
    white = _white()
    # The ground is 100 % cyan and black is the same in all channels: red over blue is cyan alone, whatever the light.
    red, blue = page[..., 0], np.maximum(page[..., 2], 1)
    paper = white & (blue > 0.8 * np.percentile(blue[white], 90))
    if paper.sum() < _LEAST_POINTS:
        return UNMEASURED
    cyan = 1 - red / blue / float(np.median(red[paper] / blue[paper]))
    light = np.percentile(blue[points.ground | points.word], 75)
    free = (blue > (1 - _SAME) * light) & (cyan > -0.3)
    return _said(cyan, points, free, design, BACK_LIMITS)


def _said(ink: Floats, points: Points, free: Mask, design: GroundDesign, limits: Limits) -> CopyEvidence:
    """``free``: where nothing but the ground and the paper is."""
    word, ground = points.word & free, points.ground & free
    if min(word.sum(), ground.sum()) < _LEAST_POINTS:
        return UNMEASURED
    found = CopyEvidence(
        says=Ground.CANNOT_TELL,
        word=max(0.0, float(ink[word].mean())),
        ground=max(0.0, float(ink[ground].mean())),
    )
    contrast = found.contrast
    least = limits.least * design.tone / USUAL.tone
    if contrast is None or (found.word or 0) + (found.ground or 0) < 2 * least:
        return found
    if contrast <= limits.original:
        return replace(found, says=Ground.LIKELY_ORIGINAL)
    return replace(found, says=Ground.LIKELY_COPY) if contrast >= limits.copy else found


@lru_cache(maxsize=1)
def _white() -> Mask:
    """Points of a back in the white frame and gaps of the codes."""
    white = np.zeros((PAGE[1] // BACK_STEP, PAGE[0] // BACK_STEP), dtype=np.bool_)
    top, left = (PAGE[1] - GROUND_PANEL.y - GROUND_PANEL.height) // BACK_STEP, GROUND_PANEL.x // BACK_STEP
    slot, side = SLOT // BACK_STEP, PANEL.width // BACK_STEP
    for gap in range(1, GRID):
        line = top + 4 + gap * slot
        white[line - 1 : line + 2, left + 4 : left + side] = True
        line = left + 4 + gap * slot
        white[top + 4 : top + side, line - 1 : line + 2] = True
    return white
