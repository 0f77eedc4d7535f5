"""The places where a front differs, each enlarged twice: as it was printed and as it was sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import BytesIO

import pypdfium2
from PIL import Image

from anti_forgery.comparison.verdict import Kind, Place
from center_relay.inquiry.ports import Difference, Reading
from certificates.pdf.sheet import PAPER, Box

MOST_SHOWN = 8
MOST_TOLD = 40
VIEW_WIDTH = 640  # pixels
_LEAST_VIEW = 60.0  # millimetres
_GAP = 6.0  # millimetres
_POINTS = 72 / 25.4


def differences(places: Sequence[Place], upright: Image.Image | None, pdf: bytes) -> Iterator[Difference]:
    """One for each stretch of a row, at most ``MOST_TOLD``; the first ``MOST_SHOWN`` with pictures.

    ``upright`` is the scanned front, ``pdf`` the front as it was printed.
    """
    for number, run in enumerate(list(_runs(places))[:MOST_TOLD]):
        found = Difference(
            row=run[0].row,
            kinds=tuple(dict.fromkeys(place.kind.value for place in run)),
            readings=tuple(
                Reading(expected=place.expected, seems=place.seems) for place in run if place.seems
            ),
        )
        if upright is None or number >= MOST_SHOWN or Kind.OTHER_PAGE.value in found.kinds:
            yield found
            continue
        view = _view([place.box for place in run])
        yield replace(found, original=_printed(pdf, view), yours=_sent(upright, view))


def _runs(places: Sequence[Place]) -> Iterator[list[Place]]:
    """Places that follow one another in a row and a line are one to whoever reads them."""
    run: list[Place] = []
    for place in places:
        if run and not _follows(run[-1], place):
            yield run
            run = []
        run.append(place)
    if run:
        yield run


def _follows(last: Place, place: Place) -> bool:
    gap = place.box.x - (last.box.x + last.box.width)
    return last.row == place.row and abs(place.box.y - last.box.y) <= last.box.height and -_GAP < gap < _GAP


def _view(boxes: Sequence[Box]) -> Box:
    """What is shown of the page around ``boxes``: four times as wide as high."""
    left, top = min(box.x for box in boxes), min(box.y for box in boxes)
    right = max(box.x + box.width for box in boxes)
    bottom = max(box.y + box.height for box in boxes)
    width = min(PAPER[0], max(_LEAST_VIEW, right - left + 16, 4 * (bottom - top + 4)))
    height = width / 4
    x = min(max(0.0, (left + right - width) / 2), PAPER[0] - width)
    y = min(max(0.0, (top + bottom - height) / 2), PAPER[1] - height)
    return Box(x, y, width, height)


def _printed(pdf: bytes, view: Box) -> bytes:
    """PNG."""
    below, beside = PAPER[1] - view.y - view.height, PAPER[0] - view.x - view.width
    crop = tuple(_POINTS * length for length in (view.x, below, beside, view.y))
    with pypdfium2.PdfDocument(pdf) as document:
        scale = VIEW_WIDTH / (view.width * _POINTS)
        drawn: Image.Image = document[0].render(scale=scale, crop=crop).to_pil()
    file = BytesIO()
    drawn.convert("L").save(file, "PNG")
    return file.getvalue()


def _sent(upright: Image.Image, view: Box) -> bytes:
    """JPEG."""
    across, down = upright.width / PAPER[0], upright.height / PAPER[1]
    edges = (view.x * across, view.y * down, (view.x + view.width) * across, (view.y + view.height) * down)
    part = upright.convert("RGB").resize(
        (VIEW_WIDTH, round(VIEW_WIDTH * view.height / view.width)), Image.Resampling.BICUBIC, box=edges
    )
    file = BytesIO()
    part.save(file, "JPEG", quality=85)
    return file.getvalue()
