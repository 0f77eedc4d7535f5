"""Each glyph of the truth against the ink at its place: aligned by its line, then by itself, then ink too much and too little."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats
from anti_forgery.comparison.truth import DOTS
from certificates.pdf.sheet import Box

REACH = 5
"""Pixels that a line may still be off after registration."""
MARGIN = 3
"""Pixels around a glyph that are compared with it."""
_STEP = 8
"""Windows come in multiples of this many pixels, so that there are few groups."""
_SIGMAS = (0.0, 0.5, 0.8, 1.1, 1.4, 1.8, 2.3)
_SAMPLE = 160
WINDOW = 5
"""Side in pixels of the square over which ink too much or too little is averaged: about a stroke's width twice."""

_LOST, _MOST_LOST = 0.6, 0.25
"""Likeness of a line that is not where it should be, and how many of the lines may be looked for farther away."""
_FAR = 40
"""Pixels to look for such a line: 3.4 mm."""
_VALUES = ("extra", "missing", "surplus", "likeness", "tone", "ink")
_LONG, _LONG_SHARE = 9, 2.2
"""Side of the larger square, and how much of a stroke's mean in the small square is left in it, at least."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One value a glyph.

    ``extra`` and ``missing`` are the most ink (1 is black) too much or too little in a square of ``WINDOW`` pixels,
    ``surplus`` all ink too much over the glyph's own ``ink`` (in pixels), ``likeness`` the correlation with the
    truth, ``tone`` the contrast in the scan. ``elsewhere`` says that a glyph was found only when its line had been
    looked for farther away; ``sigma`` is the blur of the scan in pixels.
    """

    extra: Floats
    missing: Floats
    surplus: Floats
    likeness: Floats
    tone: Floats
    ink: Floats
    sigma: float
    elsewhere: NDArray[np.bool_]


def score(
    scan: Floats,
    truth: Floats,
    boxes: Sequence[Box],
    lines: Sequence[object],
    *,
    lettering: int | None = None,
) -> Scores:
    """``scan`` and ``truth`` are ink of one shape; glyphs that share an entry of ``lines`` lie on one line of text.

    Contrast is that of the first ``lettering`` boxes, the text. A line that is not where it should be is looked for
    a little farther away: paper that is bent at its edge.
    """
    moved = np.zeros((len(boxes), 2), dtype=np.intp)
    found = _score(scan, truth, boxes, lines, moved, lettering)
    numbers: dict[object, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        numbers[line].append(number)
    lost = [members for members in numbers.values() if np.median(found.likeness[members]) < _LOST]
    if not 0 < len(lost) <= _MOST_LOST * len(numbers):
        return found
    for members in lost:
        moved[members] = _line_shift(scan, truth, [boxes[number] for number in members])
    again = _score(scan, truth, boxes, lines, moved, lettering)
    better = np.zeros(len(boxes), dtype=np.bool_)
    for members in lost:
        better[members] = np.median(again.likeness[members]) > np.median(found.likeness[members]) + 0.1
    pairs = [np.where(better, getattr(again, name), getattr(found, name)) for name in _VALUES]
    extra, missing, surplus, likeness, tone, ink = pairs
    return Scores(extra, missing, surplus, likeness, tone, ink, found.sigma, better)


def _line_shift(scan: Floats, truth: Floats, boxes: Sequence[Box]) -> tuple[int, int]:
    """Where the line lies in the scan, in pixels from where it should, up to ``_FAR``."""
    top = max(0, int(min(box.y for box in boxes) * DOTS))
    left = max(0, int(min(box.x for box in boxes) * DOTS))
    bottom = int(max(box.y + box.height for box in boxes) * DOTS) + 1
    right = int(max(box.x + box.width for box in boxes) * DOTS) + 1
    line = truth[top:bottom, left:right]
    around = np.pad(scan, _FAR)[top : bottom + 2 * _FAR, left : right + 2 * _FAR]
    centred = line - line.mean()
    products = np.fft.irfft2(
        np.fft.rfft2(around) * np.conj(np.fft.rfft2(centred, s=around.shape)), s=around.shape
    )
    best = int(products[: 2 * _FAR + 1, : 2 * _FAR + 1].argmax())
    high, across = divmod(best, 2 * _FAR + 1)
    return high - _FAR, across - _FAR


def _score(
    scan: Floats,
    truth: Floats,
    boxes: Sequence[Box],
    lines: Sequence[object],
    moved: NDArray[np.intp],
    lettering: int | None,
) -> Scores:
    groups = list(_groups(boxes))
    seen: list[Floats] = []
    true: list[Floats] = []
    offsets = np.zeros((len(boxes), 2), dtype=np.intp)
    volumes = np.zeros((len(boxes), 2 * REACH + 1, 2 * REACH + 1), dtype=np.float32)
    for members, top, left, height, width in groups:
        down, across = moved[members].T
        wide = _windows(
            scan, top + down - REACH, left + across - REACH, height + 2 * REACH, width + 2 * REACH
        )
        plain = _windows(truth, top, left, height, width)
        volumes[members] = _likenesses(wide, plain)
        seen.append(wide)
        true.append(plain)
    offsets = _offsets(volumes, lines)
    fitted = [
        _cut(wide, offsets[members], plain.shape[1:])
        for wide, plain, (members, *_) in zip(seen, true, groups, strict=True)
    ]
    sigma = _sigma(fitted, true)
    return _scores(groups, fitted, [blurred(plain, sigma) for plain in true], len(boxes), lettering, sigma)


def _groups(
    boxes: Sequence[Box],
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], int, int]]:
    """Glyphs with windows of one size: their numbers, tops, lefts, height and width in pixels."""
    sizes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, box in enumerate(boxes):
        height, width = (
            -(-int(side * DOTS + 2 * MARGIN) // _STEP) * _STEP for side in (box.height, box.width)
        )
        sizes[height, width].append(number)
    for (height, width), numbers in sizes.items():
        middle_y = np.array([boxes[i].y + boxes[i].height / 2 for i in numbers]) * DOTS
        middle_x = np.array([boxes[i].x + boxes[i].width / 2 for i in numbers]) * DOTS
        top, left = (
            np.round(middle_y - height / 2).astype(np.intp),
            np.round(middle_x - width / 2).astype(np.intp),
        )
        yield np.array(numbers), top, left, height, width


def _windows(page: Floats, top: NDArray[np.intp], left: NDArray[np.intp], height: int, width: int) -> Floats:
    top = np.clip(top, 0, page.shape[0] - height)
    left = np.clip(left, 0, page.shape[1] - width)
    return np.asarray(sliding_window_view(page, (height, width))[top, left])


def _likenesses(wide: Floats, plain: Floats) -> Floats:
    """Covariance of each window with the truth at every shift, over the truth's own energy."""
    height, width = plain.shape[1:]
    centred = plain - plain.mean(axis=(1, 2), keepdims=True)
    energy = np.maximum((centred**2).sum(axis=(1, 2)), 1e-3)
    side = 2 * REACH + 1
    found = np.empty((len(plain), side, side), dtype=np.float32)
    for y in range(side):
        for x in range(side):
            part = wide[:, y : y + height, x : x + width]
            found[:, y, x] = np.einsum("nij,nij->n", part, centred, optimize=False) / energy
    return found


def _offsets(volumes: Floats, lines: Sequence[object]) -> NDArray[np.intp]:
    """The best shift of each glyph within a pixel and a half of its line's."""
    numbers: dict[object, list[int]] = defaultdict(list)
    for number, line in enumerate(lines):
        numbers[line].append(number)
    side = volumes.shape[1]
    y, x = np.mgrid[0:side, 0:side]
    limited = volumes.copy()
    centre = 0.02 * ((y - REACH) ** 2 + (x - REACH) ** 2) / REACH**2
    for members in numbers.values():
        whole = np.median(volumes[members], axis=0) if len(members) > 2 else volumes[members].mean(axis=0)
        best = int((whole - centre).argmax())
        high, across = divmod(best, side)
        limited[members] -= np.where((y - high) ** 2 + (x - across) ** 2 > 2.1, 9.0, 0.0).astype(np.float32)
    flat = limited.reshape(len(volumes), -1).argmax(axis=1)
    return np.stack(np.divmod(flat, side), axis=1)


def _cut(wide: Floats, offsets: NDArray[np.intp], shape: tuple[int, ...]) -> Floats:
    height, width = shape
    views = sliding_window_view(wide, (height, width), axis=(1, 2))
    return np.asarray(views[np.arange(len(wide)), offsets[:, 0], offsets[:, 1]])


def blurred(windows: Floats, sigma: float) -> Floats:
    """Gaussian blur of each window, as two products with a band matrix."""
    if sigma <= 0:
        return windows
    down, across = (_band(side, sigma) for side in windows.shape[1:])
    return np.asarray(down @ windows @ across.T, dtype=np.float32)


def _band(side: int, sigma: float) -> Floats:
    distance = np.arange(side)[:, None] - np.arange(side)[None, :]
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)


def _sigma(fitted: Sequence[Floats], true: Sequence[Floats]) -> float:
    """How much the truth must be blurred to look like the scan."""
    best, picked = -2.0, 0.0
    samples = [
        (
            seen[:: max(1, len(seen) * len(fitted) // _SAMPLE)],
            plain[:: max(1, len(plain) * len(true) // _SAMPLE)],
        )
        for seen, plain in zip(fitted, true, strict=True)
    ]
    for sigma in _SIGMAS:
        likeness = float(
            np.median(np.concatenate([_correlations(seen, blurred(plain, sigma)) for seen, plain in samples]))
        )
        if likeness > best:
            best, picked = likeness, sigma
    return picked


def _correlations(one: Floats, other: Floats) -> Floats:
    a = one - one.mean(axis=(1, 2), keepdims=True)
    b = other - other.mean(axis=(1, 2), keepdims=True)
    energy = np.sqrt((a * a).sum(axis=(1, 2)) * (b * b).sum(axis=(1, 2)))
    return np.asarray((a * b).sum(axis=(1, 2)) / np.maximum(energy, 1e-6), dtype=np.float32)


def _scores(
    groups: Sequence[tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp], int, int]],
    fitted: Sequence[Floats],
    true: Sequence[Floats],
    count: int,
    lettering: int | None,
    sigma: float,
) -> Scores:
    values = np.zeros((6, count), dtype=np.float32)
    for (members, *_), seen, plain in zip(groups, fitted, true, strict=True):
        centred = plain - plain.mean(axis=(1, 2), keepdims=True)
        values[4, members] = (seen * centred).sum(axis=(1, 2)) / np.maximum(
            (centred**2).sum(axis=(1, 2)), 1e-3
        )
    contrast = max(float(np.median(values[4, : lettering or count])), 0.05)
    for (members, *_), seen, plain in zip(groups, fitted, true, strict=True):
        level = np.minimum(seen / contrast, 1.0)
        extra = _without_folds(np.maximum(level - largest(plain), 0))
        missing = np.maximum(plain - largest(level), 0)
        own = np.maximum(plain.sum(axis=(1, 2)), 1.0)
        # a speck is as dark as a stroke and not as long
        speck = _LONG_SHARE * averaged(extra, _LONG).max(axis=(1, 2))
        values[0, members] = np.minimum(averaged(extra, WINDOW).max(axis=(1, 2)), speck)
        values[1, members] = averaged(missing, WINDOW).max(axis=(1, 2))
        values[5, members] = own
        values[2, members] = extra.sum(axis=(1, 2)) / own
        values[3, members] = _correlations(seen, plain)
    extra, missing, surplus, likeness, tone, ink = values
    return Scores(extra, missing, surplus, likeness, tone, ink, sigma, np.zeros(count, dtype=np.bool_))


def largest(windows: Floats) -> Floats:
    """The largest of each pixel and its eight neighbours."""
    padded = np.pad(windows, ((0, 0), (1, 1), (1, 1)))
    across = np.maximum(np.maximum(padded[:, :, :-2], padded[:, :, 1:-1]), padded[:, :, 2:])
    return np.maximum(np.maximum(across[:, :-2], across[:, 1:-1]), across[:, 2:])


def averaged(windows: Floats, side: int) -> Floats:
    """The mean over squares of ``side`` pixels that lie in the window."""
    sums = np.cumsum(np.cumsum(np.pad(windows, ((0, 0), (1, 0), (1, 0))), axis=1), axis=2)
    found = sums[:, side:, side:] - sums[:, :-side, side:] - sums[:, side:, :-side] + sums[:, :-side, :-side]
    return np.asarray(found / side**2, dtype=np.float32)


def _without_folds(extra: Floats) -> Floats:
    """A fold or a scratch goes through the whole window and beyond: what is in all of a row or column is no glyph's."""
    for axis in (2, 1):
        place = extra.shape[axis] // 5
        through = np.partition(extra, place, axis=axis).take([place], axis=axis)
        extra = np.maximum(extra - through, 0)
    return extra
