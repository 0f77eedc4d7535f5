"""偽造防止検出画像: a visible cherry blossom that hides 「証」.

Both have the same visible colour, the blossom mixed from cyan, magenta and yellow, 「証」 with black (``PrinterProfile``
holds the pair): on the black plate, and to an infra-red camera, which sees carbon alone, only 「証」 is there. A colour
copy mixes both alike and loses it. It lives while the file stays DeviceCMYK.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import cos, pi, sin
from pathlib import Path

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

from anti_forgery.emblem import circle
from anti_forgery.pdf_objects import POINTS_PER_MM, number
from anti_forgery.profile import PrinterProfile
from certificates.errors import ConfigurationError

MARK = "証"
CENTRE = (178.0, 222.1)
"""Millimetres from the lower left corner of the back."""
RADIUS = 13.0
SIDE = 0.8
"""Side of the character in radii of the blossom; it must lie within the blossom's closed middle."""
MIDDLE = 0.62
"""Radius of that middle; the petals leave no gap within 0.68."""
OUTLINE = 1.45
"""Ink of the petals' outline, as a multiple of their own."""
_PETAL = (
    ((-0.5, 0.3), (-0.52, 0.85), (-0.15, 1.0)),
    ((-0.1, 0.96), (-0.04, 0.92), (0.0, 0.88)),
    ((0.04, 0.92), (0.1, 0.96), (0.15, 1.0)),
    ((0.52, 0.85), (0.5, 0.3), (0.0, 0.0)),
)
"""From the origin and back to it, upwards, in radii of the blossom: the points of four curves."""


def hidden_picture(profile: PrinterProfile) -> list[str]:
    """Operators that draw it at its place on the back."""
    surround, mark = profile.hidden_surround, profile.hidden_mark
    radius = RADIUS * POINTS_PER_MM
    x, y = (side * POINTS_PER_MM for side in CENTRE)
    line = [min(1.0, OUTLINE * ink) for ink in surround]
    petals = [f"{_petal(radius, 2 * pi * place / 5)} b" for place in range(5)]
    return [
        f"q 1 0 0 1 {number(x)} {number(y)} cm",
        f"{_colour(surround)} k {_colour(line)} K 0.4 w",
        *petals,
        f"{circle(0, 0, MIDDLE * radius)} f",
        f"{_colour(mark)} k {_colour(mark)} K 0.36 w 1 j",
        f"{_character(profile.font, SIDE * radius)} B",
        "Q",
    ]


def _colour(inks: Iterable[float]) -> str:
    return " ".join(number(ink) for ink in inks)


def _petal(radius: float, angle: float) -> str:
    c, s = radius * cos(angle), radius * sin(angle)
    path = ["0 0 m"]
    for points in _PETAL:
        path.append(" ".join(f"{number(c * x - s * y)} {number(s * x + c * y)}" for x, y in points) + " c")
    return " ".join(path)


@lru_cache(maxsize=4)
def _character(path: Path, side: float) -> str:
    """The outline of 「証」 as a path, its box centred on the origin."""
    with TTFont(path, lazy=True) as font:
        name = (font.getBestCmap() or {}).get(ord(MARK))
        if name is None:
            raise ConfigurationError("PrinterProfile.font", f"has no U+{ord(MARK):04X}, which the back needs")
        glyphs = font.getGlyphSet()
        pen = _PathPen(glyphs, side / font["head"].unitsPerEm, font["hhea"].ascent, font["hhea"].descent)
        glyphs[name].draw(pen)
    return " ".join(pen.path)


class _PathPen(BasePen):  # type: ignore[misc]  # fontTools ships no types
    """Turns an outline into path operators, the em square around the origin."""

    def __init__(self, glyphs: object, scale: float, ascent: int, descent: int) -> None:
        super().__init__(glyphs)
        self.path: list[str] = []
        self._scale = scale
        self._middle = ((ascent - descent) / 2, (ascent + descent) / 2)

    def _point(self, point: tuple[float, float]) -> str:
        return " ".join(
            f"{(value - middle) * self._scale:.2f}" for value, middle in zip(point, self._middle, strict=True)
        )

    def _moveTo(self, pt: tuple[float, float]) -> None:  # noqa: N802 - fontTools names it
        self.path.append(f"{self._point(pt)} m")

    def _lineTo(self, pt: tuple[float, float]) -> None:  # noqa: N802
        self.path.append(f"{self._point(pt)} l")

    def _curveToOne(  # noqa: N802
        self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]
    ) -> None:
        self.path.append(" ".join(self._point(point) for point in (pt1, pt2, pt3)) + " c")

    def _closePath(self) -> None:  # noqa: N802
        self.path.append("h")
