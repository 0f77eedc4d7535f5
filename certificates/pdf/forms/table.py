"""A ruled block of labelled boxes: where each slot of a resident stands, and the placements for one resident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import accumulate

from certificates.domain.blocks import Block, Entry, Slot
from certificates.pdf.sheet import Align, Box, Placement, Style

LABEL = Style(size=7, smallest=5, align=Align.SPREAD, lines=2, inset=1.4, spread_to=1.2)


@dataclass(frozen=True, slots=True)
class Place:
    """A slot's row (and how many rows it spans), and the x of its label's left, its value's left and right edge."""

    row: int
    label: float
    value: float
    end: float
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Table:
    """Places of the slots and the heights of the rows, millimetres; ``styles`` for slots unlike the others."""

    heights: tuple[float, ...]
    places: Mapping[Slot, Place]
    style: Style
    styles: Mapping[Slot, Style]
    label: Style = LABEL

    @property
    def height(self) -> float:
        return sum(self.heights)

    def boxes(self, slot: Slot) -> tuple[Box, Box]:
        """Label and value, from the table's own corner."""
        place = self.places[slot]
        tops = _tops(self.heights)
        y, height = tops[place.row], tops[place.row + place.rows] - tops[place.row]
        return (
            Box(place.label, y, place.value - place.label, height),
            Box(place.value, y, place.end - place.value, height),
        )

    def all_boxes(self) -> tuple[Box, ...]:
        return tuple(box for slot in self.places for box in self.boxes(slot))

    def labels(self, block: Block, x: float, y: float) -> tuple[Placement, ...]:
        """The labels of ``block`` in a table whose corner is at ``x``, ``y``."""
        return tuple(
            Placement(
                text=entry.label, box=self.boxes(slot)[0].moved(x, y), style=self.label, row=entry.label
            )
            for slot, entry in block.items()
        )

    def values(self, block: Block, x: float, y: float) -> tuple[Placement, ...]:
        """The values of ``block``; two names of one person share their box, one above the other."""
        return tuple(
            placement
            for slot, entry in block.items()
            for placement in self._lines(slot, entry, self.boxes(slot)[1].moved(x, y))
        )

    def _lines(self, slot: Slot, entry: Entry, box: Box) -> tuple[Placement, ...]:
        style = self.styles.get(slot, self.style)
        count = len(entry.lines)
        return tuple(
            Placement(text=line, box=box.band(index, count), style=style, row=entry.label)
            for index, line in enumerate(entry.lines)
        )


@cache
def _tops(heights: tuple[float, ...]) -> tuple[float, ...]:
    return (0.0, *accumulate(heights))
