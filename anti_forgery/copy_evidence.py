"""Does the ground of a scanned back look as it was printed, or as a copier leaves it? Evidence, never a proof.

``copying`` looks at an upright front; here the codes say where each point of the back lies, so a photograph serves.

The ground is 100 % cyan and black ink is the same in all channels, so red over blue is the cyan alone, whatever the light. In
an original the word 「複写」 and the ground around it have one tone; a copier loses the fine dots and keeps the coarse ones.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.back import GRID, GROUND_PANEL, PANEL, SLOT, code_grid
from anti_forgery.comparison.registration import homography
from anti_forgery.copying import Ground
from anti_forgery.ground import ORIGIN, TILE, TILES, word_mask
from anti_forgery.reading import is_readable
from anti_forgery.symbols import Symbol, UnreadableError, assemble, symbol_from

Floats = NDArray[np.floating[Any]]

_PAGE = (4961, 7016)
"""Width and height of A4 in dots of 600 dpi."""
_STEP = 6
"""Dots of 600 dpi in one point that is looked at: 100 an inch."""
LEAST_CYAN = 0.025
"""Mean cyan of ground and word together below which the scan has no colour, or the ground was not printed."""
ORIGINAL, COPY = 0.22, 0.40
"""Contrast of word and ground up to which a sheet is likely original, and from which it is likely a copy."""
_LEAST_POINTS = 2_000
_SAME = 0.12
"""How much blue may fall short of the paper where only cyan lies; less is text or blossom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyEvidence:
    """``word`` and ``ground`` are mean cyan (0 to 1) in the strokes of 「複写」 and around them; ``contrast`` is their
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


def copy_evidence(back: Image.Image) -> CopyEvidence:
    """What the ground of a scanned or photographed back says, in colour, at 200 dots an inch or more.

    A grey picture, or one in which too few codes are found, cannot tell. Never raises for what the picture shows.
    """
    if back.mode != "RGB" or not is_readable(back):
        return UNMEASURED
    placed = dict(_placed(back.getchannel("B")))
    try:
        payload = assemble(placed)
    except UnreadableError:
        return UNMEASURED
    modules, dots = code_grid(payload)
    slot = modules.shape[0] // GRID * dots
    target = np.array(list(placed.values()))
    source = np.array([_middle(symbol.index, slot) for symbol in placed])
    if len(source) < 6 or np.linalg.matrix_rank(source - source.mean(axis=0)) < 2:
        return UNMEASURED
    # in the units that homography is scaled for: about millimetres
    to_picture = homography(source * 25.4 / 600, target)
    per_point = 25.4 / 600 * _STEP
    matrix = to_picture @ np.array([[per_point, 0, 0], [0, per_point, 0], [0, 0, 1]])
    matrix = matrix / matrix[2, 2]
    factor = max(1, round(float(np.hypot(matrix[0, 0], matrix[1, 0]))))
    shrink = np.diag([1 / factor, 1 / factor, 1.0]) @ matrix
    size = (_PAGE[0] // _STEP, _PAGE[1] // _STEP)
    page = back.reduce(factor).transform(
        size,
        Image.Transform.PERSPECTIVE,
        (shrink / shrink[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
        fillcolor=(0, 0, 0),
    )
    return _judged(np.asarray(page, dtype=np.float32))


def _judged(page: Floats) -> CopyEvidence:
    red, blue = page[..., 0], np.maximum(page[..., 2], 1)
    white, word, ground = _masks()
    paper = white & (blue > 0.8 * np.percentile(blue[white], 90))
    if paper.sum() < _LEAST_POINTS:
        return UNMEASURED
    neutral = float(np.median(red[paper] / blue[paper]))
    cyan = 1 - red / blue / neutral
    light = np.percentile(blue[ground | word], 75)
    plain = (blue > (1 - _SAME) * light) & (cyan > -0.3)
    counts = [int((plain & mask).sum()) for mask in (word, ground)]
    if min(counts) < _LEAST_POINTS:
        return UNMEASURED
    inked = [max(0.0, float(cyan[plain & mask].mean())) for mask in (word, ground)]
    found = CopyEvidence(says=Ground.CANNOT_TELL, word=inked[0], ground=inked[1])
    contrast = found.contrast
    if contrast is None or sum(inked) < 2 * LEAST_CYAN:
        return found
    if contrast <= ORIGINAL:
        return CopyEvidence(says=Ground.LIKELY_ORIGINAL, word=inked[0], ground=inked[1])
    if contrast >= COPY:
        return CopyEvidence(says=Ground.LIKELY_COPY, word=inked[0], ground=inked[1])
    return found


def _placed(grey: Image.Image) -> Iterator[tuple[Symbol, tuple[float, float]]]:
    """Symbols with the middles of where they were found, in pixels."""
    for barcode in zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Aztec)
    ):
        symbol = symbol_from(barcode.bytes)
        if symbol is not None:
            corners = barcode.position
            ends = (corners.top_left, corners.top_right, corners.bottom_right, corners.bottom_left)
            yield symbol, (sum(end.x for end in ends) / 4, sum(end.y for end in ends) / 4)


def _middle(index: int, slot: int) -> tuple[float, float]:
    """Of a symbol, in dots of 600 dpi from the upper left corner of the page."""
    row, column = divmod(index, GRID)
    margin = (PANEL.width - GRID * slot) / 2
    top = _PAGE[1] - PANEL.y - PANEL.height
    return PANEL.x + margin + (column + 0.5) * slot, top + margin + (row + 0.5) * slot


@cache
def _masks() -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
    """Points of the white frame and gaps of the codes, of the word's strokes, and of the ground away from them."""
    rows, columns = _PAGE[1] // _STEP, _PAGE[0] // _STEP
    even = np.tile(word_mask(), (1, TILES[0]))
    odd = np.roll(even, TILE[0] // 2, axis=1)
    whole = np.zeros((_PAGE[1], _PAGE[0]), dtype=np.bool_)
    inside = whole.copy()
    top = _PAGE[1] - ORIGIN[1] - TILES[1] * TILE[1]
    for row in range(TILES[1]):
        place = slice(top + row * TILE[1], top + (row + 1) * TILE[1])
        band = odd if row % 2 else even
        width = min(band.shape[1], _PAGE[0] - ORIGIN[0])
        whole[place, ORIGIN[0] : ORIGIN[0] + width] = band[:, :width]
        inside[place, ORIGIN[0] : ORIGIN[0] + width] = True
    share = whole[: rows * _STEP, : columns * _STEP].reshape(rows, _STEP, columns, _STEP).mean(axis=(1, 3))
    near = np.zeros((rows, columns), dtype=np.bool_)
    padded = np.pad(share > 0, 4)
    for y in range(9):
        for x in range(9):
            near |= padded[y : y + rows, x : x + columns]
    panel = np.zeros((rows, columns), dtype=np.bool_)
    high = (_PAGE[1] - GROUND_PANEL.y - GROUND_PANEL.height) // _STEP
    left = GROUND_PANEL.x // _STEP
    panel[
        high - 4 : high + GROUND_PANEL.height // _STEP + 4, left - 4 : left + GROUND_PANEL.width // _STEP + 4
    ] = True
    drawn = inside[: rows * _STEP : _STEP, : columns * _STEP : _STEP] & ~panel
    white = np.zeros((rows, columns), dtype=np.bool_)
    slot = SLOT // _STEP
    for gap in range(1, GRID):
        line = high + 4 + gap * slot
        white[line - 1 : line + 2, left + 4 : left + GRID * slot] = True
        line = left + 4 + gap * slot
        white[high + 4 : high + GRID * slot, line - 1 : line + 2] = True
    return white, drawn & (share > 0.9), drawn & ~near
