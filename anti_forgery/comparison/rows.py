"""Names for places on a form, from its rules and texts alone: what stands in a cell is named by the label beside it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from certificates.pdf.sheet import Box

_SLACK = 0.3  # millimetres
OUTSIDE = ""


class Cells:
    """The ruled cells of a form; ``rules`` are boxes without height or without width, in millimetres."""

    def __init__(self, rules: Sequence[Box]) -> None:
        self._across = sorted((rule.y, rule.x, rule.x + rule.width) for rule in rules if rule.height < _SLACK)
        self._down = sorted((rule.x, rule.y, rule.y + rule.height) for rule in rules if rule.width < _SLACK)

    def cell(self, x: float, y: float) -> Box | None:
        """The cell around a point; None outside the ruled part."""
        top = max((line for line, a, b in self._across if line <= y and a <= x <= b), default=None)
        bottom = min((line for line, a, b in self._across if line > y and a <= x <= b), default=None)
        left = max((line for line, a, b in self._down if line <= x and a <= y <= b), default=None)
        right = min((line for line, a, b in self._down if line > x and a <= y <= b), default=None)
        if top is None or bottom is None or left is None or right is None:
            return None
        return Box(round(left, 1), round(top, 1), round(right - left, 1), round(bottom - top, 1))

    def rows(self, glyphs: Sequence[tuple[str, Box]]) -> list[str]:
        """A name for each glyph: the text of the cell to the left of its own, or of its own when that is the label."""
        places = [self.cell(box.x + box.width / 2, box.y + box.height / 2) for _, box in glyphs]
        texts: dict[Box, str] = defaultdict(str)
        lines: dict[float, str] = defaultdict(str)
        for (text, box), place in zip(glyphs, places, strict=True):
            if place is None:
                lines[round(box.y + box.height, 1)] += text
            else:
                texts[place] += text
        names = {place: self._name(place, texts) for place in texts}
        return [
            lines[round(box.y + box.height, 1)] if place is None else names[place]
            for (_, box), place in zip(glyphs, places, strict=True)
        ]

    def _name(self, place: Box, texts: dict[Box, str]) -> str:
        left = self.cell(place.x - _SLACK, place.y + place.height / 2)
        # the label of a row stands at its left; what has no text there is a label itself
        if left is None or not texts.get(left) or left.width > place.width * 1.2 or texts[left].isdigit():
            return texts[place]
        return texts[left]
