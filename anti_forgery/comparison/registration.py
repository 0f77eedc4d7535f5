"""Finding the page in a picture: from paper edges and low resolution down to a field of small shifts, without a mark of its own.

Everything is matched against the truth: block by block, the best shift of each, a projective map through all of them that
outliers do not move, and the same again at twice the resolution.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from anti_forgery.comparison.blocks import Floats, Pixels, block_shifts, smooth
from anti_forgery.comparison.edges import paper_in
from anti_forgery.comparison.pages import Levels, Map, correlation, ink_of, mapped, seen_through
from anti_forgery.comparison.truth import DPI
from certificates.pdf.sheet import PAPER

Points = Floats
"""Rows of x and y."""

_COARSE, _MIDDLE, _FINE = (
    DPI / 8,
    DPI / 4,
    DPI / 3,
)  # dots an inch; whole parts, so that making them costs little
_STEPS = ((_COARSE, 9.0, 36.0), (_COARSE, 4.0, 30.0), (_MIDDLE, 2.0, 24.0), (_FINE, 2.0, 18.0))
"""Resolution; how far a block may have moved and how large it is, in millimetres."""
_ALIKE = {_COARSE: 0.3, _MIDDLE: 0.3, _FINE: 0.5}
"""How like a place a block must be to say where it is: the finer, the less is by chance."""
_FAR = {_COARSE: 0.0, _MIDDLE: 0.0, _FINE: 0.3}
"""By how much less a place counts that is as far away as is looked."""
_SMALLEST, _NEAR = 0.1, 0.1
"""Sides of a sheet over that of the picture, at least; and how much nearer one corner may be than another, at most."""
LEAST = 0.35
"""Correlation of page and truth at ``_MIDDLE`` dots an inch below which the page has not been found."""


@dataclass(frozen=True, slots=True)
class Registration:
    """``to_picture`` takes millimetres on the page to pixels of the picture.

    ``likeness`` is the correlation with the truth at low resolution; ``shifts`` a field of small shifts in millimetres
    (rows, columns, x and y) in the middles of squares of ``spacing`` millimetres, to be added to points of the page before
    ``to_picture``.
    """

    to_picture: Map
    likeness: float
    shifts: Floats
    spacing: float


def register(scan: Levels, truth: Levels, starts: Iterable[Map]) -> Registration:
    """``scan`` is grey, black on white; ``truth`` 255 where the page is black, at ``DPI``; ``starts`` where it may lie."""
    truths = {step: truth.level(round(DPI / step)) for step in (_FINE, _MIDDLE, _COARSE)}
    best: tuple[float, Map] | None = None
    for start in starts:
        found = start
        for step, reach, size in _STEPS[:2]:
            found = _refined(scan, truths[step], found, step, reach, size)[0]
        likeness = correlation(seen_ink(scan, found, _COARSE, truths[_COARSE].shape), truths[_COARSE])
        if best is None or likeness > best[0]:
            best = (likeness, found)
        if likeness > 0.6:
            break
    assert best is not None  # there is a start
    found = best[1]
    for step, reach, size in _STEPS[2:]:
        found, shifts = _refined(scan, truths[step], found, step, reach, size)
    likeness = correlation(seen_ink(scan, found, _MIDDLE, truths[_MIDDLE].shape), truths[_MIDDLE])
    return Registration(found, likeness, shifts, _in_pixels(size, step) / step * 25.4)


def starts_in(scan: Levels) -> Iterator[Map]:
    """Where the page may lie: the paper's edges if they are in the picture, else all of it; each way up."""
    width, height = scan.size
    frames = [np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)]
    factor = max(1, max(scan.size) // 500)
    quad = paper_in(scan.level(factor))
    if quad is not None:
        frames.insert(0, quad * factor)
    corners = np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])], dtype=np.float64)
    turns = (0, 2, 1, 3) if height >= width else (1, 3, 0, 2)
    for turn in turns:
        for frame in frames:
            yield homography(corners, np.roll(frame, turn, axis=0))


def homography(source: Points, target: Points, weights: Floats | None = None) -> Map:
    """The projective map that takes ``source`` nearest to ``target`` (direct linear transform, points normalised)."""
    scale = np.array([[1 / 150, 0, -0.7], [0, 1 / 150, -1], [0, 0, 1]])
    x, y = (source @ scale[:2, :2].T + scale[:2, 2]).T
    middle, spread = target.mean(axis=0), max(float(target.std()), 1e-6)
    u, v = ((target - middle) / spread).T
    zero, one = np.zeros_like(x), np.ones_like(x)
    rows = np.concatenate(
        [
            np.stack([x, y, one, zero, zero, zero, -u * x, -u * y], axis=1),
            np.stack([zero, zero, zero, x, y, one, -v * x, -v * y], axis=1),
        ]
    )
    right = np.concatenate([u, v])
    if weights is not None:
        both = weights.T.ravel()
        rows, right = rows * both[:, None], right * both
    found = np.linalg.lstsq(rows, right, rcond=None)[0]
    back = np.array([[spread, 0, middle[0]], [0, spread, middle[1]], [0, 0, 1]])
    return np.asarray(back @ np.append(found, 1.0).reshape(3, 3) @ scale)


def seen_ink(scan: Levels, to_picture: Map, dpi: float, shape: tuple[int, ...]) -> Pixels:
    """The page as ink at ``dpi`` where ``to_picture`` says it is; light that changes slowly is taken out."""
    corners = np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])], dtype=np.float64)
    placed = mapped(to_picture, corners)
    long = float(np.linalg.norm(placed[3] - placed[0]) + np.linalg.norm(placed[2] - placed[1])) / 2
    factor = min(max(1, int(long / PAPER[1] * 25.4 / dpi)), *scan.size)
    shrink = np.diag([1 / factor, 1 / factor, 1])
    scale = np.diag([25.4 / dpi, 25.4 / dpi, 1])
    grey = seen_through(scan.level(factor), shrink @ to_picture @ scale, (shape[0], shape[1]))
    return ink_of(grey, max(3, round(dpi / 6)))


def _in_pixels(length: float, dpi: float) -> int:
    return round(length * dpi / 25.4)


def _refined(
    scan: Levels, truth: Pixels, to_picture: Map, dpi: float, reach: float, size: float
) -> tuple[Map, Floats]:
    """The map after every block has been looked for near where it should be, and what is left of the shifts."""
    seen = seen_ink(scan, to_picture, dpi, truth.shape)
    dots = dpi / 25.4
    side, margin = _in_pixels(size, dpi), max(1, _in_pixels(reach, dpi))
    rows, columns = (-(-length // side) for length in truth.shape)
    shifts, trust = block_shifts(seen, truth, side, margin, rows, columns, least=_ALIKE[dpi], far=_FAR[dpi])
    middles = np.stack(
        np.meshgrid((np.arange(columns) + 0.5) * side, (np.arange(rows) + 0.5) * side), axis=-1
    ).reshape(-1, 2)
    source = middles / dots
    moved = (middles + shifts.reshape(-1, 2)) / dots
    target = mapped(to_picture, moved)
    trusted = trust.reshape(-1, 2).astype(np.float64)
    if ((trusted > 0).sum(axis=0) < 6).any():
        return to_picture, np.zeros((rows, columns, 2), dtype=np.float32)
    found = to_picture
    weights, tolerance = trusted, reach * 0.6
    for _ in range(4):
        found = homography(source, target, weights)
        if not _shows_a_page(found, scan.size):
            return to_picture, np.zeros((rows, columns, 2), dtype=np.float32)
        left = np.abs(mapped(np.linalg.inv(found), target) - source)
        weights = trusted / (1 + (left / tolerance) ** 2) ** 2
        tolerance = max(0.15, min(tolerance, 3 * float(np.median(left[trusted > 0]))))
    rest = (mapped(np.linalg.inv(found), target) - source).reshape(rows, columns, 2)
    return found, smooth(rest, trust)


def _shows_a_page(to_picture: Map, size: tuple[int, int]) -> bool:
    """Whether the sheet's corners are those of a figure that a sheet can be: four sides, none folded over, not a speck."""
    corners = to_picture @ np.array([(0, 0, 1), (PAPER[0], 0, 1), (*PAPER, 1), (0, PAPER[1], 1)]).T
    if not np.isfinite(corners).all() or (corners[2] * corners[2, 0] < _NEAR * corners[2, 0] ** 2).any():
        return False
    placed = (corners[:2] / corners[2]).T
    sides = np.roll(placed, -1, axis=0) - placed
    turns = sides[:, 0] * np.roll(sides[:, 1], -1) - sides[:, 1] * np.roll(sides[:, 0], -1)
    least = _SMALLEST * max(size)
    return bool((turns > least**2).all())
