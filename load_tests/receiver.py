"""A receiver of certificates: scans a sheet, sends both sides to the inquiry site, reads the answer."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import pypdfium2
from PIL import Image

from anti_forgery.comparison.truth import truth_of
from certificates.errors import UnavailableError
from certificates.pdf.fonts import Typeface
from certificates.pdf.sheet import PAPER

SCAN_SCALE = 300 / 72  # 300 dpi
FIGURES = frozenset("0123456789０１２３４５６７８９")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the site says of one sheet, in its own words."""

    conclusion: str
    doubts: tuple[str, ...]
    issue_number: str
    standing: str
    asked_before: int
    match: str
    rows: tuple[str, ...]


def scanned(pdf: bytes, page: int) -> Image.Image:
    """Page ``page`` (from 0) as a scanner gives it back."""
    with pypdfium2.PdfDocument(pdf) as document:
        picture: Image.Image = document[page].render(scale=SCAN_SCALE).to_pil()
    return picture.convert("RGB")


def retouched(front: Image.Image, drawing: str, face: Typeface) -> Image.Image:
    """The scan with one figure of a date of birth replaced by another from the same row: the smallest lie there is.

    ``drawing`` is the front as it is sealed on the back, ``face`` what it was drawn with.
    """
    figures = {
        glyph.text: glyph.box
        for glyph in reversed(truth_of(drawing, face).glyphs)
        if glyph.row == "生年月日" and glyph.text in FIGURES
    }
    (_, ours), *_, (_, theirs) = sorted(figures.items())
    dots = front.width / PAPER[0]
    edges = (theirs.x, theirs.y, theirs.x + theirs.width, theirs.y + theirs.height)
    left, top, right, bottom = (round(edge * dots) for edge in edges)
    changed = front.copy()
    changed.paste(front.crop((left, top, right, bottom)), (round(ours.x * dots), round(ours.y * dots)))
    return changed


async def ask(site: str, *sides: Image.Image) -> Told:
    """Raises UnavailableError when the site does not answer about exactly one sheet."""
    form = aiohttp.FormData()
    for number, side in enumerate(sides):
        file = BytesIO()
        side.save(file, "PNG", compress_level=1)
        form.add_field("scan", BytesIO(file.getvalue()), filename=f"{number}.png", content_type="image/png")
    async with (
        aiohttp.ClientSession() as client,
        client.post(f"{site}/inquiry", data=form, headers={"Accept": "application/json"}) as answer,
    ):
        document = await answer.json()
    sheets = document.get("sheets", [])
    if answer.status != 200 or len(sheets) != 1:
        raise UnavailableError("inquiry site", str(document.get("en", "no sheet")), outcome_known=True)
    return _told(sheets[0])


def _told(sheet: dict[str, Any]) -> Told:
    # the site's own document, of which the demonstration reads a few fields
    compared = (sheet["restored"] or {}).get("compared") or {}
    return Told(
        conclusion=sheet["conclusion"],
        doubts=tuple(sheet["doubts"]),
        issue_number=(sheet["sealed"] or {}).get("issue_number", ""),
        standing=sheet["standing"] or "unknown",
        asked_before=(sheet["asked_before"] or {}).get("count", 0),
        match=compared.get("match", "not compared"),
        rows=tuple(one["row"] for one in compared.get("differences", []) if one["row"]),
    )
