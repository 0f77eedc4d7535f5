"""What stands on one sheet, as data: boxes in millimetres from the top left corner, text, rules and seals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum

from certificates.domain.official_seal import OfficialSeal
from certificates.domain.seal import SealImprint

PAPER = (210.0, 297.0)
"""A4 portrait, millimetres."""


@dataclass(frozen=True, slots=True)
class Box:
    """Millimetres; ``x`` and ``y`` are the left top corner, ``y`` grows downwards."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, x: float, y: float) -> Box:
        return Box(self.x + x, self.y + y, self.width, self.height)

    def band(self, index: int, count: int) -> Box:
        """The ``index``-th of ``count`` equal bands, from the top."""
        height = self.height / count
        return Box(self.x, self.y + index * height, self.width, height)


class Align(Enum):
    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"
    SPREAD = "spread"  # 均等割付: characters spread over the whole width


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """Type sizes in points; a value is set in ``size`` and may shrink to ``smallest``, never below, and never cut.

    ``lines`` is how many lines the box may hold; ``inset`` keeps the text off the rules, in millimetres;
    ``spread_to`` limits 均等割付, so that a short label does not fly apart.
    """

    size: float
    smallest: float
    align: Align = Align.LEFT
    lines: int = 1
    inset: float = 1.2
    spread_to: float = 1.0  # em between two characters at most


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line; millimetres, its weight in points."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """A text in its box; ``row`` names the box when the text does not fit."""

    text: str = field(repr=False)
    box: Box
    style: Style
    row: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of one copy; ``imprint`` and the official ``seal`` are drawn at their true size in the middle of their box."""

    rules: tuple[Rule, ...]
    texts: tuple[Placement, ...]
    seal: tuple[OfficialSeal, Box] | None = None
    imprint: tuple[SealImprint, Box] | None = None


def ruled(boxes: Iterable[Box], weight: float) -> tuple[Rule, ...]:
    """The edges of ``boxes``, each drawn once: edges that meet or overlap become one rule."""
    across: dict[float, list[tuple[float, float]]] = {}
    down: dict[float, list[tuple[float, float]]] = {}
    for box in boxes:
        left, top = round(box.x, 3), round(box.y, 3)
        right, bottom = round(box.x + box.width, 3), round(box.y + box.height, 3)
        for y in (top, bottom):
            across.setdefault(y, []).append((left, right))
        for x in (left, right):
            down.setdefault(x, []).append((top, bottom))
    rules = [
        Rule(start, y, end, y, weight) for y, spans in sorted(across.items()) for start, end in _joined(spans)
    ]
    rules += [
        Rule(x, start, x, end, weight) for x, spans in sorted(down.items()) for start, end in _joined(spans)
    ]
    return tuple(rules)


def _joined(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    joined: list[tuple[float, float]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined
