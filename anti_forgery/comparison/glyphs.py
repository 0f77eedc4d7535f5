"""Each glyph of the truth against the ink at its place: aligned by its line, then by itself, then ink too much and too little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.along_lines import shifts_along
from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.blur import blur_between
from anti_forgery.comparison.truth import DOTS
from anti_forgery.comparison.windows import Group, Numbers, centred, correlations, densest, groups
from certificates.pdf.sheet import Box

REACH = 5
"""Pixels that a line may still be off after registration."""
_SAMPLE = 100
WINDOW = 5
"""Side in pixels of the square over which ink too much or too little is averaged: about a stroke's width twice."""
_LONG, _LONG_SHARE = 9, 2.2
"""Side of the larger square, and how much of a stroke's mean in the small square is left in it, at least."""
_FOLDED = 0.4
"""Unlikeness from which a fold is looked for in the glyph's window: less accuses nobody."""
_RULED = 128
"""Ink of a line that no fold and no scratch is."""
_ENOUGH_INK = 60
"""Pixels of ink with which a correlation can be trusted whole; a figure 1 of 9 points has about 80."""

_LOST, _MOST_LOST = 0.6, 0.25
"""Likeness of a line that is not where it should be, and how many of the lines may be looked for farther away."""
_FAR = 40
"""Pixels to look for such a line: 3.4 mm."""
_VALUES = ("extra", "missing", "surplus", "likeness", "tone", "ink")


@dataclass(frozen=True, slots=True)
class Scores:
    """One value a glyph.

    ``extra`` and ``missing`` are the most ink (1 is black) too much or too little in a square of ``WINDOW`` pixels,
    ``surplus`` all ink too much over the glyph's own ``ink`` (in pixels), ``likeness`` the correlation with the
    truth, ``tone`` the contrast in the scan. ``elsewhere`` says that a glyph was found only when its line had been
    looked for farther away. ``found_at`` is where each was found, in pixels down and across from its place; ``soft`` the
    truth as blurred as the scan, by ``sigma`` pixels; ``contrast`` the ink of the text in the scan.
    """

    extra: Floats
    missing: Floats
    surplus: Floats
    likeness: Floats
    tone: Floats
    ink: Floats
    sigma: float
    elsewhere: NDArray[np.bool_]
    found_at: Numbers
    soft: Pixels
    contrast: float

    @property
    def unlikeness(self) -> Floats:
        return _unlikeness(self.ink, self.likeness, self.extra, self.missing)


def _unlikeness(ink: Floats, likeness: Floats, extra: Floats, missing: Floats) -> Floats:
    # the correlation of a hyphen says little
    weight = np.clip(ink / _ENOUGH_INK, 0.3, 1)
    return np.asarray(weight * (1 - likeness) + np.maximum(0.8 * extra, 1.6 * missing))


@dataclass(frozen=True, slots=True)
class _Fitted:
    """Windows of one size at the places where the glyphs were found."""

    group: Group
    down: Numbers
    across: Numbers
    seen: Pixels


def score(
    scan: Pixels,
    truth: Pixels,
    boxes: Sequence[Box],
    lines: Sequence[object],
    *,
    lettering: int | None = None,
    coloured: Pixels | None = None,
) -> Scores:
    """``scan`` and ``truth`` are ink (255 is black) of one shape; glyphs with one entry of ``lines`` lie on one line of text.
    ``coloured`` is writing that ``scan`` shows less of, or nothing, and counts as ink too much.

    Contrast is that of the first ``lettering`` boxes, the text. A line that is not where it should be is looked for
    a little farther away: paper that is bent at its edge.
    """
    moved = np.zeros((len(boxes), 2), dtype=np.intp)
    fitted = _fitted(scan, truth, boxes, lines, moved)
    sigma = _sigma(fitted, truth)
    soft = truth if sigma <= 0 else np.asarray(cv2.GaussianBlur(truth, (0, 0), sigma), dtype=np.uint8)
    found = _scores(scan, soft, fitted, len(boxes), lettering, sigma, coloured)
    lost = _lost(found, lines)
    if not lost:
        return found
    for members in lost:
        moved[members] = _line_shift(scan, truth, [boxes[number] for number in members])
    refitted = _fitted(scan, truth, boxes, lines, moved)
    again = _scores(scan, soft, refitted, len(boxes), lettering, sigma, coloured)
    better = np.zeros(len(boxes), dtype=np.bool_)
    for members in lost:
        # an erased line must not be taken for one that lies elsewhere: there it has to be the line
        before, after = (float(np.median(scores.likeness[members])) for scores in (found, again))
        better[members] = after > max(_LOST, before + 0.1)
    values = {name: np.where(better, getattr(again, name), getattr(found, name)) for name in _VALUES}
    places = np.where(better[:, None], again.found_at, found.found_at)
    return replace(found, **values, found_at=places, elsewhere=better)


def _lost(found: Scores, lines: Sequence[object]) -> list[list[int]]:
    """Lines that are not where they should be, when they are few."""
    numbers = _members(lines)
    lost = [members for members in numbers if np.median(found.likeness[members]) < _LOST]
    return lost if len(lost) <= _MOST_LOST * len(numbers) else []


def _members(lines: Sequence[object]) -> list[list[int]]:
    numbers: dict[object, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        numbers[line].append(number)
    return list(numbers.values())


def _in_order(boxes: Sequence[Box], lines: Sequence[object]) -> list[list[int]]:
    """The glyphs of each line from left to right; the tiles of a seal row by row."""

    def place(number: int) -> tuple[int, float]:
        return round(boxes[number].y + boxes[number].height), boxes[number].x

    return [sorted(members, key=place) for members in _members(lines)]


def _line_shift(scan: Pixels, truth: Pixels, boxes: Sequence[Box]) -> tuple[int, int]:
    """Where the line lies in the scan, in pixels from where it should, up to ``_FAR``."""
    top = max(0, int(min(box.y for box in boxes) * DOTS))
    left = max(0, int(min(box.x for box in boxes) * DOTS))
    bottom = int(max(box.y + box.height for box in boxes) * DOTS) + 1
    right = int(max(box.x + box.width for box in boxes) * DOTS) + 1
    line = truth[top:bottom, left:right].astype(np.float32)
    around = scan[max(0, top - _FAR) : bottom + _FAR, max(0, left - _FAR) : right + _FAR]
    missing_above, missing_left = max(0, _FAR - top), max(0, _FAR - left)
    around = np.pad(around, ((missing_above, 0), (missing_left, 0)))
    around = np.pad(
        around,
        (
            (0, line.shape[0] + 2 * _FAR - around.shape[0]),
            (0, line.shape[1] + 2 * _FAR - around.shape[1]),
        ),
    )
    products = cv2.matchTemplate(around.astype(np.float32), line - line.mean(), cv2.TM_CCORR)
    high, across = divmod(int(np.asarray(products).argmax()), products.shape[1])
    return high - _FAR, across - _FAR


def _fitted(
    scan: Pixels,
    truth: Pixels,
    boxes: Sequence[Box],
    lines: Sequence[object],
    moved: Numbers,
) -> list[_Fitted]:
    parts = list(groups(boxes))
    volumes = np.zeros((len(lines), 2 * REACH + 1, 2 * REACH + 1), dtype=np.float32)
    for group in parts:
        down, across = moved[group.members].T
        wide = group.cut(scan, down, across, REACH)
        volumes[group.members] = _likenesses(wide, centred(group.cut(truth)))
    places = moved + shifts_along(volumes, _in_order(boxes, lines)) - REACH
    found = []
    for group in parts:
        down, across = places[group.members].T
        found.append(_Fitted(group, down, across, group.cut(scan, down, across)))
    return found


def _likenesses(wide: Pixels, plain: Floats) -> Floats:
    """Covariance of each window with the truth at every shift, over the truth's own energy."""
    height, width = plain.shape[1:]
    energy = np.maximum(np.einsum("nij,nij->n", plain, plain, optimize=False), 1e-3)
    side = 2 * REACH + 1
    found = np.empty((len(plain), side, side), dtype=np.float32)
    seen = wide.astype(np.float32) / 255
    for y in range(side):
        for x in range(side):
            part = seen[:, y : y + height, x : x + width]
            found[:, y, x] = np.einsum("nij,nij->n", part, plain, optimize=False) / energy
    return found


def _sigma(fitted: Sequence[_Fitted], truth: Pixels) -> float:
    """How much the truth must be blurred to look like the scan, from some of the glyphs."""
    step = max(1, sum(len(part.seen) for part in fitted) // _SAMPLE)
    return blur_between([(part.group.cut(truth)[::step], part.seen[::step]) for part in fitted])


def _scores(
    scan: Pixels,
    soft: Pixels,
    fitted: Sequence[_Fitted],
    count: int,
    lettering: int | None,
    sigma: float,
    coloured: Pixels | None,
) -> Scores:
    """``soft`` is the truth as blurred as the scan."""
    extra, missing, surplus, likeness, tone, ink = np.zeros((6, count), dtype=np.float32)
    places = np.zeros((count, 2), dtype=np.intp)
    true = [part.group.cut(soft) for part in fitted]
    for part, plain in zip(fitted, true, strict=True):
        places[part.group.members] = np.stack([part.down, part.across], axis=1)
        members, level, own = part.group.members, centred(part.seen), centred(plain)
        energy = np.maximum(np.einsum("nij,nij->n", own, own, optimize=False), 1e-3)
        tone[members] = np.einsum("nij,nij->n", level, own, optimize=False) / energy
        likeness[members] = correlations(level, own)
        ink[members] = np.maximum(plain.sum(axis=(1, 2), dtype=np.float32) / 255, 1.0)
    contrast = max(float(np.median(tone[: lettering or count])), 0.05)
    levels = _full_contrast(contrast)
    neighbours = np.ones((3, 3), dtype=np.uint8)
    broad, scanned = cv2.dilate(soft, neighbours), cv2.dilate(scan, neighbours)
    for part, plain in zip(fitted, true, strict=True):
        group, members = part.group, part.group.members
        lacking = _beyond(plain, levels[group.cut(np.asarray(scanned), part.down, part.across)])
        missing[members] = densest(lacking, WINDOW)
        black, there = levels[part.seen], group.cut(np.asarray(broad))
        pen = np.zeros_like(black) if coloured is None else group.cut(coloured, part.down, part.across)
        over = _beyond(np.maximum(black, pen), there)
        extra[members], surplus[members] = _too_much(over, ink[members])
        unlike = _unlikeness(ink[members], likeness[members], extra[members], missing[members])
        folded = np.flatnonzero(unlike >= _FOLDED)
        if folded.size:
            numbers = members[folded]
            # what is in colour is no fold, whatever it goes through
            left = _beyond(_beyond(pen[folded], black[folded]), there[folded])
            rest = np.maximum(_without_folds(over[folded]), left)
            extra[numbers], surplus[numbers] = _too_much(rest, ink[numbers])
    nowhere = np.zeros(count, dtype=np.bool_)
    return Scores(extra, missing, surplus, likeness, tone, ink, sigma, nowhere, places, soft, contrast)


def _full_contrast(contrast: float) -> Pixels:
    """What each level of ink is when the text is black."""
    return np.round(np.minimum(np.arange(256) / contrast, 255)).astype(np.uint8)


def _beyond(one: Pixels, other: Pixels) -> Pixels:
    """By how much each pixel is more."""
    return np.asarray(cv2.subtract(one.ravel(), other.ravel()), dtype=np.uint8).reshape(one.shape)


def _too_much(over: Pixels, ink: Floats) -> tuple[Floats, Floats]:
    # a speck is as dark as a stroke and not as long
    most = np.minimum(densest(over, WINDOW), _LONG_SHARE * densest(over, _LONG))
    return most, np.asarray(over.sum(axis=(1, 2), dtype=np.float32) / 255 / ink)


def _without_folds(extra: Pixels) -> Pixels:
    """A fold or a scratch goes through the whole window and beyond: what is in all of a row or column is no glyph's.

    A dark one was ruled by somebody.
    """
    for axis in (2, 1):
        place = extra.shape[axis] // 5
        through = np.partition(extra, place, axis=axis).take([place], axis=axis)
        extra = extra - np.minimum(extra, np.where(through < _RULED, through, 0).astype(np.uint8))
    return extra
