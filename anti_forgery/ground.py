"""Copy-evident ground (地紋): fine dots, and a word in coarse dots of equal tone, which survive a copier alone.

One solid colorant (100 % cyan), so no halftone screen lies over the dots. In the usual design fine dots are 2 × 2
pixels of 600 dpi at 106 lpi, coarse ones about 4 × 4 at 53 lpi, both at 45 degrees on one lattice: a place of it holds
either one coarse dot or four fine ones, so tone is equal up to the very edge of a stroke. A deterrent, not a proof.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from anti_forgery.emblem import circle, emblem_lines, emblem_of
from anti_forgery.ground_design import COARSE_AREA, ORIGIN, TILE, TILES, USUAL, USUAL_CELL, GroundDesign
from anti_forgery.pdf_objects import A4, DOT, banded_mask, form_object, number
from anti_forgery.profile import USUAL_WORD, PrinterProfile
from anti_forgery.word_pattern import word_pattern
from certificates.errors import ConfigurationError

CYAN, CYAN_LINES = "1 0 0 0 k", "1 0 0 0 K"
FULLEST = 0.45
"""Of the word's own box; 「複製」 covers 0.34 of it in usual dots."""
GOLDEN = (5**0.5 - 1) / 2
Figure = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Which rows of y and columns of x, in dots from the upper left corner, belong to what coarse dots draw."""


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


def word_mask(design: GroundDesign = USUAL) -> NDArray[np.bool_]:
    """Which pixels of a tile belong to the word; for measuring visibility."""
    x, y = (np.arange(side, dtype=np.float64) + 0.5 for side in TILE)
    return design.is_word(x, y)


def tile_pixels(coarse_to_fine: float = 1.0, design: GroundDesign = USUAL) -> NDArray[np.bool_]:
    """One tile as pixels of 600 dpi, True is ink; in the usual design it continues itself on all four sides."""
    return dotted(TILE, design.is_word, coarse_to_fine, design.cell)


def dotted(
    size: tuple[int, int], in_figure: Figure, coarse_to_fine: float, cell: int = USUAL_CELL
) -> NDArray[np.bool_]:
    """A field of ``size`` (width and height): coarse dots in the figure, fine ones around it.

    What crosses an edge comes in again at the other one, so a field of whole cells continues itself.
    """
    width, height = size
    places = []
    for first in (0, cell // 2):
        rows, columns = (np.arange(first, first + side, cell) for side in (height, width))
        coarse = in_figure(columns.astype(np.float64), rows.astype(np.float64))
        places.append((*np.meshgrid(columns, rows), coarse))
    x, y, coarse = (np.concatenate([values.ravel() for values in part]) for part in zip(*places, strict=True))
    pixels = np.zeros((height, width), dtype=np.bool_)
    _paint(pixels, x[~coarse], y[~coarse], _fine_offsets(cell))
    area = COARSE_AREA * coarse_to_fine
    # A part of a pixel is made by giving that part of the dots one pixel more, spread evenly over the figure.
    larger = (np.arange(int(coarse.sum())) * GOLDEN) % 1.0 < area % 1.0
    offsets = _growing_dot()
    _paint(pixels, x[coarse][~larger], y[coarse][~larger], offsets[: int(area)])
    _paint(pixels, x[coarse][larger], y[coarse][larger], offsets[: int(area) + 1])
    return pixels


def design_of(profile: PrinterProfile) -> GroundDesign:
    """Raises ConfigurationError when the word cannot be drawn, or not in dots of that size."""
    pattern = b"" if profile.word == USUAL_WORD else word_pattern(profile.font, profile.word)
    design = GroundDesign(pattern=pattern, cell=profile.cell)
    require_legible(design, profile.word)
    return design


def require_legible(design: GroundDesign, word: str) -> None:
    """Raises ConfigurationError when strokes so wide leave too little between them for the word to be read."""
    if design.fullness > FULLEST:
        raise ConfigurationError(
            "PrinterProfile.word",
            f"「{word}」は画数が多く、この大きさの点では読めません。短い語か細かい点にしてください / has too many "
            "strokes for dots of that size: choose a simpler word or a smaller cell",
        )


@lru_cache(maxsize=8)
def dots_object(profile: PrinterProfile) -> bytes:
    """The dots of a whole page as one image mask, made once per process and profile.

    One image, not one per tile: a renderer that rounds each placement to its own pixels would show the seams.
    """
    design = design_of(profile)
    # Every second row is moved by half a tile, so that no column of the page is free of the word.
    even, odd = (_band(design, profile.coarse_to_fine, shift) for shift in (0, TILE[0] // 2))
    bands = [np.packbits(odd if row % 2 else even, axis=1).tobytes() for row in range(TILES[1])]
    return banded_mask(TILE[0] * TILES[0], bands)


def _band(design: GroundDesign, coarse_to_fine: float, shift: int) -> NDArray[np.bool_]:
    """One row of tiles, the words in it moved by ``shift``; the lattice stays, so rows meet without a seam."""

    def in_word(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        return design.is_word((x - shift) % TILE[0], y)

    return dotted((TILE[0] * TILES[0], TILE[1]), in_word, coarse_to_fine, design.cell)


def ground_object(dots: int, panel: Panel | None, municipality: str, emblem: Disc, tone: float) -> bytes:
    """The ground of a whole page with the municipality's emblem in it, as a Form XObject.

    ``dots`` is the number of the mask's object in the file, ``tone`` that of the dots in it.
    """
    return form_object(_ground_content(panel, municipality, emblem, tone), f"/XObject<</Dots {dots} 0 R>>")


@lru_cache(maxsize=256)
def _ground_content(panel: Panel | None, municipality: str, emblem: Disc, tone: float) -> bytes:
    lines = [f"{CYAN} {CYAN_LINES} q 0 0 {A4[0]} {A4[1]} re", circle(emblem.x, emblem.y, emblem.radius)]
    if panel is not None:
        sides = " ".join(_dots(side) for side in (panel.x, panel.y, panel.width, panel.height))
        lines.append(f"{sides} re")
    width, height = (tiles * side for tiles, side in zip(TILES, TILE, strict=True))
    lines.append("W* n")
    lines.append(f"{_dots(width)} 0 0 {_dots(height)} {_dots(ORIGIN[0])} {_dots(ORIGIN[1])} cm /Dots Do Q")
    lines += emblem_lines(emblem_of(municipality), emblem.x, emblem.y, emblem.radius, tone)
    return zlib.compress("\n".join(lines).encode("ascii"), 9)


def _fine_offsets(cell: int) -> NDArray[np.intp]:
    """Pixels of the four 2 × 2 dots around a place of the lattice."""
    out = cell // 4
    return np.array(
        [
            (cx + dx, cy + dy)
            for cx, cy in ((out, 0), (-out, 0), (0, out), (0, -out))
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
