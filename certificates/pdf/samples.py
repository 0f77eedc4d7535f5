"""Samples of every certificate for invented residents: ``python -m certificates.pdf.samples --out docs/pictures``."""

from __future__ import annotations

import argparse
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
from certificates.domain.municipality import Municipality
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.sample_people import draw_seal, family, foreigner
from certificates.pdf.writing import render
from certificates.profiles.reading import load_profile, shipped_profile

_DAY = date(2026, 11, 21)
_ALL = frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI, OptionalItem.FOREIGN})
_RESOLUTION = 150  # dots per inch of the pictures


def sample_municipality() -> Municipality:
    """みほん市, the invented municipality that ships with the package."""
    return load_profile(shipped_profile("992011"))


def sample_contents(face: Typeface) -> Mapping[str, CertificateContent]:
    """One content for each picture, by the picture's name."""
    rows, alone = family(), foreigner()
    return {
        "household": _content(rows, Application(kind=CertificateKind.RESIDENT_RECORD, items=_ALL), 1),
        "foreign": _content((alone,), Application(kind=CertificateKind.RESIDENT_RECORD, items=_ALL), 2),
        "individual": _content(
            rows,
            Application(
                kind=CertificateKind.RESIDENT_RECORD,
                members=(rows[1].number,),
                items=_ALL | {OptionalItem.INDIVIDUAL_NUMBER},
            ),
            3,
        ),
        "seal": _content(
            rows,
            Application(kind=CertificateKind.SEAL_REGISTRATION),
            4,
            draw_seal(rows[0], "𠮷見一郎", face),
        ),
    }


def _content(
    rows: tuple[Resident, ...], application: Application, serial: int, seal: SealRegistration | None = None
) -> CertificateContent:
    household = Household.of(rows)
    municipality = sample_municipality()
    wanted = application.members
    subjects = tuple(member for member in household.members if wanted is None or member.number in wanted)
    entitlement = Entitlement(
        application=application,
        holder=household.members[0],
        household=household,
        subjects=subjects if seal is None else household.members[:1],
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    number = IssueNumber(municipality=municipality.code, serial=1230 + serial)
    return certificate_content(entitlement, municipality, number, order_id(f"{serial:032x}"), _DAY)


def main(arguments: list[str] | None = None) -> None:
    """Write a PDF and a PNG of its first page for each sample."""
    parser = argparse.ArgumentParser(prog="python -m certificates.pdf.samples", description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="folder for the files")
    parser.add_argument("--font", type=Path, help="path of ipamjm.ttf when it is not at a standard place")
    options = parser.parse_args(arguments)
    face = Typeface.load(find_mincho(options.font))
    options.out.mkdir(parents=True, exist_ok=True)
    for name, content in sample_contents(face).items():
        pdf = render([content], face).pdf
        (options.out / f"{name}.pdf").write_bytes(pdf)
        with pypdfium2.PdfDocument(pdf) as document:
            document[0].render(scale=_RESOLUTION / 72).to_pil().save(
                options.out / f"{name}.png", optimize=True
            )


if __name__ == "__main__":
    main()
