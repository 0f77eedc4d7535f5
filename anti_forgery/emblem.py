"""The municipality's pattern: its emblem in fine lines inside a ring of waves, in the tone of the ground around it.

Lines of two dots, as far apart as it takes to ink as much of the paper as the ground's dots do. Inside the emblem they run
uphill and outside downhill, so it is seen from near and not from far. The emblems are invented, and data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise
from math import cos, hypot, pi, radians, sin

from anti_forgery.pdf_objects import DOT, number
from certificates.errors import InvalidValueError

LINE = 2 * DOT
CORE, RING = 0.78, (0.82, 0.96)
"""Radii of the part with the emblem and of the ring, in radii of the whole."""
WAVES, STRANDS = 36, 6
_CIRCLE = 0.5522847498
"""Where a quarter of a circle has its control points (4/3 · tan(π/8))."""
_STEPS = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """A closed line around the middle: ``petals`` bulges between two radii, turned by degrees.

    Radii are in radii of the whole; a larger ``sharpness`` makes narrower petals.
    """

    petals: int
    inner: float
    outer: float
    sharpness: float
    turn: float

    def __post_init__(self) -> None:
        if not (
            0 < self.inner <= self.outer < CORE and 1 <= self.petals <= 24 and 0.2 <= self.sharpness <= 5
        ):
            raise InvalidValueError("emblem", "a ring lies outside the emblem or has an impossible shape")

    def radius(self, angle: float) -> float:
        bulge: float = abs(cos(self.petals * (angle - radians(self.turn)) / 2)) ** self.sharpness
        return self.inner + (self.outer - self.inner) * bulge


@dataclass(frozen=True, slots=True, kw_only=True)
class Emblem:
    """What lies within an odd number of the rings is the figure."""

    rings: tuple[Ring, ...]


@lru_cache(maxsize=1)
def emblems() -> Mapping[str, Emblem]:
    """By municipality code; the empty code is the one of all others."""
    table = json.loads(files("anti_forgery").joinpath("emblems.json").read_text("utf-8"))
    return {
        code: Emblem(rings=tuple(Ring(**ring) for ring in entry["rings"])) for code, entry in table.items()
    }


def emblem_code(municipality: str) -> str:
    """The municipality's own code, or the empty one, so that all without an emblem share what is made of it."""
    return municipality if municipality in emblems() else ""


def emblem_of(municipality: str) -> Emblem:
    return emblems()[emblem_code(municipality)]


def emblem_lines(emblem: Emblem, x: float, y: float, radius: float, tone: float) -> list[str]:
    """Operators that draw it around (x, y), in points; the colour is set before. ``tone``: the part that is inked."""
    pitch = LINE / tone
    figure = " ".join(_outline(ring, radius) for ring in emblem.rings)
    core = circle(0, 0, CORE * radius)
    return [
        f"q 1 0 0 1 {number(x)} {number(y)} cm {number(LINE)} w",
        f"q {figure} W* n {_hatch(CORE * radius, 1, pitch)} S Q",
        f"q {core} {figure} W* n {_hatch(CORE * radius, -1, pitch)} S Q",
        *(f"{_strand(radius, strand)} s" for strand in range(STRANDS)),
        "Q",
    ]


def circle(x: float, y: float, radius: float) -> str:
    """A closed path of four curves."""
    c = _CIRCLE * radius
    corners = ((radius, 0), (0, radius), (-radius, 0), (0, -radius), (radius, 0))
    path = [f"{number(x + radius)} {number(y)} m"]
    for (x0, y0), (x1, y1) in pairwise(corners):
        bend = c / radius
        points = ((x0 - y0 * bend, y0 + x0 * bend), (x1 + y1 * bend, y1 - x1 * bend), (x1, y1))
        path.append(" ".join(f"{number(x + px)} {number(y + py)}" for px, py in points) + " c")
    return " ".join(path) + " h"


def _outline(ring: Ring, radius: float) -> str:
    angles = [2 * pi * step / _STEPS for step in range(_STEPS)]
    points = [_polar(radius * ring.radius(angle), angle) for angle in angles]
    return f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:]) + " h"


def _strand(radius: float, strand: int) -> str:
    """One wave around the ring; the strands are shifted against one another and cross."""
    low, high = RING
    middle, swing = (low + high) / 2, (high - low) / 2
    points = []
    for step in range(4 * WAVES):
        angle = 2 * pi * step / (4 * WAVES)
        wave = sin(WAVES / 3 * angle + 2 * pi * strand / STRANDS)
        points.append(_polar(radius * (middle + swing * wave), angle))
    return f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:])


def _hatch(radius: float, slope: int, pitch: float) -> str:
    """Parallel lines at 45 degrees through a circle around the origin."""
    lines = []
    for place in range(int(-radius / pitch), int(radius / pitch) + 1):
        away = place * pitch
        half = (radius**2 - away**2) ** 0.5 / hypot(1, 1)
        mx, my = -away / hypot(1, 1), away * slope / hypot(1, 1)
        lines.append(
            f"{_tenth(mx - half)} {_tenth(my - half * slope)} m {_tenth(mx + half)} {_tenth(my + half * slope)} l"
        )
    return " ".join(lines)


def _polar(radius: float, angle: float) -> str:
    return f"{_tenth(radius * cos(angle))} {_tenth(radius * sin(angle))}"


def _tenth(value: float) -> str:
    """To a hundredth of a point, twelve of which are a dot."""
    return f"{value:.2f}"
