"""The plate (版) of a form: everything that documents of one shape have in common, laid out and deflated once.

It is made by laying out the form with marks instead of values, so the forms themselves know nothing of plates: what
has no mark is constant, and what has one is a place for a value.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from itertools import count

from certificates.domain.content import CertificateContent
from certificates.domain.issue_number import IssueNumber
from certificates.pdf.drawing import draw
from certificates.pdf.fitting import POINTS, set_text
from certificates.pdf.forms.form import sheets
from certificates.pdf.quick.codes import FONT, Codes
from certificates.pdf.quick.deflate import Part, deflated
from certificates.pdf.quick.font import FontBase
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.sheet import Align, Box, Placement, Sheet

_MARK = "\ue000"
ISSUE_NUMBER = -1
"""The place of 発行番号 among the values: it is each copy's own."""


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """Where a value goes. A text of at most ``sure`` characters fits at full size; -1 when it is never known so simply.

    Around its codes stand ``HEAD``, its x, ``head`` and ``TAIL``. It begins at ``left`` plus the part ``free`` of what
    remains of ``room`` (points).
    """

    placement: Placement
    sure: int
    head: str
    free: float
    left: float
    room: float


HEAD = "BT 1 0 0 1 "
TAIL = "> Tj ET"
_FREE = {Align.LEFT: 0.0, Align.CENTER: 0.5, Align.RIGHT: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlate:
    """One page: the constant operators as ``text`` and deflated, the places of its values and of its issue number.

    ``quick`` says of each place which value goes there, and how many characters of it ``template`` can take: that one
    has a gap for each place, left empty where the value does not fit at full size or does not begin at the left edge.
    """

    text: bytes
    part: Part
    places: tuple[ValuePlace, ...]
    quick: tuple[tuple[int, int], ...]
    template: str
    numbers: tuple[ValuePlace, ...]
    imprint: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """``codes`` and ``sequences`` are those of the constant glyphs, which ``base`` holds."""

    pages: tuple[PagePlate, ...]
    base: FontBase
    codes: dict[int, str]
    sequences: dict[str, str]

    def begin(self, store: GlyphStore) -> Codes:
        return Codes(store, self.codes, self.sequences, self.base.count)


def shape_of(content: CertificateContent) -> Hashable:
    """Contents of equal shape share a plate: everything but values, issue number and order is the same."""
    return (
        content.kind,
        content.form,
        content.title,
        content.signatory,
        content.signatory_name,
        content.official_seal,
        content.seal_note,
        content.statement,
        content.issued,
        content.imprint is None,
        # members of an Enum are one object each, and hash slowly
        *[tuple(map(id, block)) for block in (content.head, *content.blocks)],
        *[
            tuple([(entry.label, len(entry.lines)) for entry in block.values()])
            for block in (content.head, *content.blocks)
        ],
    )


def values_of(content: CertificateContent) -> list[str]:
    """The values in the order of their marks."""
    values: list[str] = []
    for block in (content.head, *content.blocks):
        for entry in block.values():
            values += entry.lines
    return values


def make_plate(content: CertificateContent, store: GlyphStore) -> Plate:
    """The plate of all contents of this shape. Raises RefusedError for a constant that cannot be drawn or does not fit."""
    marked, number = _marked(content)
    codes = Codes(store, {}, {}, 1)
    drawn = [_drawn(sheet, number, codes, store) for sheet in sheets(marked)]
    pages = tuple(_page(*drawing, codes.meaning, store) for drawing in drawn)
    known, sequences = codes.settled()
    return Plate(pages=pages, base=FontBase(store, codes.own), codes=known, sequences=sequences)


def _marked(content: CertificateContent) -> tuple[CertificateContent, str]:
    """The content with a mark in place of each value, and how its issue number is written."""
    marks = count()
    head, *blocks = (
        {
            slot: replace(entry, lines=tuple(f"{_MARK}{next(marks)}" for _ in entry.lines))
            for slot, entry in block.items()
        }
        for block in (content.head, *content.blocks)
    )
    number = IssueNumber(municipality=content.municipality_code, serial=1)
    return replace(content, head=head, blocks=tuple(blocks), issue_number=number), str(number)


def _drawn(
    sheet: Sheet, number: str, codes: Codes, store: GlyphStore
) -> tuple[Sheet, list[tuple[int, Placement]], str]:
    """The sheet, the places of its values, and the operators of everything else."""
    constants: list[Placement] = []
    places: list[tuple[int, Placement]] = []
    for placement in sheet.texts:
        if placement.text.startswith(_MARK):
            places.append((int(placement.text[1:]), placement))
        elif placement.text == number:
            places.append((ISSUE_NUMBER, placement))
        else:
            constants.append(placement)
    constant = replace(sheet, texts=tuple(constants), imprint=None)
    return sheet, places, draw(constant, store.face, codes.show).operators


def _page(
    sheet: Sheet,
    places: list[tuple[int, Placement]],
    operators: str,
    meaning: str,
    store: GlyphStore,
) -> PagePlate:
    # the closing Q comes after the values: they are drawn in the same state
    text = f"{meaning}\n{operators.removesuffix('Q')}".encode("ascii")
    values = [(value, _place(placement, store)) for value, placement in places if value != ISSUE_NUMBER]
    heads = [f"{HEAD}{place.left:.2f}{place.head}" for _, place in values]
    return PagePlate(
        text=text,
        part=deflated(text),
        places=tuple(place for _, place in values),
        quick=tuple((value, -1 if place.free else place.sure) for value, place in values),
        template="\n".join([f"{head}%s{TAIL}" for head in heads]),
        numbers=tuple(_place(placement, store) for value, placement in places if value == ISSUE_NUMBER),
        imprint=None if sheet.imprint is None else sheet.imprint[1],
    )


def _place(placement: Placement, store: GlyphStore) -> ValuePlace:
    style, box = placement.style, placement.box
    # where one ideograph is set, every text begins that fits in one line at full size
    (line,) = set_text(replace(placement, text="国"), store.face)
    left, room = (box.x + style.inset) * POINTS, (box.width - 2 * style.inset) * POINTS
    free = _FREE.get(style.align)
    return ValuePlace(
        placement=placement,
        sure=int(room / style.size) if line.size == style.size and free is not None else -1,
        head=f" {line.y:.2f} Tm /{FONT} {line.size:g} Tf <",
        free=free or 0.0,
        left=left,
        room=room,
    )
