"""The sheet of the hidden picture's pair of inks: black within mixes without black that lie all around the pair's own.

Each field has the mark's inks in its square and one mix of cyan, magenta and yellow around it; where on the printer both
look alike is found between the fields (``pair_measuring``).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from anti_forgery.calibration.sheet import FIELD, INNER, Page, SheetKind, document, field_corner, filled
from anti_forgery.pdf_objects import number
from anti_forgery.profile import Inks

STEP = 0.05
_CORNERS = tuple((c, m, y) for c in (-1.0, 1.0) for m in (-1.0, 1.0) for y in (-1.0, 1.0))
_AXES = tuple(
    tuple(far if axis == place else 0.0 for place in range(3))
    for far in (-2.0, -1.0, 1.0, 2.0)
    for axis in range(3)
)
OFFSETS: Sequence[tuple[float, ...]] = (*_CORNERS, *_AXES, *(((0.0, 0.0, 0.0),) * 4))
"""Of cyan, magenta and yellow in the 24 fields, in steps: a central composite design, its middle four times."""


def pair_kind(mark: Inks, surround: Inks) -> SheetKind:
    """Sheets around two pairs are two kinds, so that none is read as the other."""
    inks = " ".join(number(ink) for ink in (*mark, *surround))
    return SheetKind(f"KOFU INK {zlib.crc32(inks.encode('ascii')):08X}")


def pair_pdf(mark: Inks, surround: Inks) -> bytes:
    """``mark`` and ``surround``: the pair around which is looked."""
    left, right, bottom, top = INNER
    lines = []
    for place, inks in enumerate(mixes(surround)):
        x, y = field_corner(place)
        lines += [
            f"{_colour((*inks, 0.0))} k {filled(x, y, *FIELD)}",
            f"{_colour(mark)} k {filled(x + left, y + bottom, right - left, top - bottom)}",
        ]
    return document(
        Page(
            kind=pair_kind(mark, surround),
            title="Calibration sheet, pair of inks: print at 100 %, scan in colour at 300 dpi or more, then read it.",
            content=lines,
            labels=[" ".join(number(ink) for ink in inks) for inks in mixes(surround)],
        )
    )


def mixes(surround: Inks) -> list[tuple[float, ...]]:
    """Cyan, magenta and yellow around the square of each field."""
    return [
        tuple(
            min(1.0, max(0.0, ink + STEP * offset)) for ink, offset in zip(surround[:3], offsets, strict=True)
        )
        for offsets in OFFSETS
    ]


def _colour(inks: Sequence[float]) -> str:
    return " ".join(number(ink) for ink in inks)
