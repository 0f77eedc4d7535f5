"""A photographed or scanned back brought upright: its codes say where on the page each point of the picture lies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import zxingcpp
from PIL import Image

from anti_forgery.back import GRID, PANEL, code_grid
from anti_forgery.comparison.registration import homography
from anti_forgery.ground_points import PAGE
from anti_forgery.symbols import Symbol, UnreadableError, assemble, symbol_from

_LEAST_SYMBOLS = 6


@dataclass(frozen=True, slots=True)
class UprightBack:
    """``picture`` is the page from edge to edge, a pixel a point; what the scan does not show is black."""

    payload: bytes
    picture: Image.Image


def upright_back(back: Image.Image, step: int) -> UprightBack:
    """Points are ``step`` dots of 600 dpi apart. Raises UnreadableError when too few codes say where they are."""
    placed = dict(_placed(back.getchannel("B")))
    payload = assemble(placed)
    modules, dots = code_grid(payload)
    slot = modules.shape[0] // GRID * dots
    target = np.array(list(placed.values()))
    source = np.array([_middle(symbol.index, slot) for symbol in placed])
    if len(source) < _LEAST_SYMBOLS or np.linalg.matrix_rank(source - source.mean(axis=0)) < 2:
        raise UnreadableError("too few codes say where they are", found=len(source), needed=_LEAST_SYMBOLS)
    # in the units that homography is scaled for: about millimetres
    to_picture = homography(source * 25.4 / 600, target)
    per_point = 25.4 / 600 * step
    matrix = to_picture @ np.array([[per_point, 0, 0], [0, per_point, 0], [0, 0, 1]])
    matrix = matrix / matrix[2, 2]
    factor = max(1, round(float(np.hypot(matrix[0, 0], matrix[1, 0]))))
    shrink = np.diag([1 / factor, 1 / factor, 1.0]) @ matrix
    picture = back.reduce(factor).transform(
        (PAGE[0] // step, PAGE[1] // step),
        Image.Transform.PERSPECTIVE,
        (shrink / shrink[2, 2]).ravel()[:8].tolist(),
        Image.Resampling.BILINEAR,
        fillcolor=(0, 0, 0),
    )
    return UprightBack(payload, picture)


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
    top = PAGE[1] - PANEL.y - PANEL.height
    return PANEL.x + margin + (column + 0.5) * slot, top + margin + (row + 0.5) * slot
