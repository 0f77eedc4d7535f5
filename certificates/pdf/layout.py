"""A form's layout: where each box stands on the sheet and how it is set; read from data by ``certificates.pdf.layout_file``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate

from certificates.domain.blocks import Slot
from certificates.pdf.sheet import Box, Rule, Style, ruled

LEFT, WIDTH = 11.0, 188.0
"""Left edge and width of every form, millimetres."""


@dataclass(frozen=True, slots=True)
class Place:
    """A box: its row and how many rows it spans; left edge of its label, left and right edge of its value."""

    row: int
    rows: int
    label: float
    value: float
    end: float
    style: Style


@dataclass(frozen=True, slots=True)
class Table:
    """A ruled table: the heights of its rows in millimetres, and its boxes; ``y`` is where its top stands on the sheet."""

    heights: tuple[float, ...]
    places: Mapping[Slot, Place]
    label: Style

    @property
    def height(self) -> float:
        return sum(self.heights)

    def boxes(self, slot: Slot, y: float) -> tuple[Box, Box]:
        """Label and value."""
        place = self.places[slot]
        row = self.band(place.row, place.rows, y)
        return (
            Box(LEFT + place.label, row.y, place.value - place.label, row.height),
            Box(LEFT + place.value, row.y, place.end - place.value, row.height),
        )

    def band(self, row: int, rows: int, y: float) -> Box:
        """Some rows over the whole width."""
        tops = _tops(self.heights)
        return Box(LEFT, y + tops[row], WIDTH, tops[row + rows] - tops[row])

    def frame(self, y: float) -> Box:
        return self.band(0, len(self.heights), y)

    def inner(self, y: float) -> tuple[Box, ...]:
        return tuple(box for slot in self.places for box in self.boxes(slot, y))

    def only(self, slots: Collection[Slot]) -> Table:
        """Without the boxes of other slots, and without the rows that are then empty."""
        places = {slot: place for slot, place in self.places.items() if slot in slots}
        kept = sorted({place.row + index for place in places.values() for index in range(place.rows)})
        moved = {slot: replace(place, row=kept.index(place.row)) for slot, place in places.items()}
        return Table(tuple(self.heights[row] for row in kept), moved, self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprintPlace:
    """The word 印影 and the frame in which the imprint is drawn at its true size."""

    heading: Box
    frame: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One form (様式). ``title``, ``foot`` and ``number`` are heights on the sheet, ``tops`` those of head and first block,
    ``column`` is the width of the column of running numbers; millimetres.

    A form that is not ``open`` shows all its boxes and ``a_sheet`` blocks, filled or not; ``rest`` is the box of the first
    free block that says 以下余白. An open one shows only what the certificate says, in as many blocks as the sheet holds.
    """

    name: str
    title: float
    foot: float
    number: float
    weights: tuple[float, float]  # points: between boxes, around tables
    head: Table | None
    block: Table
    tops: tuple[float, float]
    a_sheet: int
    open: bool
    column: float
    running: Style
    rest: Slot | None
    rest_style: Style
    imprint: ImprintPlace | None

    def rules(
        self, tables: Iterable[tuple[Table, float]], blocks: Iterable[tuple[Table, float]]
    ) -> tuple[Rule, ...]:
        """The rules of a sheet with these tables and blocks, each with its top."""
        inner: list[Box] = []
        frames: list[Box] = []
        blocks = tuple(blocks)
        for table, y in (*tables, *blocks):
            frames.append(table.frame(y))
            inner += table.inner(y)
        if self.column:
            inner += [Box(LEFT, y, self.column, table.height) for table, y in blocks]
        if self.imprint is not None:
            inner += (self.imprint.heading, self.imprint.frame)
        return ruled(inner, self.weights[0]) + ruled(frames, self.weights[1])


@lru_cache(maxsize=1024)
def _tops(heights: tuple[float, ...]) -> tuple[float, ...]:
    return (0.0, *accumulate(heights))
