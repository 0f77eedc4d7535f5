"""Samples of every certificate for invented residents: ``python -m certificates.pdf.samples --out docs/pictures``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pypdfium2

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import household_number, numbered, order_id, resident_number
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import Municipality
from certificates.domain.resident import ForeignStatus, Honseki, Resident, Sex
from certificates.domain.seal import SealRegistration
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.imprint import draw_imprint
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
    family = _family()
    wife, foreigner = family[1], _foreigner()
    return {
        "household": _content(family, Application(kind=CertificateKind.RESIDENT_RECORD, items=_ALL), 1),
        "foreign": _content((foreigner,), Application(kind=CertificateKind.RESIDENT_RECORD, items=_ALL), 2),
        "individual": _content(
            family,
            Application(
                kind=CertificateKind.RESIDENT_RECORD,
                members=(wife.number,),
                items=_ALL | {OptionalItem.INDIVIDUAL_NUMBER},
            ),
            3,
        ),
        "seal": _content(
            family,
            Application(kind=CertificateKind.SEAL_REGISTRATION),
            4,
            draw_seal(family[0], "𠮷見一郎", face),
        ),
    }


def draw_seal(resident: Resident, lettering: str, face: Typeface) -> SealRegistration:
    """An invented registration of ``resident``."""
    return SealRegistration(
        resident=resident.number,
        history=1,
        registration_number="0001234",
        registered_on=date(2019, 6, 3),
        imprint=draw_imprint(lettering, face, diameter_mm=16.5),
    )


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


def _family() -> tuple[Resident, ...]:
    """Four invented people: 𠮷 (U+20BB7), a variation sequence, 旧氏, a reading not yet confirmed."""
    household = household_number(numbered(8800))
    moved_in = RecordedDate.of(date(2015, 4, 1))
    head = Resident(
        number=resident_number(numbered(77001)),
        history=3,
        household=household,
        name="𠮷見　一郎",
        name_kana="ヨシミ　イチロウ",
        birth=RecordedDate.of(date(1984, 5, 6)),
        sex=Sex.MALE,
        relation="世帯主",
        household_head="𠮷見　一郎",
        honseki=Honseki(place="見本県みほん市見本町一丁目２番地", head="𠮷見　一郎"),
        address="見本県みほん市見本町一丁目２番３号　みほんハイツ１０１号室",
        became_resident=moved_in,
        address_since=RecordedDate.of(date(2019, 9, 30)),
        notified=RecordedDate.of(date(2015, 4, 3)),
        previous_address="架空県かくう市架空四丁目５番６号",
        individual_number="123456789018",
        resident_code="12345678901",
    )
    wife = replace(
        head,
        number=resident_number(numbered(77002)),
        name="𠮷見　花子",
        name_kana="ヨシミ　ハナコ",
        former_surname="辻\U000e0102",
        former_surname_kana="ツジ",
        birth=RecordedDate.of(date(1986, 11, 21)),
        sex=Sex.FEMALE,
        relation="妻",
        individual_number="234567890121",
    )
    son = replace(
        head,
        number=resident_number(numbered(77003)),
        name="𠮷見　葛\U000e0102",
        name_kana=None,
        birth=RecordedDate.of(date(2019, 5, 1)),
        relation="子",
        became_resident=RecordedDate.of(date(2019, 5, 1)),
        notified=None,
        previous_address=None,
        individual_number="345678901234",
    )
    mother = replace(
        head,
        number=resident_number(numbered(77004)),
        name="見本　トメ",
        name_kana="ミホン　トメ",
        birth=RecordedDate(year=1951, month=3),
        sex=Sex.FEMALE,
        relation="妻の母",
        honseki=Honseki(place="架空県かくう市架空四丁目５番地", head="見本　太郎"),
        became_resident=RecordedDate.of(date(2021, 2, 1)),
        address_since=RecordedDate.of(date(2021, 2, 1)),
        notified=RecordedDate.of(date(2021, 2, 8)),
        individual_number="456789012347",
    )
    return (head, wife, son, mother)


def _foreigner() -> Resident:
    return Resident(
        number=resident_number(numbered(77010)),
        history=1,
        household=household_number(numbered(8801)),
        name="SAMPLE MARIA ANNA",
        name_kana="サンプル　マリア　アンナ",
        alias="見本　麻里亜",
        alias_kana="ミホン　マリア",
        birth=RecordedDate.of(date(1990, 7, 15)),
        sex=Sex.FEMALE,
        relation="世帯主",
        household_head="SAMPLE MARIA ANNA",
        foreign=ForeignStatus(
            nationality="フィリピン",
            category="中長期在留者",
            residence_status="技術・人文知識・国際業務",
            period_of_stay="５年",
            expires_on=date(2029, 3, 31),
            card_number="XX00000000XX",
        ),
        address="見本県みほん市架空三丁目４番５号",
        became_resident=RecordedDate.of(date(2022, 10, 1)),
        address_since=RecordedDate.of(date(2022, 10, 1)),
        notified=RecordedDate.of(date(2022, 10, 5)),
        previous_address="架空県かくう市見本１番地",
    )


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
