"""The frame of micro-text around the centre's ground: where a page of ours lies in a picture in colour, whatever is printed on it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import Levels, Map
from anti_forgery.comparison.registration import Registration, register, seen_ink, starts_in
from anti_forgery.comparison.truth import DOTS, DPI, SHAPE
from anti_forgery.ground_design import ORIGIN, TILE, TILES
from anti_forgery.micro_text import GAP, HEIGHT
from certificates.pdf.sheet import PAPER

_DOT = 25.4 / 600
_POINT = 25.4 / 72
_SOFT = 40
"""Added to both channels before they are compared: in black print their difference is noise."""
_INK = 160
"""Of the frame, about what its letters are at low resolution."""
_LEAST = 0.3
"""Correlation with the frame from which it has been found: words and pattern of the ground are not in it."""
_READ = 4
"""By what a page is made smaller to see whether it is printed."""
_EDGE = 9.0
_PRINT, _PRINTED = 90, (0.005, 0.12)
"""Level of ink that is print; shares of a front that are: scans of fronts have 0.014 to 0.052, backs 0.28 to 0.3."""


def framed(picture: Pixels, grey: Levels) -> Registration | None:
    """Where the ground lies, one of the two ways up; None in grey, or when its frame is not seen on all sides.

    ``grey`` is the same picture, in which the paper's edges are looked for.
    """
    if picture.ndim == 2:
        return None
    found = register(Levels(cyan_of(picture)), Levels(_frame()), starts_in(grey))
    return found if found.likeness >= _LEAST else None


def turned_round(to_picture: Map) -> Map:
    """The same page upside down."""
    return np.asarray(to_picture @ np.array([[-1, 0, PAPER[0]], [0, -1, PAPER[1]], [0, 0, 1]]))


def is_printed_front(scan: Levels, to_picture: Map) -> bool:
    """Whether there is as much print as on a front: no blank sheet, and no back full of codes."""
    shape = (SHAPE[0] // _READ, SHAPE[1] // _READ)
    seen = seen_ink(scan, to_picture, DPI / _READ, shape)
    edge = round(_EDGE * DOTS / _READ)
    return _PRINTED[0] < float((seen[edge:-edge, edge:-edge] > _PRINT).mean()) < _PRINTED[1]


def cyan_of(picture: Pixels) -> Pixels:
    """Dark where there is less red than blue; ``picture`` is in red, green and blue."""
    softer = np.round(np.arange(256) * (1 - _SOFT / 255) + _SOFT).astype(np.uint8)
    red, blue = (cv2.LUT(cv2.extractChannel(picture, channel), softer) for channel in (0, 2))
    return np.asarray(cv2.divide(red, blue, scale=255), dtype=np.uint8)


@lru_cache(maxsize=1)
def _frame() -> Pixels:
    """The four lines as ink of a page, at the truth's resolution."""
    left, bottom = (side * _DOT for side in ORIGIN)
    width, height = (count * side * _DOT for count, side in zip(TILES, TILE, strict=True))
    top = PAPER[1] - bottom - height
    near, far = GAP * _POINT, (GAP + HEIGHT) * _POINT
    ink = np.zeros(SHAPE, dtype=np.uint8)
    for first, last in (
        ((left, top - far), (left + width, top - near)),
        ((left, top + height + near), (left + width, top + height + far)),
        ((left - far, top), (left - near, top + height)),
        ((left + width + near, top), (left + width + far, top + height)),
    ):
        (x, y), (u, v) = (tuple(round(side * DOTS) for side in point) for point in (first, last))
        ink[y:v, x:u] = _INK
    return ink
