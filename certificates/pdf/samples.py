"""Samples of the certificates, for invented residents of an invented municipality, and their pictures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.pdf.fonts import Typeface
from certificates.pdf.sample_people import draw_seal, family, foreigner
from certificates.pdf.writing import render
from certificates.profiles.reading import load_profile, shipped_profile

_DAY = date(2026, 11, 21)
ITEMS = frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI, OptionalItem.FOREIGN})
_RESOLUTION = 110  # dots per inch of the pictures
_GREYS = 16  # of the pictures


def sample_municipality() -> Municipality:
    """みほん市, the invented municipality that ships with the package."""
    return load_profile(shipped_profile("992011"))


def sample_contents(face: Typeface) -> Mapping[str, CertificateContent]:
    """One content of each form that a kiosk hands out, by name; each is one page."""
    people = family()
    wife = people[1]
    record = CertificateKind.RESIDENT_RECORD
    return {
        "household": sample_content(people, Application(kind=record, items=ITEMS), 1),
        "foreign": sample_content((foreigner(),), Application(kind=record, items=ITEMS), 2),
        "individual": sample_content(
            people,
            Application(kind=record, members=(wife.number,), items=ITEMS | {OptionalItem.INDIVIDUAL_NUMBER}),
            3,
        ),
        "seal": sample_content(
            people,
            Application(kind=CertificateKind.SEAL_REGISTRATION),
            4,
            draw_seal(people[0], "𠮷見一郎", face),
        ),
        "items": sample_content(
            people,
            Application(
                kind=CertificateKind.RESIDENT_ITEMS,
                members=(people[0].number, wife.number),
                items=KINDS[CertificateKind.RESIDENT_ITEMS].usual | {OptionalItem.RELATION},
            ),
            5,
        ),
    }


def sample_content(
    rows: tuple[Resident, ...], application: Application, serial: int, seal: SealRegistration | None = None
) -> CertificateContent:
    """The content of copy ``serial`` for a household, the first of its members the holder."""
    household = Household.of(rows)
    municipality = sample_municipality()
    wanted = application.members
    subjects = tuple(member for member in household.members if wanted is None or member.number in wanted)
    entitlement = Entitlement(
        application=application,
        holder=household.members[0],
        household=household,
        subjects=subjects if KINDS[application.kind].members else household.members[:1],
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    number = IssueNumber(municipality=municipality.code, serial=1230 + serial)
    return certificate_content(entitlement, municipality, number, order_id(f"{serial:032x}"), _DAY)


def write_pictures(contents: Mapping[str, CertificateContent], face: Typeface, folder: Path) -> list[Path]:
    """A PNG of every page of each content, by its name and, of several, its number."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, content in contents.items():
        with pypdfium2.PdfDocument(render([content], face).pdf) as document:
            for number, page in enumerate(document, start=1):
                path = folder / (f"{name}.png" if len(document) == 1 else f"{name}-{number}.png")
                picture = page.render(scale=_RESOLUTION / 72, grayscale=True).to_pil()
                picture.quantize(_GREYS).save(path, optimize=True)
                written.append(path)
    return written
