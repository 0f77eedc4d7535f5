"""A form's layout: where each box stands on the sheet and how it is set; read from data by ``certificates.pdf.layout_file``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
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
    """A ruled table: its top on the sheet, the heights of its rows and its boxes; millimetres."""

    top: float
    heights: tuple[float, ...]
    places: Mapping[Slot, Place]
    label: Style

    @property
    def height(self) -> float:
        return sum(self.heights)

    def boxes(self, slot: Slot, index: int = 0) -> tuple[Box, Box]:
        """Label and value on the sheet, in the ``index``-th of several such tables, one below the other."""
        place = self.places[slot]
        row = self.band(place.row, place.rows, index)
        return (
            Box(LEFT + place.label, row.y, place.value - place.label, row.height),
            Box(LEFT + place.value, row.y, place.end - place.value, row.height),
        )

    def band(self, row: int, rows: int, index: int = 0) -> Box:
        """Some rows over the whole width."""
        tops = _tops(self.heights)
        y = self.top + index * self.height
        return Box(LEFT, y + tops[row], WIDTH, tops[row + rows] - tops[row])

    def frame(self, index: int = 0) -> Box:
        return self.band(0, len(self.heights), index)

    def inner(self, index: int = 0) -> tuple[Box, ...]:
        return tuple(box for slot in self.places for box in self.boxes(slot, index))


@dataclass(frozen=True, slots=True, kw_only=True)
class ImprintPlace:
    """The word 印影 and the frame in which the imprint is drawn at its true size."""

    heading: Box
    frame: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One form (様式). ``title``, ``foot`` and ``number`` are heights on the sheet, millimetres.

    ``running``: width of the column of running numbers, and its style. ``rest``: where 以下余白 stands in the first
    block that is left free.
    """

    name: str
    title: float
    foot: float
    number: float
    head: Table | None
    block: Table
    a_sheet: int  # blocks
    running: tuple[float, Style] | None
    rest: Slot | None
    imprint: ImprintPlace | None
    rules: tuple[Rule, ...]


def rules_of(
    head: Table | None,
    block: Table,
    a_sheet: int,
    column: float,
    imprint: ImprintPlace | None,
    weights: tuple[float, float],
) -> tuple[Rule, ...]:
    """The rules of a form: thin between boxes, thick (the second of ``weights``) around tables."""
    inner: list[Box] = [] if head is None else [*head.inner()]
    frames: list[Box] = [] if head is None else [head.frame()]
    for index in range(a_sheet):
        frame = block.frame(index)
        frames.append(frame)
        inner += block.inner(index)
        if column:
            inner.append(Box(LEFT, frame.y, column, frame.height))
    if imprint is not None:
        inner += (imprint.heading, imprint.frame)
    return ruled(inner, weights[0]) + ruled(frames, weights[1])


@cache
def _tops(heights: tuple[float, ...]) -> tuple[float, ...]:
    return (0.0, *accumulate(heights))
