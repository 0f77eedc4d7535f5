"""The frame of micro-text around the centre's ground: where a page of ours lies in a picture in colour, whatever is printed on it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import Levels, Map, mapped
from anti_forgery.comparison.registration import Registration, register, seen_ink, starts_in
from anti_forgery.comparison.truth import DOTS, DPI, SHAPE
from anti_forgery.ground_design import ORIGIN, TILE, TILES
from anti_forgery.micro_text import GAP, HEIGHT
from certificates.pdf.sheet import PAPER, Box

_DOT = 25.4 / 600
_POINT = 25.4 / 72
_SOFT = 40
"""Added to both channels before they are compared: in black print their difference is noise."""
_INK = 160
"""Of the frame, about what its letters are at low resolution."""
_LEAST = 0.3
"""Correlation with the frame from which it has been found: words and pattern of the ground are not in it."""
_BESIDE, _WEAKEST = 2.0, 0.4
"""Millimetres to what a side is compared with; how much one stands out, over their mean, at least."""
_APART = 6.0
"""Millimetres between corners that are the same: of another page the print says less of where it lies."""
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
    cyan = Levels(cyan_of(picture))
    found = register(cyan, Levels(_frame()), starts_in(grey))
    return found if found.likeness >= _LEAST and _has_four_sides(cyan, found.to_picture) else None


def _has_four_sides(cyan: Levels, to_picture: Map) -> bool:
    """Whether each side is darker than what lies on both sides of it, and none much less than the others."""
    shape = (SHAPE[0] // _READ, SHAPE[1] // _READ)
    seen = seen_ink(cyan, to_picture, DPI / _READ, shape).astype(np.float32)
    beside, dots = round(_BESIDE * DOTS / _READ), DOTS / _READ
    stands_out = []
    for box in _sides():
        rows = slice(round(box.y * dots), round((box.y + box.height) * dots) + 1)
        columns = slice(round(box.x * dots), round((box.x + box.width) * dots) + 1)
        across = 0 if box.width > box.height else 1
        near = (np.roll(seen, step, axis=across)[rows, columns].mean() for step in (-beside, beside))
        stands_out.append(float(seen[rows, columns].mean() - sum(near) / 2))
    return min(stands_out) > _WEAKEST * float(np.mean(stands_out))


def lies_on_ground(found: Registration, ground: Registration | None) -> bool:
    """Whether the page lies where its ground does, one way up or the other."""
    if ground is None:
        return False
    corners = np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])])
    back = np.linalg.inv(found.to_picture)
    return any(
        bool(np.abs(mapped(back, mapped(way, corners)) - corners).max() < _APART)
        for way in (ground.to_picture, turned_round(ground.to_picture))
    )


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
def _sides() -> tuple[Box, ...]:
    """The four lines, in millimetres."""
    left, bottom = (side * _DOT for side in ORIGIN)
    width, height = (count * side * _DOT for count, side in zip(TILES, TILE, strict=True))
    top, near, thick = PAPER[1] - bottom - height, GAP * _POINT, HEIGHT * _POINT
    return (
        Box(left, top - near - thick, width, thick),
        Box(left, top + height + near, width, thick),
        Box(left - near - thick, top, thick, height),
        Box(left + width + near, top, thick, height),
    )


@lru_cache(maxsize=1)
def _frame() -> Pixels:
    """The four lines as ink of a page, at the truth's resolution."""
    ink = np.zeros(SHAPE, dtype=np.uint8)
    for box in _sides():
        left, top, right, bottom = (
            round(side * DOTS) for side in (box.x, box.y, box.x + box.width, box.y + box.height)
        )
        ink[top:bottom, left:right] = _INK
    return ink
