"""The content of the bench: four-member sheets of invented residents, and the same as a list of strokes and words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.errors import RefusedError
from certificates.pdf.fitting import POINTS, set_text
from certificates.pdf.fonts import Typeface
from certificates.pdf.forms.form import sheets
from certificates.pdf.samples import sample_municipality
from certificates.pdf.sheet import PAPER
from sync.town import invent

MEMBERS = 4
_DAY = date(2026, 11, 21)
_ITEMS = frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI})


@dataclass(frozen=True, slots=True)
class Stroke:
    """A straight line; points from the lower left corner."""

    x1: float
    y1: float
    x2: float
    y2: float
    weight: float


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text; points from the lower left corner, ``spacing`` between its characters."""

    x: float
    y: float
    size: float
    spacing: float
    text: str


@dataclass(frozen=True, slots=True)
class DrawingList:
    """A sheet as every library can draw it: the layout is done, which spares the others that work."""

    strokes: tuple[Stroke, ...]
    words: tuple[Words, ...]


def contents(count: int, *, seed: int = 1, plain: bool = True) -> list[CertificateContent]:
    """Certificates of ``count`` different households of four.

    ``plain`` leaves out names beyond U+FFFF and with variation sequences, which most libraries cannot draw.
    """
    found: list[CertificateContent] = []
    for number, rows in enumerate(_households(count, seed), 1):
        certificate = _certificate(rows, number)
        if certificate is None or (plain and not _is_plain(certificate)):
            continue
        found.append(certificate)
        if len(found) == count:
            break
    return found


def _households(count: int, seed: int) -> Iterator[list[Resident]]:
    members: dict[str, list[Resident]] = {}
    for row in invent(seed, 20 * count + 400).residents:
        if row.is_current and row.foreign is None:
            members.setdefault(row.household, []).append(row)
    yield from (rows for rows in members.values() if len(rows) == MEMBERS)


def _certificate(rows: list[Resident], number: int) -> CertificateContent | None:
    municipality = sample_municipality()
    household = Household.of(tuple(rows))
    entitlement = Entitlement(
        application=Application(kind=CertificateKind.RESIDENT_RECORD, items=_ITEMS),
        holder=household.members[0],
        household=household,
        subjects=household.members,
        seal=None,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    issue = IssueNumber(municipality=municipality.code, serial=number)
    try:
        return certificate_content(entitlement, municipality, issue, order_id(f"{number:032x}"), _DAY)
    except RefusedError:
        return None


def _is_plain(certificate: CertificateContent) -> bool:
    characters = "".join(certificate.values())
    return max(map(ord, characters)) <= 0xFFFF and not any("\ufe00" <= one <= "\ufe0f" for one in characters)


def drawing_list(content: CertificateContent, face: Typeface) -> DrawingList:
    (sheet,) = sheets(content)
    words = [
        Words(line.x, line.y, line.size, line.spacing, "".join(glyph.text for glyph in line.glyphs))
        for placement in sheet.texts
        for line in set_text(placement, face)
    ]
    strokes = [
        Stroke(
            rule.x1 * POINTS,
            (PAPER[1] - rule.y1) * POINTS,
            rule.x2 * POINTS,
            (PAPER[1] - rule.y2) * POINTS,
            rule.weight,
        )
        for rule in sheet.rules
    ]
    return DrawingList(tuple(strokes), tuple(word for word in words if word.text))
