"""Places that lie side by side as one: what a person would frame once."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby, pairwise

from anti_forgery.comparison.verdict import Place
from certificates.pdf.sheet import Box

_BETWEEN = 0.4
"""Of a glyph's height: two that are farther apart may have another one between them."""


def joined(places: Sequence[Place]) -> tuple[Place, ...]:
    """Places of one row and kind that lie side by side as one, top to bottom."""
    ordered = sorted(
        places, key=lambda place: (place.kind.value, place.row, round(place.box.y, 1), place.box.x)
    )
    found = []
    for _, group in groupby(ordered, key=lambda place: (place.kind, place.row, round(place.box.y, 1))):
        run: list[Place] = []
        for place in group:
            if run and place.box.x - (run[-1].box.x + run[-1].box.width) > place.box.width:
                found.append(_around(run))
                run = []
            run.append(place)
        found.append(_around(run))
    return tuple(sorted(found, key=lambda place: (place.box.y, place.box.x)))


def _around(run: Sequence[Place]) -> Place:
    left, top = min(place.box.x for place in run), min(place.box.y for place in run)
    right = max(place.box.x + place.box.width for place in run)
    bottom = max(place.box.y + place.box.height for place in run)
    first = run[0]
    box = Box(left, top, right - left, bottom - top)
    named = [place for place in run if place.seems]
    return Place(
        row=first.row,
        kind=first.kind,
        box=box,
        score=max(place.score for place in run),
        expected=_text(named, [place.expected for place in named]),
        seems=_text(named, [place.seems for place in named]),
    )


def _text(named: Sequence[Place], texts: Sequence[str]) -> str:
    """In a row; an ellipsis stands for what is right, or was not recognised, between them."""
    text = "".join(texts[:1])
    for (last, place), more in zip(pairwise(named), texts[1:], strict=True):
        gap = place.box.x - last.box.x - last.box.width
        text += more if gap < _BETWEEN * place.box.height else f"…{more}"
    return text
