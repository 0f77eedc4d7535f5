"""The truth to compare with: the front of the opened sheet, drawn again, and where each glyph and seal of it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pypdfium2
from numpy.typing import NDArray

from anti_forgery.comparison.rows import Cells
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Typeface
from certificates.pdf.front import front_pdf, runs_of
from certificates.pdf.sheet import PAPER, Box

DPI = 300
"""Resolution at which fronts are compared."""
DOTS = DPI / 25.4
"""Pixels in a millimetre."""
SHAPE = (round(PAPER[1] * DOTS), round(PAPER[0] * DOTS))
"""Rows and columns of the page."""
OFFICIAL_SEAL, IMPRINT = "公印", "印影"

_ORIGIN = re.compile(r"BT (?:1 0 0 1 )?(\S+) (\S+) (?:Td|Tm) ")
_SPACING = re.compile(r"^(\S+) Tc")
_FRAME = re.compile(r"(\S+) (\S+) (\S+) (\S+) re S")
_MASK = re.compile(r"q (\S+) 0 0 (\S+) (\S+) (\S+) cm\nBI ")
_RULE = re.compile(r"^(\S+) (\S+) m (\S+) (\S+) l$", re.M)
ASCENT = 0.879
"""Of IPAmj's em box, what lies above the base line."""


@dataclass(frozen=True, slots=True)
class GlyphPlace:
    """One glyph: its text, its em box in millimetres from the top left corner, and the row it stands in."""

    text: str = field(repr=False)
    box: Box
    row: str


@dataclass(frozen=True, slots=True)
class SealPlace:
    row: str
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """``ink`` is 255 where the page is black, at ``DPI``."""

    ink: NDArray[np.uint8] = field(repr=False)
    glyphs: tuple[GlyphPlace, ...] = field(repr=False)
    seals: tuple[SealPlace, ...]


@lru_cache(maxsize=4)
def truth_of(front: str, face: Typeface) -> Truth:
    """Raises WireError when ``front`` is not a drawing, RefusedError (NO_GLYPH) when ``face`` lacks a character."""
    glyphs, seal = _glyphs(front, face)
    seals = [SealPlace(OFFICIAL_SEAL, seal)] if seal is not None else []
    rules = [tuple(map(float, rule)) for rule in _RULE.findall(front)]
    cells = Cells([_box(min(a, c), min(b, d), abs(c - a), abs(d - b)) for a, b, c, d in rules])
    for width, height, x, y in _MASK.findall(front):
        box = _box(float(x), float(y), float(width), float(height))
        framed = cells.cell(box.x + box.width / 2, box.y + box.height / 2) is not None
        seals.append(SealPlace(IMPRINT if framed else OFFICIAL_SEAL, box))
    named = cells.rows([(text, box) for text, box in glyphs])
    return Truth(
        ink=_drawn(front, face),
        glyphs=tuple(GlyphPlace(text, box, row) for (text, box), row in zip(glyphs, named, strict=True)),
        seals=tuple(seals),
    )


def _drawn(front: str, face: Typeface) -> NDArray[np.uint8]:
    with pypdfium2.PdfDocument(front_pdf(front, face)) as document:
        page = document[0].render(scale=DPI / 72, grayscale=True).to_numpy()
    ink = np.zeros(SHAPE, dtype=np.uint8)
    height, width = min(SHAPE[0], page.shape[0]), min(SHAPE[1], page.shape[1])
    ink[:height, :width] = 255 - page[:height, :width].reshape(height, width)
    return ink


def _glyphs(front: str, face: Typeface) -> tuple[list[tuple[str, Box]], Box | None]:
    """Glyphs of lines of text, and the box of the official seal, whose glyphs are stretched."""
    found: list[tuple[str, Box]] = []
    frames = [_box(*map(float, frame)) for frame in _FRAME.findall(front)]
    for line in front.split("\n"):
        origin = _ORIGIN.search(line)
        if origin is None:
            continue  # the stretched lettering of the official seal among them
        x, y = map(float, origin.groups())
        spaced = _SPACING.match(line)
        spacing = float(spaced[1]) if spaced else 0.0
        for size, text in runs_of(line):
            for glyph in face.glyphs(text):
                width = glyph.advance * size / 1000
                if glyph.text.strip():
                    found.append((glyph.text, _box(x, y - (1 - ASCENT) * size, width, size)))
                x += width + spacing
    return found, max(frames, key=lambda box: box.width, default=None)


def _box(x: float, y: float, width: float, height: float) -> Box:
    """From points from the lower left corner to millimetres from the upper left one."""
    return Box(x / POINTS, PAPER[1] - (y + height) / POINTS, width / POINTS, height / POINTS)
