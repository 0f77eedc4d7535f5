"""印鑑登録証明書: the imprint at its true size beside the holder's name, birth date and address."""

from __future__ import annotations

from certificates.domain.blocks import Slot
from certificates.domain.content import CertificateContent
from certificates.pdf.forms.foot import LEFT, WIDTH, attestation, numbering, title
from certificates.pdf.forms.table import Place, Table
from certificates.pdf.sheet import Align, Box, Placement, Sheet, Style, ruled

_TITLE, _TABLE, _FOOT, _BOTTOM = 22.0, 44.0, 172.0, 285.0
_FRAME = 52.0  # width of the imprint's frame: 25 mm of imprint and air on all sides
_A = _FRAME + 30.0  # left edge of the values

_LABEL = Style(size=10, smallest=7, align=Align.SPREAD, inset=3, spread_to=1.2)
_VALUE = Style(size=12, smallest=7, inset=2.5, lines=2)
_NAME = Style(size=17, smallest=7, inset=2.5, lines=2)

_OTHER_NAME = Style(size=13, smallest=7, inset=2.5, lines=2)

TABLE = Table(
    heights=(22, 18, 18),
    places={
        Slot.NAME: Place(0, _FRAME, _A, WIDTH),
        Slot.OTHER_NAME: Place(1, _FRAME, _A, WIDTH),
        Slot.BIRTH: Place(2, _FRAME, _A, WIDTH),
    },
    style=_VALUE,
    styles={Slot.NAME: _NAME, Slot.OTHER_NAME: _OTHER_NAME},
    label=_LABEL,
)
_HEADING = 10.0  # height of the word 印影 above the imprint
_ADDRESS = Box(LEFT, _TABLE + TABLE.height, WIDTH, 20.0)
_NOTES = Box(LEFT, _TABLE + TABLE.height + 20.0, WIDTH, 26.0)
_IMPRINT = Box(LEFT, _TABLE + _HEADING, _FRAME, TABLE.height - _HEADING)
_IMPRINT_LABEL = Box(LEFT, _TABLE, _FRAME, _HEADING)
_LABEL_WIDTH = 30.0


def _halves(box: Box) -> tuple[Box, Box]:
    left = Box(box.x, box.y, _LABEL_WIDTH, box.height)
    return left, Box(box.x + _LABEL_WIDTH, box.y, box.width - _LABEL_WIDTH, box.height)


_RULES = ruled(
    [
        *(box.moved(LEFT, _TABLE) for box in TABLE.all_boxes()),
        _IMPRINT,
        _IMPRINT_LABEL,
        *_halves(_ADDRESS),
        *_halves(_NOTES),
    ],
    0.35,
) + ruled([Box(LEFT, _TABLE, WIDTH, TABLE.height + _ADDRESS.height + _NOTES.height)], 0.9)


def seal_sheets(content: CertificateContent) -> tuple[Sheet, ...]:
    """One sheet for the holder."""
    (block,) = content.blocks
    texts = [title(content, _TITLE)]
    texts.append(Placement(text="印影", box=_IMPRINT_LABEL, style=_LABEL, row="印影"))
    texts += TABLE.labels(block, LEFT, _TABLE)
    texts += TABLE.values(block, LEFT, _TABLE)
    label, value = _halves(_ADDRESS)
    texts.append(Placement(text="住所", box=label, style=_LABEL, row="住所"))
    texts.append(Placement(text=content.address, box=value, style=_VALUE, row="住所"))
    texts.append(Placement(text="備考", box=_halves(_NOTES)[0], style=_LABEL, row="備考"))
    attested, seal = attestation(content, _FOOT)
    texts += (*attested, *numbering(content, 1, 1, _BOTTOM))
    imprint = None if content.imprint is None else (content.imprint, _IMPRINT)
    return (Sheet(rules=_RULES, texts=tuple(texts), seal=seal, imprint=imprint),)
