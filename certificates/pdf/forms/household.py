"""世帯連記式: address and head of the household, then four residents a sheet (住民記録システム標準仕様書)."""

from __future__ import annotations

from certificates.domain.blocks import Slot
from certificates.domain.content import CertificateContent
from certificates.pdf.forms.foot import LEFT, WIDTH, attestation, continued, numbering, title
from certificates.pdf.forms.table import LABEL, Place, Table
from certificates.pdf.sheet import Align, Box, Placement, Rule, Sheet, Style, ruled

RESIDENTS_A_SHEET = 4
_TITLE, _HEAD, _BLOCKS, _FOOT, _BOTTOM = 10.0, 22.0, 36.5, 240.0, 285.0
_NUMBER = 6.0  # width of the column of running numbers
_NOTES = 4.2  # height of 備考
_A, _B, _C, _D = _NUMBER, 31.0, 117.0, 146.0  # left label, left value, right label, right value

_VALUE = Style(size=9, smallest=6)
_ADDRESS = Style(size=10, smallest=6.5, lines=2)
_LONG = Style(size=9, smallest=6, lines=2)
_KANA = Style(size=8, smallest=5.5)
_NAME = Style(size=12, smallest=6, lines=2)
_CENTER = Style(size=9, smallest=6, align=Align.CENTER, inset=0.6)
_RUNNING = Style(size=9, smallest=9, align=Align.CENTER, inset=0)

TABLE = Table(
    heights=(4.2, 4.6, 4.6, 4.0, 4.4, 5.2, 5.2, 5.2, 4.2, 4.2, _NOTES),
    places={
        Slot.NAME_KANA: Place(0, _A, _B, _C),
        Slot.INDIVIDUAL_NUMBER: Place(0, _C, _D, WIDTH),
        Slot.NAME: Place(1, _A, _B, _C, rows=2),
        Slot.RESIDENT_CODE: Place(1, _C, _D, WIDTH),
        Slot.BECAME_RESIDENT: Place(2, _C, _D, WIDTH),
        Slot.OTHER_NAME_KANA: Place(3, _A, _B, _C),
        Slot.ADDRESS_SINCE: Place(3, _C, _D, WIDTH),
        Slot.OTHER_NAME: Place(4, _A, _B, _C),
        Slot.NOTIFIED: Place(4, _C, _D, WIDTH),
        Slot.BIRTH: Place(5, _A, _B, 66.0),
        Slot.SEX: Place(5, 66.0, 74.0, 82.0),
        Slot.RELATION: Place(5, 82.0, 90.0, _C),
        Slot.ORIGIN_HEAD: Place(5, _C, _D, WIDTH),
        Slot.ORIGIN: Place(6, _A, _B, WIDTH),
        Slot.PREVIOUS_ADDRESS: Place(7, _A, _B, WIDTH),
        Slot.RESIDENCE_STATUS: Place(8, _A, _B, _C),
        Slot.CARD_NUMBER: Place(8, _C, _D, WIDTH),
        Slot.PERIOD: Place(9, _A, _B, _C),
        Slot.EXPIRY: Place(9, _C, _D, WIDTH),
    },
    style=_VALUE,
    styles={
        Slot.NAME_KANA: _KANA,
        Slot.OTHER_NAME_KANA: _KANA,
        Slot.NAME: _NAME,
        Slot.SEX: _CENTER,
        Slot.BIRTH: _LONG,
        Slot.RELATION: _LONG,
        Slot.ORIGIN_HEAD: _LONG,
        Slot.ORIGIN: _LONG,
        Slot.PREVIOUS_ADDRESS: _LONG,
    },
)
_HEADER = (("住所", Box(0, 0, WIDTH, 8.0), _ADDRESS), ("世帯主", Box(0, 8.0, WIDTH, 5.5), _VALUE))


def _rules() -> tuple[Rule, ...]:
    header = [part for _, box, _ in _HEADER for part in _halves(box.moved(LEFT, _HEAD))]
    inner: list[Box] = []
    outer: list[Box] = []
    for index in range(RESIDENTS_A_SHEET):
        y = _BLOCKS + index * TABLE.height
        inner += [box.moved(LEFT, y) for box in TABLE.all_boxes()]
        inner.append(Box(LEFT, y, _NUMBER, TABLE.height))
        inner += _notes(y)
        outer.append(Box(LEFT, y, WIDTH, TABLE.height))
    frame = Box(LEFT, _HEAD, WIDTH, sum(box.height for _, box, _ in _HEADER))
    return ruled([*header, *inner], 0.35) + ruled([frame, *outer], 0.9)


def _notes(y: float) -> tuple[Box, Box]:
    """Label and room of 備考, the last row of the block at ``y``."""
    top = y + TABLE.height - _NOTES
    return Box(LEFT + _A, top, _B - _A, _NOTES), Box(LEFT + _B, top, WIDTH - _B, _NOTES)


def _halves(box: Box) -> tuple[Box, Box]:
    return Box(box.x, box.y, _B, box.height), Box(box.x + _B, box.y, box.width - _B, box.height)


_RULES = _rules()


def household_sheets(content: CertificateContent) -> tuple[Sheet, ...]:
    """Sheets of four blocks; the attestation and the official seal stand on the last one only."""
    pages = -(-len(content.blocks) // RESIDENTS_A_SHEET)
    return tuple(_sheet(content, page, pages) for page in range(1, pages + 1))


def _sheet(content: CertificateContent, page: int, pages: int) -> Sheet:
    texts = [title(content, _TITLE)]
    for (label, box, style), value in zip(_HEADER, (content.address, content.head or ""), strict=True):
        left, right = _halves(box.moved(LEFT, _HEAD))
        texts.append(Placement(text=label, box=left, style=LABEL, row=label))
        texts.append(Placement(text=value, box=right, style=style, row=label))
    first = (page - 1) * RESIDENTS_A_SHEET
    blocks = content.blocks[first : first + RESIDENTS_A_SHEET]
    for index, block in enumerate(blocks):
        y = _BLOCKS + index * TABLE.height
        number = Box(LEFT, y, _NUMBER, TABLE.height)
        texts.append(Placement(text=str(first + index + 1), box=number, style=_RUNNING, row="番号"))
        texts += TABLE.labels(block, LEFT, y)
        texts += TABLE.values(block, LEFT, y)
        texts.append(Placement(text="備考", box=_notes(y)[0], style=LABEL, row="備考"))
    if len(blocks) < RESIDENTS_A_SHEET:
        empty = TABLE.boxes(Slot.NAME)[1].moved(LEFT, _BLOCKS + len(blocks) * TABLE.height)
        texts.append(Placement(text="以下余白", box=empty, style=_NAME, row="余白"))
    seal = None
    if page == pages:
        attested, seal = attestation(content, _FOOT)
        texts += attested
    else:
        texts.append(continued(_FOOT))
    texts += numbering(content, page, pages, _BOTTOM)
    return Sheet(rules=_RULES, texts=tuple(texts), seal=seal)
