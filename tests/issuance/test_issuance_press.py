"""The press: the paper is the asker's, whole, the same each time, and read back before it leaves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from certificates.domain.application import Application
from certificates.domain.content import CertificateContent, bare
from certificates.domain.entitlement import Entitlement, decide
from certificates.domain.identifiers import household_number, numbered, order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.domain.official_seal import SealImage, SealLettering
from certificates.errors import BindingError, RefusedError
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from issuance_server.adapters.press import PdfPress, open_press
from issuance_server.ports import Built
from tests.certificates.paper import mincho
from tests.issuance.issuance_world import CITY, CODE, NOON, resident, seal, view

ORDER = order_id("5a" * 16)
DAY = date(2026, 11, 20)
HOME = household_number(numbered(900))
TOWN = load_profile(shipped_profile("993212"))
MAYOR, ACTING = (TOWN.seal_of(signatory) for signatory in TOWN.signatories)
assert isinstance(ACTING, SealImage)


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


@pytest.fixture
async def press(face: Typeface) -> AsyncIterator[PdfPress]:
    async with open_press(CITY, face) as opened:
        yield opened


def entitled(people: int = 1, copies: int = 1, **given: object) -> Entitlement:
    rows = [
        resident(person, household=HOME, household_head=resident(1).name, **given)
        for person in range(1, people + 1)
    ]
    rows[1:] = [replace(row, relation="子", address=rows[0].address) for row in rows[1:]]
    application = Application(kind=CertificateKind.RESIDENT_RECORD, copies=copies)
    return decide(view(*rows), application, CITY, NOON)


def numbers(*serials: int) -> list[IssueNumber]:
    return [IssueNumber(municipality=CODE, serial=serial) for serial in serials]


async def test_two_copies_of_a_household_of_six_are_four_pages(press: PdfPress) -> None:
    built = await press.build(entitled(6, 2), numbers(7, 8), ORDER, DAY)
    assert [(page.issue_number.serial, page.page, page.pages) for page in built.pages] == [
        (7, 1, 2),
        (7, 2, 2),
        (8, 1, 2),
        (8, 2, 2),
    ]
    pages = read_pages(built.pdf)
    assert bare(resident(6).name) in bare(pages[1].text)
    assert bare(resident(6).name) not in bare(pages[0].text)


async def test_the_same_arguments_give_the_same_bytes(press: PdfPress) -> None:
    assert await press.build(entitled(), numbers(7), ORDER, DAY) == await press.build(
        entitled(), numbers(7), ORDER, DAY
    )


async def test_a_character_without_a_glyph_refuses_the_certificate(press: PdfPress) -> None:
    with pytest.raises(RefusedError) as caught:
        await press.build(entitled(name="架空\U0010fffd"), numbers(7), ORDER, DAY)
    assert caught.value.code is ProblemCode.NO_GLYPH


class TwoPresses(PdfPress):
    """Mixes up two orders, as a fault in the building would: the pages of another's file come out."""

    other: Built

    def _render(self, contents: object) -> Built:
        return self.other


async def test_another_persons_file_is_never_handed_out(press: PdfPress, face: Typeface) -> None:
    other = await press.build(entitled(2), numbers(7), ORDER, DAY)
    async with open_press(CITY, face) as opened:
        mixed = TwoPresses(CITY, opened._writer, opened._reader, opened._thread)
        mixed.other = other
        with pytest.raises(BindingError, match="another order"):
            await mixed.build(entitled(2), numbers(7), order_id("5b" * 16), DAY)
        with pytest.raises(BindingError, match="missing or out of order"):
            await mixed.build(entitled(2), numbers(8), ORDER, DAY)
        with pytest.raises(BindingError, match="copy 1 does not name all"):
            await mixed.build(entitled(3), numbers(7), ORDER, DAY)
        with pytest.raises(BindingError, match="values cannot be read back"):
            await mixed.build(entitled(2, address="見本県みほん市別町一番"), numbers(7), ORDER, DAY)
        mixed.other = replace(other, pdf=other.pdf[: len(other.pdf) // 2])
        with pytest.raises(BindingError, match="cannot be read back"):
            await mixed.build(entitled(2), numbers(7), ORDER, DAY)


class WornPress(PdfPress):
    """Draws what it is told to change: as a fault in the building would that takes another's imprint or seal."""

    changes: Mapping[str, object]

    def _render(self, contents: Sequence[CertificateContent]) -> Built:
        return super()._render([replace(content, **self.changes) for content in contents])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "right"),
    [
        ({}, True),
        ({"imprint": replace(seal().imprint, rows=b"\x7f" + seal().imprint.rows[1:])}, False),
        ({"imprint": replace(seal().imprint, dots_per_mm=14)}, False),
        ({"official_seal": MAYOR}, False),
        ({"official_seal": replace(ACTING, side=23.0)}, False),
        ({"official_seal": SealLettering(text="町長職務代理者印")}, False),
    ],
)
async def test_the_imprint_and_the_official_seal_are_read_back_dot_for_dot(
    face: Typeface, changes: Mapping[str, object], right: bool
) -> None:
    application = Application(kind=CertificateKind.SEAL_REGISTRATION)
    entitlement = decide(view(resident(), seal=seal()), application, TOWN, NOON)
    with ThreadPoolExecutor(max_workers=1) as thread:
        press = WornPress(TOWN, QuickWriter(face), OwnReader(face), thread)
        press.changes = changes
        building = press.build(
            entitlement, [IssueNumber(municipality=TOWN.code, serial=serial) for serial in (7, 8)], ORDER, DAY
        )
        if right:
            assert len((await building).pages) == 2
        else:
            with pytest.raises(BindingError, match="copy 1: the imprint or the official seal is another one"):
                await building


async def test_lettering_that_was_not_drawn_is_missed(face: Typeface) -> None:
    with ThreadPoolExecutor(max_workers=1) as thread:
        press = WornPress(CITY, QuickWriter(face), OwnReader(face), thread)
        press.changes = {"official_seal": SealLettering(text="別市長之印")}
        with pytest.raises(BindingError, match="the official seal cannot be read back"):
            await press.build(entitled(), numbers(7), ORDER, DAY)
