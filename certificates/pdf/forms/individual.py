"""個人票: one resident on one sheet, with wider boxes than the 世帯連記式."""

from __future__ import annotations

from certificates.domain.blocks import Slot
from certificates.domain.content import CertificateContent
from certificates.pdf.forms.foot import LEFT, WIDTH, attestation, numbering, title
from certificates.pdf.forms.table import Place, Table
from certificates.pdf.sheet import Align, Box, Placement, Rule, Sheet, Style, ruled

_TITLE, _HEAD, _TABLE, _FOOT, _BOTTOM = 14.0, 30.0, 53.0, 222.0, 285.0
_A, _B, _C = 36.0, 94.0, 130.0  # left value, right label, right value

_LABEL = Style(size=9, smallest=6, align=Align.SPREAD, lines=2, inset=2, spread_to=1.2)
_VALUE = Style(size=11, smallest=6, inset=2, lines=2)
_KANA = Style(size=10, smallest=6, inset=2)
_NAME = Style(size=16, smallest=7, inset=2, lines=2)
_OTHER_NAME = Style(size=14, smallest=7, inset=2, lines=2)
_ADDRESS = Style(size=12, smallest=7, inset=2, lines=2)
_CENTER = Style(size=11, smallest=8, align=Align.CENTER, inset=1)
_NOTES = 26.0  # height of 備考

TABLE = Table(
    heights=(7, 15, 7, 10, 9, 9, 9, 9, 12, 12, 10, 9, 9),
    places={
        Slot.NAME_KANA: Place(0, 0, _A, WIDTH),
        Slot.NAME: Place(1, 0, _A, WIDTH),
        Slot.OTHER_NAME_KANA: Place(2, 0, _A, WIDTH),
        Slot.OTHER_NAME: Place(3, 0, _A, WIDTH),
        Slot.BIRTH: Place(4, 0, _A, 88.0),
        Slot.SEX: Place(4, 88.0, 101.0, 113.0),
        Slot.RELATION: Place(4, 113.0, 126.0, WIDTH),
        Slot.INDIVIDUAL_NUMBER: Place(5, 0, _A, _B),
        Slot.RESIDENT_CODE: Place(5, _B, _C, WIDTH),
        Slot.BECAME_RESIDENT: Place(6, 0, _A, _B),
        Slot.NOTIFIED: Place(6, _B, _C, WIDTH),
        Slot.ADDRESS_SINCE: Place(7, 0, _A, WIDTH),
        Slot.PREVIOUS_ADDRESS: Place(8, 0, _A, WIDTH),
        Slot.ORIGIN: Place(9, 0, _A, WIDTH),
        Slot.ORIGIN_HEAD: Place(10, 0, _A, WIDTH),
        Slot.RESIDENCE_STATUS: Place(11, 0, _A, _B),
        Slot.CARD_NUMBER: Place(11, _B, _C, WIDTH),
        Slot.PERIOD: Place(12, 0, _A, _B),
        Slot.EXPIRY: Place(12, _B, _C, WIDTH),
    },
    style=_VALUE,
    styles={
        Slot.NAME_KANA: _KANA,
        Slot.OTHER_NAME_KANA: _KANA,
        Slot.NAME: _NAME,
        Slot.OTHER_NAME: _OTHER_NAME,
        Slot.SEX: _CENTER,
    },
    label=_LABEL,
)
_HEADER = (("住所", Box(0, 0, WIDTH, 12.0), _ADDRESS), ("世帯主", Box(0, 12.0, WIDTH, 8.0), _VALUE))


def _halves(box: Box) -> tuple[Box, Box]:
    return Box(box.x, box.y, _A, box.height), Box(box.x + _A, box.y, box.width - _A, box.height)


def _rules() -> tuple[Rule, ...]:
    header = [part for _, box, _ in _HEADER for part in _halves(box.moved(LEFT, _HEAD))]
    table = [box.moved(LEFT, _TABLE) for box in TABLE.all_boxes()]
    notes = Box(LEFT, _TABLE + TABLE.height, WIDTH, _NOTES)
    frames = [Box(LEFT, _HEAD, WIDTH, 20.0), Box(LEFT, _TABLE, WIDTH, TABLE.height + _NOTES)]
    return ruled([*header, *table, *_halves(notes)], 0.35) + ruled(frames, 0.9)


_RULES = _rules()


def individual_sheets(content: CertificateContent) -> tuple[Sheet, ...]:
    """One sheet for the one resident."""
    (block,) = content.blocks
    texts = [title(content, _TITLE)]
    for (label, box, style), value in zip(_HEADER, (content.address, content.head or ""), strict=True):
        left, right = _halves(box.moved(LEFT, _HEAD))
        texts.append(Placement(text=label, box=left, style=_LABEL, row=label))
        texts.append(Placement(text=value, box=right, style=style, row=label))
    texts += TABLE.labels(block, LEFT, _TABLE)
    texts += TABLE.values(block, LEFT, _TABLE)
    notes = Box(LEFT, _TABLE + TABLE.height, _A, _NOTES)
    texts.append(Placement(text="備考", box=notes, style=_LABEL, row="備考"))
    attested, seal = attestation(content, _FOOT)
    texts += (*attested, *numbering(content, 1, 1, _BOTTOM))
    return (Sheet(rules=_RULES, texts=tuple(texts), seal=seal),)
