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
from certificates.pdf.quick.codes import Codes, resource_name
from certificates.pdf.quick.deflate import Part, deflated
from certificates.pdf.quick.font import FontBase
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.quick.repertoire import FREQUENT, ISSUE_NUMBERS
from certificates.pdf.sheet import Align, Box, Placement, Sheet

_MARK = "\ue000"
ISSUE_NUMBER = -1
"""The place of 発行番号 among the values: it is each copy's own."""


@dataclass(frozen=True, slots=True)
class ValuePlace:
    """Where a value goes. A text of at most ``sure`` characters fits at full size; -1 when it is never known so simply.

    One line of full ``size`` (points) holds ``limit`` thousandths of it. Around a text's codes stand ``HEAD``, its x,
    ``head`` and ``TAIL``. It begins at ``left`` plus the part ``free`` of what remains of ``room`` (points).
    """

    placement: Placement
    sure: int
    head: str
    free: float
    left: float
    room: float
    size: float
    limit: float


HEAD = "BT "
TAIL = "> Tj ET"
_FREE = {Align.LEFT: 0.0, Align.CENTER: 0.5, Align.RIGHT: 1.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlate:
    """One page: the constant operators as ``text`` and deflated, the places of its values and of its issue number.

    ``order`` says of each place which value goes there, and ``sure`` how many characters of it ``template`` can take:
    that one has a gap for each place, left empty where the value does not fit at full size or does not begin at the
    left edge.
    """

    text: bytes
    part: Part
    places: tuple[ValuePlace, ...]
    order: tuple[int, ...]
    sure: tuple[int, ...]
    template: str
    numbers: tuple[ValuePlace, ...]
    imprint: Box | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plate:
    """``plain`` and ``others`` are the codes of the constant glyphs, which ``bases`` hold, one for each font."""

    pages: tuple[PagePlate, ...]
    bases: tuple[FontBase, ...]
    counts: tuple[int, ...]
    plain: dict[int, str]
    others: dict[str, str]

    def begin(self, store: GlyphStore) -> Codes:
        return Codes(store, self.counts, self.plain, self.others)


def shape_and_values(content: CertificateContent) -> tuple[Hashable, list[str]]:
    """The values in the order of their marks, and the shape: contents of equal shape share a plate.

    What they do not share is values, issue number, order and imprint.
    """
    shape: list[Hashable] = [
        id(content.kind),  # members of an Enum are one object each, and hash slowly
        content.form,
        content.title,
        content.signatory,
        content.signatory_name,
        content.official_seal,
        content.seal_note,
        content.statement,
        content.issued,
        content.imprint is None,
    ]
    values: list[str] = []
    for block in (content.head, *content.blocks):
        shape.append(tuple(map(id, block)))
        for entry in block.values():
            lines = entry.lines
            shape.append(entry.label)
            if len(lines) == 1:
                values.append(lines[0])
            else:
                shape.append(len(lines))
                values += lines
    return tuple(shape), values


def make_plate(content: CertificateContent, store: GlyphStore) -> Plate:
    """The plate of all contents of this shape. Raises RefusedError for a constant that cannot be drawn or does not fit."""
    marked, number = _marked(content)
    codes = Codes(store, [1] * len(store.face.fonts))
    # a sheet of several people has most of them anyway, one of a single person would grow
    codes.show(store.face.glyphs(ISSUE_NUMBERS + (FREQUENT if len(content.blocks) > 1 else "")), "")
    drawn = [_drawn(sheet, number, codes, store) for sheet in sheets(marked)]
    pages = tuple(_page(*drawing, codes.meaning, store) for drawing in drawn)
    plain, others = codes.settled()
    bases = tuple(FontBase(store, place, own) for place, own in enumerate(codes.own))
    counts = tuple(base.count for base in bases)
    return Plate(pages=pages, bases=bases, counts=counts, plain=plain, others=others)


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
        order=tuple(value for value, _ in values),
        sure=tuple(-1 if place.free else place.sure for _, place in values),
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
        head=f" {line.y:.2f} Td /{resource_name(0)} {line.size:g} Tf <",
        free=free or 0.0,
        left=left,
        room=room,
        size=style.size,
        limit=room * 1000 / style.size,
    )
