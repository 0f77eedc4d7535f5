"""The whole comparison of one scanned front with the sheet that its back opened to: where it lies, whether it can be looked at."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.frames import framed, is_printed_front, lies_on_ground, turned_round
from anti_forgery.comparison.judging import WHOLE_PAGE, judged
from anti_forgery.comparison.pages import Levels, mapped, shrunk
from anti_forgery.comparison.rectifying import page_ink, settled, upright
from anti_forgery.comparison.registration import LEAST, Registration, register, starts_in
from anti_forgery.comparison.truth import Truth, truth_of
from anti_forgery.comparison.verdict import Comparison, Doubt, Kind, Likeness, Place
from anti_forgery.reading import is_readable
from anti_forgery.sheet import SheetFacts
from certificates.errors import RefusedError, WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.sheet import PAPER

LEAST_SIDE = 1500
"""Pixels of the longer side: 128 dots an inch of A4, below which figures run together."""
_FORESHORTENED, _ASKEW = 0.9, 0.25
"""Of that, where a photograph is taken from one side; and how far a page may be from its proportion."""
_SURE = 0.6
"""Correlation from which a page lies where it was found even when much on it is different."""


def compare(front: Image.Image, sheet: SheetFacts, face: Typeface) -> Comparison:
    """Compare a scanned or photographed front with the truth.

    ``front`` shows one whole front, any way up, colour or grey, at 200 dots an inch or more. Never raises for what the
    picture shows. About a fifth of a second of one core.
    """
    if not sheet.front:
        return Comparison.cannot_tell(Doubt.NO_DRAWING)
    if max(front.size) < LEAST_SIDE or not is_readable(front):
        return Comparison.cannot_tell(Doubt.TOO_COARSE)
    try:
        truth = truth_of(sheet.front, face)
    except WireError:
        return Comparison.cannot_tell(Doubt.NO_DRAWING)
    except RefusedError:
        return Comparison.cannot_tell(Doubt.NO_TYPEFACE)
    cv2.setNumThreads(1)  # who examines is forked, and its processor time is counted
    colour = np.asarray(front if front.mode in ("RGB", "L") else front.convert("RGB"))
    scan, true = Levels(_blue(colour)), Levels(truth.ink)
    found = register(scan, true, starts_in(scan))
    if found.likeness < LEAST:
        ground = framed(colour, scan)
        if ground is None or not is_printed_front(scan, ground.to_picture):
            return Comparison.cannot_tell(Doubt.NOT_FOUND)
        found = register(scan, true, (ground.to_picture, turned_round(ground.to_picture)))
        if found.likeness < LEAST:
            return _another(shrunk(upright(colour, ground), 2), found.likeness)
    if doubt := _out_of_sight(found, scan.size, truth):
        return Comparison.cannot_tell(doubt)
    page = upright(colour, settled(scan, found, true))
    said = judged(page, Levels(page_ink(_blue(page))), truth, true, face)
    whole = any(place.kind is Kind.OTHER_PAGE for place in said.differences)
    if whole and found.likeness < _SURE and not lies_on_ground(found, framed(colour, scan)):
        # it may be the right page, taken for where it is not
        return Comparison.cannot_tell(Doubt.NOT_FOUND)
    return said


def _out_of_sight(found: Registration, size: tuple[int, int], truth: Truth) -> Doubt | None:
    """Why glyphs cannot be looked at where the page lies: beside the picture, or with too few pixels."""
    boxes = np.array(
        [(g.box.x, g.box.y, g.box.x + g.box.width, g.box.y + g.box.height) for g in truth.glyphs]
    )
    if len(boxes):
        (left, top), (right, bottom) = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
        text = mapped(
            found.to_picture, np.array([(left, top), (right, top), (right, bottom), (left, bottom)])
        )
        if (text < 0).any() or (text > size).any():
            return Doubt.NOT_FOUND
    corners = mapped(found.to_picture, np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])]))
    sides = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    dots = sides / (PAPER[0], PAPER[1], PAPER[0], PAPER[1])
    if dots.min() < LEAST_SIDE / PAPER[1] * _FORESHORTENED:
        return Doubt.TOO_COARSE
    askew = (dots[0] + dots[2]) / (dots[1] + dots[3])
    return Doubt.NOT_FOUND if abs(askew - 1) > _ASKEW else None


def _another(half: Pixels, likeness: float) -> Comparison:
    """The page is found by its ground, and nothing is printed where it should be."""
    whole = Place(row="", kind=Kind.OTHER_PAGE, box=WHOLE_PAGE, score=LEAST / max(likeness, 0.1))
    return Comparison(outcome=Likeness.DIFFERS, differences=(whole,), upright=Image.fromarray(half))


def _blue(page: Pixels) -> Pixels:
    """The channel in which the cyan ground is hardly there; a grey page as it is."""
    return page if page.ndim == 2 else np.asarray(cv2.extractChannel(page, 2), dtype=np.uint8)
