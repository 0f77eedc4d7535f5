"""Single characters, drawn where they would stand to a fraction of a pixel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pypdfium2

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import shrunk
from anti_forgery.comparison.truth import ASCENT, DPI, SHAPE
from certificates.errors import RefusedError
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Typeface
from certificates.pdf.front import front_pdf
from certificates.pdf.sheet import PAPER

_PIXEL = 72 / DPI
"""Points."""
_FINER = 3
"""By what they are drawn larger: small type is moved to whole pixels by the renderer, large type is not."""
_SPECIAL = re.compile(r"([\\()])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Specimen:
    """``text`` in a type of ``size`` points, its em box ``left`` and ``top`` pixels from the corner of a square."""

    text: str
    size: float
    left: float
    top: float


def drawn(specimens: Sequence[Specimen], side: int, face: Typeface) -> Pixels:
    """Ink (255 is black) of each in a square of ``side`` pixels, at the truth's resolution; at least one is asked for.

    Raises RefusedError (NO_GLYPH) when ``face`` lacks one of them.
    """
    columns, rows = SHAPE[1] // side, SHAPE[0] // side
    pages = [
        _page(specimens[start : start + columns * rows], side, columns, face)
        for start in range(0, len(specimens), columns * rows)
    ]
    return np.concatenate(pages)


def can_draw(face: Typeface, text: str) -> bool:
    try:
        face.glyphs(text)
    except RefusedError:
        return False
    return True


def _page(specimens: Sequence[Specimen], side: int, columns: int, face: Typeface) -> Pixels:
    lines = []
    for number, specimen in enumerate(specimens):
        row, column = divmod(number, columns)
        x = (column * side + specimen.left) * _PIXEL
        y = PAPER[1] * POINTS - (row * side + specimen.top) * _PIXEL - ASCENT * specimen.size
        text = _SPECIAL.sub(r"\\\1", specimen.text)
        lines.append(f"BT {x:.3f} {y:.3f} Td {specimen.size:g} ({text}) Tj ET")
    rows = -(-len(specimens) // columns)
    with pypdfium2.PdfDocument(front_pdf("\n".join(["q", *lines, "Q\n"]), face)) as document:
        below = max(0.0, PAPER[1] * POINTS - (rows * side + 1) * _PIXEL)
        seen = document[0].render(scale=_FINER / _PIXEL, grayscale=True, crop=(0, below, 0, 0)).to_numpy()
    ink = 255 - shrunk(seen.reshape(seen.shape[:2]), _FINER)[: rows * side, : columns * side]
    cells = ink.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(-1, side, side)
    return np.ascontiguousarray(cells[: len(specimens)])
