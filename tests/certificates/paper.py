"""Builders of certificates for invented residents, and the three ways in which others read a PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import (
    household_number,
    municipality_code,
    numbered,
    order_id,
    resident_number,
)
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import STAFF_DESK_ITEMS, WITHHELD, CertificateKind, OptionalItem
from certificates.domain.municipality import Municipality, Policy, Signatory
from certificates.domain.resident import ForeignStatus, Honseki, Resident, Sex
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.errors import ConfigurationError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.writing import Rendered, render
from load_tests.read_back.readers import READERS

ALL = WITHHELD - STAFF_DESK_ITEMS
CODE = municipality_code("992011")
CITY = Municipality(
    code=CODE,
    prefecture="見本県",
    name="みほん市",
    signatories=(
        Signatory(title="市長", name="見本　太郎", since=date(2022, 4, 1)),
        Signatory(title="市長職務代理者 副市長", name="代理　次郎", since=date(2026, 6, 1)),
        Signatory(title="市長", name="架空　花子", since=date(2026, 7, 1)),
    ),
    fees={},
    items=ALL,
    policy=Policy(),
)
ORDER = order_id("0f" * 16)
NUMBER = IssueNumber(municipality=CODE, serial=1234)
DAY = date(2026, 11, 21)
IMPRINT = SealImprint(width=240, height=240, dots_per_mm=24, rows=b"\0" * (30 * 240))


def resident(serial: int = 1, **items: object) -> Resident:
    plain: dict[str, object] = {
        "number": resident_number(numbered(serial)),
        "history": 1,
        "household": household_number(numbered(900)),
        "name": "見本　一郎",
        "name_kana": "ミホン　イチロウ",
        "birth": RecordedDate.of(date(1989, 1, 8)),
        "sex": Sex.MALE,
        "relation": "世帯主",
        "household_head": "見本　一郎",
        "honseki": Honseki(place="見本県みほん市見本町１番地", head="見本　一郎"),
        "address": "見本県みほん市見本町一丁目１番１号",
        "became_resident": RecordedDate.of(date(2010, 4, 1)),
        "address_since": RecordedDate.of(date(2019, 5, 1)),
        "notified": RecordedDate.of(date(2010, 4, 2)),
        "previous_address": "架空県かくう市架空１番地",
        "individual_number": "123456789018",
        "resident_code": "98765432101",
    }
    return Resident(**{**plain, **items})  # type: ignore[arg-type]  # a builder: the dataclass checks


STATUS = ForeignStatus(
    nationality="ブラジル",
    category="中長期在留者",
    residence_status="定住者",
    period_of_stay="３年",
    expires_on=date(2028, 2, 29),
    card_number="XX12345678XX",
)


def foreigner(**items: object) -> Resident:
    plain: dict[str, object] = {
        "name": "SAMPLE JOAO",
        "name_kana": "サンプル　ジョアン",
        "household_head": "SAMPLE JOAO",
        "birth": RecordedDate.of(date(1989, 1, 8)),
        "honseki": None,
        "foreign": STATUS,
    }
    return resident(**{**plain, **items})


def with_status(**items: object) -> Resident:
    """A foreign resident whose 在留 items differ."""
    return foreigner(foreign=replace(STATUS, **items))  # type: ignore[arg-type]


def content(
    *rows: Resident,
    items: frozenset[OptionalItem] = ALL,
    chosen: tuple[Resident, ...] | None = None,
    kind: CertificateKind = CertificateKind.RESIDENT_RECORD,
    day: date = DAY,
    serial: int = NUMBER.serial,
    imprint: SealImprint = IMPRINT,
    municipality: Municipality = CITY,
) -> CertificateContent:
    """The content of one copy for ``rows``, the first of them the holder."""
    household = Household.of(rows)
    seal = None
    if kind is CertificateKind.SEAL_REGISTRATION:
        items = frozenset()
        seal = SealRegistration(
            resident=rows[0].number,
            history=1,
            registration_number="1",
            registered_on=date(2020, 1, 1),
            imprint=imprint,
        )
    members = None if chosen is None else tuple(row.number for row in chosen)
    entitlement = Entitlement(
        application=Application(kind=kind, members=members, items=items),
        holder=rows[0],
        household=household,
        subjects=rows[:1] if seal else household.members if chosen is None else chosen,
        seal=seal,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    number = IssueNumber(municipality=municipality.code, serial=serial)
    return certificate_content(entitlement, municipality, number, ORDER, day)


def family(size: int, **given_items: object) -> CertificateContent:
    """A household of ``size``, the holder its head."""
    rows = [resident(1)]
    rows += [resident(n, name=f"見本　子{n}", relation="子") for n in range(2, size + 1)]
    return content(*rows, **given_items)  # type: ignore[arg-type]  # a builder


def copies(certificate: CertificateContent, count: int) -> list[CertificateContent]:
    """Copies of one order, their numbers in a row."""
    first = certificate.issue_number
    return [
        replace(certificate, issue_number=replace(first, serial=first.serial + index))
        for index in range(count)
    ]


IPAEX = Path("/usr/share/fonts/opentype/ipaexfont-mincho/ipaexm.ttf")


@cache
def _loaded(*paths: Path) -> Typeface:
    return Typeface.load(paths)


def mincho() -> Typeface:
    """The typeface, loaded once a run; skips where it is not installed."""
    try:
        return _loaded(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))


def chain() -> Typeface:
    """IPAmj明朝 and, for what it lacks, IPAex明朝; skips where one is not installed."""
    if not IPAEX.is_file():
        pytest.skip("fonts-ipaexfont-mincho is not installed")
    return _loaded(*(font.path for font in mincho().fonts), IPAEX)


Write = Callable[[Sequence[CertificateContent]], Rendered]


@cache
def _quick(*paths: Path) -> QuickWriter:
    return QuickWriter(_loaded(*paths))


WRITERS: Mapping[str, Callable[[Typeface], Write]] = {
    "reference": lambda face: lambda contents: render(contents, face),
    "quick": lambda face: _quick(*(font.path for font in face.fonts)).render,
}
"""Two writers, one layout: what holds for the paper holds for both."""


read_by_pdfium = READERS["pdfium"]
