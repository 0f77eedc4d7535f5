"""The program's comparison of a scanned front with the truth, and the receiver's own scan with the places framed."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.verdict import Likeness, Place
from anti_forgery.copy_evidence import Ground, front_evidence
from anti_forgery.ground_design import GroundDesign
from anti_forgery.sheet import SheetFacts
from center_relay.inquiry.examining.places import differences
from center_relay.inquiry.ports import Compared, Match
from certificates.pdf.fonts import Typeface
from certificates.pdf.sheet import PAPER

LONGER_SIDE = 1754  # pixels: A4 at 150 dpi
RED, AMBER = "#c8201a", "#b97a12"
_MATCHES = {
    Likeness.MATCHES: Match.MATCHES,
    Likeness.DIFFERS: Match.DIFFERS,
    Likeness.CANNOT_TELL: Match.CANNOT_TELL,
}
_AIR = 1.2  # millimetres between a place and its frame


def compared(
    scan: Image.Image, sheet: SheetFacts, face: Typeface, pdf: bytes, design: GroundDesign | None
) -> Compared:
    """``pdf`` is the front drawn again, ``design`` that of its ground where the backs agree on one.

    Differences are framed in red, places for a second look in amber."""
    found = compare(scan, sheet, face)
    shown = scan if found.upright is None else found.upright
    framed = _small(shown)
    if found.upright is not None:
        for colour, places in ((AMBER, found.doubtful), (RED, found.differences)):
            for place in places:
                _frame(framed, place, colour)
    return Compared(
        match=_MATCHES[found.outcome],
        differences=tuple(differences(found.differences, found.upright, pdf)),
        doubt="" if found.doubt is None else found.doubt.name.lower(),
        ground=(
            Ground.CANNOT_TELL
            if found.upright is None or design is None
            else front_evidence(found.upright, design).says
        ),
        picture=_jpeg(framed),
    )


def _small(picture: Image.Image) -> Image.Image:
    small = picture.convert("RGB")
    small.thumbnail((LONGER_SIDE, LONGER_SIDE))
    return small


def _frame(page: Image.Image, place: Place, colour: str) -> None:
    across, down = page.width / PAPER[0], page.height / PAPER[1]
    box = place.box
    ImageDraw.Draw(page).rectangle(
        (
            max(1.0, (box.x - _AIR) * across),
            max(1.0, (box.y - _AIR) * down),
            min(page.width - 2.0, (box.x + box.width + _AIR) * across),
            min(page.height - 2.0, (box.y + box.height + _AIR) * down),
        ),
        outline=colour,
        width=4,
    )


def _jpeg(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=80)
    return file.getvalue()
