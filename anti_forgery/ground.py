"""Copy-evident ground (地紋): fine dots, and 「複写」 in coarse dots of equal tone, which survive a copier alone.

One solid colorant (100 % cyan), so no halftone screen lies over the dots. Fine dots are 2 × 2 pixels of 600 dpi at
106 lpi, coarse ones about 4 × 4 at 53 lpi, both at 45 degrees on one lattice: a cell holds either one coarse dot or
four fine ones, so tone is equal up to the very edge of a stroke. A deterrent, not a proof.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.emblem import circle, emblem_lines, emblem_of
from anti_forgery.latent_word import inside_word
from anti_forgery.pdf_objects import A4, DOT, banded_mask, form_object, number
from anti_forgery.profile import PrinterProfile

TILE = (1552, 960)
"""Width and height of one tile in dots of 600 dpi: 65.7 × 40.6 mm with the word once."""
TILES = (3, 7)
"""Columns and rows; they leave the 6 mm at the edge that an engine cannot print."""
ORIGIN = (152, 148)
"""Lower left corner of the ground in dots."""
CELL = 16
"""Side of the square that holds two cells: the lattice points are (0, 0) and (8, 8)."""
COARSE_AREA = 16
"""Pixels of a coarse dot that has the ink of four fine ones."""
COARSE_PITCH = CELL / 2**0.5
WORD_EM = 616.0
WORD_GAP = 60.0
STROKE = 3 * COARSE_PITCH
"""A stroke holds three coarse dots side by side; fewer are lost in a copy, more are seen in the original."""
CYAN, CYAN_LINES = "1 0 0 0 k", "1 0 0 0 K"
GOLDEN = (5**0.5 - 1) / 2
Figure = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Which points, by x and y in dots from the upper left corner, belong to what coarse dots draw."""


@dataclass(frozen=True, slots=True)
class Panel:
    """A rectangle that the ground leaves white, in dots of 600 dpi from the lower left corner of the page."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Disc:
    """Where the emblem stands in the ground, in points from the lower left corner of the page."""

    x: float
    y: float
    radius: float


def word_mask() -> NDArray[np.bool_]:
    """Which pixels of a tile belong to the word; for calibration and for measuring visibility."""
    y, x = np.mgrid[0 : TILE[1], 0 : TILE[0]].astype(np.float64) + 0.5
    return _in_word(x, y)


def tile_pixels(coarse_to_fine: float = 1.0) -> NDArray[np.bool_]:
    """One tile as pixels of 600 dpi, True is ink; it continues itself on all four sides."""
    return dotted(TILE, _in_word, coarse_to_fine)


def dotted(size: tuple[int, int], in_figure: Figure, coarse_to_fine: float) -> NDArray[np.bool_]:
    """A field of ``size`` (width and height, multiples of ``CELL``): coarse dots in the figure, fine ones around it."""
    width, height = size
    first_y, first_x = np.mgrid[0:height:CELL, 0:width:CELL]
    x = np.concatenate([first_x.ravel(), first_x.ravel() + CELL // 2])
    y = np.concatenate([first_y.ravel(), first_y.ravel() + CELL // 2])
    coarse = in_figure(x.astype(np.float64), y.astype(np.float64))
    pixels = np.zeros((height, width), dtype=np.bool_)
    _paint(pixels, x[~coarse], y[~coarse], _fine_offsets())
    area = COARSE_AREA * coarse_to_fine
    # A part of a pixel is made by giving that part of the dots one pixel more, spread evenly over the figure.
    larger = (np.arange(int(coarse.sum())) * GOLDEN) % 1.0 < area % 1.0
    offsets = _growing_dot()
    _paint(pixels, x[coarse][~larger], y[coarse][~larger], offsets[: int(area)])
    _paint(pixels, x[coarse][larger], y[coarse][larger], offsets[: int(area) + 1])
    return pixels


@lru_cache(maxsize=8)
def dots_object(profile: PrinterProfile) -> bytes:
    """The dots of a whole page as one image mask, made once per process and profile.

    One image, not one per tile: a renderer that rounds each placement to its own pixels would show the seams.
    """
    columns, rows = TILES
    even = np.tile(tile_pixels(profile.coarse_to_fine), (1, columns))
    # Every second row is moved by half a tile, so that no column of the page is free of the word.
    odd = np.roll(even, TILE[0] // 2, axis=1)
    bands = [np.packbits(odd if row % 2 else even, axis=1).tobytes() for row in range(rows)]
    return banded_mask(TILE[0] * columns, bands)


def ground_object(dots: int, panel: Panel | None, municipality: str, emblem: Disc) -> bytes:
    """The ground of a whole page with the municipality's emblem in it, as a Form XObject.

    ``dots`` is the number of the mask's object in the file.
    """
    return form_object(_ground_content(panel, municipality, emblem), f"/XObject<</Dots {dots} 0 R>>")


@lru_cache(maxsize=256)
def _ground_content(panel: Panel | None, municipality: str, emblem: Disc) -> bytes:
    lines = [f"{CYAN} {CYAN_LINES} q 0 0 {A4[0]} {A4[1]} re", circle(emblem.x, emblem.y, emblem.radius)]
    if panel is not None:
        sides = " ".join(_dots(side) for side in (panel.x, panel.y, panel.width, panel.height))
        lines.append(f"{sides} re")
    width, height = (tiles * side for tiles, side in zip(TILES, TILE, strict=True))
    lines.append("W* n")
    lines.append(f"{_dots(width)} 0 0 {_dots(height)} {_dots(ORIGIN[0])} {_dots(ORIGIN[1])} cm /Dots Do Q")
    lines += emblem_lines(emblem_of(municipality), emblem.x, emblem.y, emblem.radius)
    return zlib.compress("\n".join(lines).encode("ascii"), 9)


def _in_word(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    left = (TILE[0] - 2 * WORD_EM - WORD_GAP) / 2
    top = (TILE[1] - WORD_EM) / 2
    return inside_word(x - left, y - top, em=WORD_EM, gap=WORD_GAP, stroke=STROKE)


def _fine_offsets() -> NDArray[np.intp]:
    """The four 2 × 2 dots of one cell, 4√2 pixels apart."""
    return np.array(
        [
            (cx + dx, cy + dy)
            for cx, cy in ((4, 0), (-4, 0), (0, 4), (0, -4))
            for dx in (-1, 0)
            for dy in (-1, 0)
        ]
    )


def _growing_dot() -> NDArray[np.intp]:
    """Pixels of a dot in the order in which it grows: the first n make the roundest dot of n pixels."""
    near = [(x, y) for x in range(-4, 4) for y in range(-4, 4)]
    near.sort(
        key=lambda p: ((p[0] + 0.5) ** 2 + (p[1] + 0.5) ** 2, np.arctan2(p[1] + 0.5, p[0] + 0.5) % 1.6, p)
    )
    return np.array(near)


def _paint(
    pixels: NDArray[np.bool_], x: NDArray[np.intp], y: NDArray[np.intp], offsets: NDArray[np.intp]
) -> None:
    height, width = pixels.shape
    pixels[(y[:, None] + offsets[:, 1]) % height, (x[:, None] + offsets[:, 0]) % width] = True


def _dots(value: float) -> str:
    return number(value * DOT)
