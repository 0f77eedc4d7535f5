"""Finding the page in a picture: from paper edges and low resolution down to a field of small shifts, without a mark of its own.

Everything is matched against the truth: block by block, the best shift of each, a projective map through all of them that
outliers do not move, and the same again at twice the resolution.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.comparison.blocks import Floats, block_shifts, smooth
from anti_forgery.comparison.edges import paper_in
from certificates.pdf.sheet import PAPER

Points = Floats
"""Rows of x and y."""
Map = NDArray[np.floating[Any]]
"""3 × 3: millimetres on the page to pixels of the picture, homogeneous."""

_COARSE, _MIDDLE, _FINE = 36.0, 72.0, 144.0  # dots an inch
_STEPS = ((_COARSE, 9.0, 36.0), (_COARSE, 4.0, 30.0), (_MIDDLE, 2.0, 24.0), (_FINE, 0.9, 18.0))
"""Resolution; how far a block may have moved and how large it is, in millimetres."""
LEAST = 0.35
"""Correlation of page and truth at 72 dots an inch below which the page has not been found."""


@dataclass(frozen=True, slots=True)
class Registration:
    """``likeness`` is the correlation with the truth at low resolution; ``shifts`` a field of small shifts in millimetres
    (rows, columns, x and y), to be added to points of the page before ``to_picture``."""

    to_picture: Map
    likeness: float
    shifts: Floats


def register(picture: Image.Image, truth: NDArray[np.uint8], dpi: float) -> Registration:
    """``picture`` is grey, black on white; ``truth`` 255 where the page is black, at ``dpi``."""
    page = Image.fromarray(truth)
    truths = {step: _reduced(page, step / dpi) for step in (_COARSE, _MIDDLE, _FINE)}
    small = _Scan(picture)
    best: tuple[float, Map] | None = None
    for start in _starts(small):
        found = start
        for step, reach, size in _STEPS[:2]:
            found = _refined(small, truths[step], found, step, reach, size)[0]
        likeness = correlation(_seen(small, found, _COARSE, truths[_COARSE].shape), truths[_COARSE])
        if best is None or likeness > best[0]:
            best = (likeness, found)
        if likeness > 0.6:
            break
    assert best is not None  # there is a start
    found = best[1]
    for step, reach, size in _STEPS[2:]:
        found, shifts = _refined(small, truths[step], found, step, reach, size)
    likeness = correlation(_seen(small, found, _MIDDLE, truths[_MIDDLE].shape), truths[_MIDDLE])
    return Registration(found, likeness, shifts)


class _Scan:
    """The picture at falling resolutions, made when first asked for."""

    def __init__(self, picture: Image.Image) -> None:
        self.size = picture.size
        self._levels = {1: picture}

    def level(self, factor: int) -> Image.Image:
        if factor not in self._levels:
            self._levels[factor] = self._levels[1].reduce(factor)
        return self._levels[factor]


def _starts(scan: _Scan) -> Iterator[Map]:
    """Where the page may lie: the paper's edges if they are in the picture, else all of it; each way up."""
    width, height = scan.size
    frames = [np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)]
    quad = paper_in(scan.level(max(1, max(scan.size) // 500)))
    if quad is not None:
        frames.insert(0, quad * (max(width, height) / max(scan.level(max(1, max(scan.size) // 500)).size)))
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


def mapped(transform: Map, points: Points) -> Points:
    lifted = points @ transform[:, :2].T + transform[:, 2]
    return np.asarray(lifted[:, :2] / lifted[:, 2:])


def _reduced(page: Image.Image, scale: float) -> Floats:
    size = (round(page.width * scale), round(page.height * scale))
    return np.asarray(page.resize(size, Image.Resampling.BOX), dtype=np.float32) / 255


def _seen(scan: _Scan, to_picture: Map, dpi: float, shape: tuple[int, ...]) -> Floats:
    """The page as ink at ``dpi`` where ``to_picture`` says it is; light that changes slowly is taken out."""
    corners = np.array([(0, 0), (PAPER[0], 0), PAPER, (0, PAPER[1])], dtype=np.float64)
    placed = mapped(to_picture, corners)
    long = float(np.linalg.norm(placed[3] - placed[0]) + np.linalg.norm(placed[2] - placed[1])) / 2
    factor = max(1, int(long / PAPER[1] * 25.4 / dpi))
    level = scan.level(factor)
    per_dot = 25.4 / dpi
    scale = np.array([[per_dot, 0, 0], [0, per_dot, 0], [0, 0, 1]])
    shrink = np.array([[1 / factor, 0, 0], [0, 1 / factor, 0], [0, 0, 1]])
    matrix = shrink @ to_picture @ scale
    matrix = matrix / matrix[2, 2]
    seen = level.transform(
        (shape[1], shape[0]),
        Image.Transform.PERSPECTIVE,
        matrix.ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
        fillcolor=255,
    )
    grey = np.asarray(seen, dtype=np.float32)
    return ink_of(grey, max(3, round(dpi / 6)))


def ink_of(grey: Floats, reach: int) -> Floats:
    """Ink from 0 to about 1: darker than the brightest within about ``reach`` pixels around."""
    rows, columns = grey.shape
    high, wide = -(-rows // reach), -(-columns // reach)
    padded = np.pad(grey, ((0, high * reach - rows), (0, wide * reach - columns)), mode="edge")
    cells = padded.reshape(high, reach, wide, reach).transpose(0, 2, 1, 3)
    thinned = cells[:, :, :: max(1, reach // 12), :: max(1, reach // 12)].reshape(high, wide, -1)
    blocks = np.percentile(thinned, 85, axis=2)
    paper = Image.fromarray(blocks.astype(np.float32)).resize((columns, rows), Image.Resampling.BILINEAR)
    ink = 1 - grey / np.maximum(np.asarray(paper, dtype=np.float32), 16)
    return np.asarray(np.clip(ink, 0, 1), dtype=np.float32)


def correlation(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale else 0.0


def _refined(
    scan: _Scan, truth: Floats, to_picture: Map, dpi: float, reach: float, size: float
) -> tuple[Map, Floats]:
    """The map after every block has been looked for near where it should be, and what is left of the shifts."""
    seen = _seen(scan, to_picture, dpi, truth.shape)
    dots = dpi / 25.4
    side, margin = round(size * dots), max(1, round(reach * dots))
    rows, columns = round(truth.shape[0] / side), round(truth.shape[1] / side)
    shifts, trust = block_shifts(seen, truth, side, margin, rows, columns)
    middles = np.stack(
        np.meshgrid((np.arange(columns) + 0.5) * side, (np.arange(rows) + 0.5) * side), axis=-1
    ).reshape(-1, 2)
    source = middles / dots
    moved = (middles + shifts.reshape(-1, 2)) / dots
    target = mapped(to_picture, moved)
    trusted = trust.reshape(-1, 2).astype(np.float64)
    if ((trusted > 0).sum(axis=0) < 6).any():
        return to_picture, np.zeros((rows, columns, 2), dtype=np.float32)
    weights = trusted
    found = to_picture
    tolerance = reach * 0.6
    for _ in range(4):
        found = homography(source, target, weights)
        left = np.abs(mapped(np.linalg.inv(found), target) - source)
        weights = trusted / (1 + (left / tolerance) ** 2) ** 2
        tolerance = max(0.15, min(tolerance, 3 * float(np.median(left[trusted > 0]))))
    rest = (mapped(np.linalg.inv(found), target) - source).reshape(rows, columns, 2)
    return found, smooth(rest, trust)
