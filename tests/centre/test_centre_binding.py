"""The answer against the order: whatever single fact differs, nothing is handed out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from center_relay.ports import Page
from center_relay.usecases.answers import require_menu
from center_relay.usecases.binding import require_manifest, require_pages
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.errors import BindingError
from certificates.wire.order import Inquire, Manifest, Order, PageStatement
from certificates.wire.transcript import HolderTag, TranscriptHash
from certificates.wire.visit import Choice, Menu
from tests.centre.centre_values import HOLDER, MUNICIPALITY, NOW, ORDER, OTHER_ORDER, SESSION, TRANSCRIPT

TAG = HolderTag(b"h" * 32)
OTHER_MUNICIPALITY = MunicipalityCode("011002")


def number(serial: int, municipality: MunicipalityCode = MUNICIPALITY) -> str:
    return str(IssueNumber(municipality=municipality, serial=serial))


def order(copies: int) -> Order:
    return Order(
        order=ORDER,
        municipality=MUNICIPALITY,
        session=SESSION,
        transcript=TRANSCRIPT,
        holder=HOLDER,
        choice=Choice(kind=CertificateKind.RESIDENT_RECORD, copies=copies),
        expires=NOW + timedelta(minutes=10),
    )


def manifest(copies: int, pages: int) -> Manifest:
    statements = tuple(
        PageStatement(
            issue_number=number(copy), copy=copy, page=page, pages=pages, sha256=bytes([copy, page]) * 16
        )
        for copy in range(1, copies + 1)
        for page in range(1, pages + 1)
    )
    return Manifest(
        order=ORDER,
        municipality=MUNICIPALITY,
        transcript=TRANSCRIPT,
        holder=TAG,
        issue_numbers=tuple(number(copy) for copy in range(1, copies + 1)),
        pages=statements,
        sha256=bytes(32),
        fee=200 * copies,
        issued_at=NOW,
        register_sequence=7,
        register_age_ms=100,
    )


def file(stated: Manifest) -> list[Page]:
    return [
        Page(
            order=stated.order,
            issue_number=entry.issue_number,
            page=entry.page,
            pages=entry.pages,
            sha256=entry.sha256,
            text=f"page {entry.page}",
        )
        for entry in stated.pages
    ]


SIZES = st.tuples(st.integers(1, 10), st.integers(1, 4))


@given(SIZES)
def test_an_answer_that_belongs_is_accepted_and_every_page_becomes_a_sheet(size: tuple[int, int]) -> None:
    stated = manifest(*size)
    require_manifest(stated, order(size[0]), TAG)
    sheets = require_pages(stated, file(stated))
    assert [(sheet.issue_number, sheet.copy, sheet.page) for sheet in sheets] == [
        (number(copy), copy, page) for copy in range(1, size[0] + 1) for page in range(1, size[1] + 1)
    ]
    assert {(sheet.order, sheet.municipality, sheet.issued_at) for sheet in sheets} == {
        (ORDER, MUNICIPALITY, NOW)
    }
    assert [sheet.text for sheet in sheets] == [page.text for page in file(stated)]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda m: replace(m, order=OTHER_ORDER), "another order"),
        (lambda m: replace(m, municipality=OTHER_MUNICIPALITY), "another municipality"),
        (lambda m: replace(m, transcript=TranscriptHash(b"u" * 32)), "another visit"),
        (lambda m: replace(m, holder=HolderTag(b"i" * 32)), "another holder"),
        (lambda m: replace(m, fee=-1), "negative"),
        (lambda m: replace(m, issue_numbers=m.issue_numbers[:1]), "not one for each copy"),
        (lambda m: replace(m, issue_numbers=(*m.issue_numbers, number(9))), "not one for each copy"),
        (lambda m: replace(m, issue_numbers=(number(1), number(1))), "not one for each copy"),
        (lambda m: replace(m, issue_numbers=(number(2), number(1))), "not those of its issue numbers"),
        (
            lambda m: replace(m, issue_numbers=(number(1), number(2, OTHER_MUNICIPALITY))),
            "another municipality's",
        ),
        (lambda m: replace(m, issue_numbers=(number(1), "1")), "malformed"),
        (lambda m: replace(m, pages=()), "not those of its issue numbers"),
        (lambda m: replace(m, pages=m.pages[:-1]), "not those of its issue numbers"),
        (lambda m: replace(m, pages=m.pages[::-1]), "not those of its issue numbers"),
        (lambda m: replace(m, pages=(*m.pages, m.pages[-1])), "not those of its issue numbers"),
        (lambda m: replace(m, pages=(m.pages[0],) * 4), "not those of its issue numbers"),
    ],
)
def test_a_manifest_that_differs_in_one_fact_is_refused(
    change: Callable[[Manifest], Manifest], what: str
) -> None:
    require_manifest(manifest(2, 2), order(2), TAG)
    with pytest.raises(BindingError, match=what):
        require_manifest(change(manifest(2, 2)), order(2), TAG)


@given(SIZES, st.data())
def test_a_file_with_one_page_changed_is_refused(size: tuple[int, int], data: st.DataObject) -> None:
    stated = manifest(*size)
    pages = file(stated)
    place = data.draw(st.integers(0, len(pages) - 1))
    right = pages[place]
    wrong = data.draw(
        st.sampled_from(
            [
                replace(right, order=OrderId("c" * 32)),
                replace(right, issue_number=number(99)),
                replace(right, page=right.page + 1),
                replace(right, pages=right.pages + 1),
                replace(right, sha256=bytes(32)),
                replace(right, sha256=right.sha256[:-1]),
            ]
        )
    )
    with pytest.raises(BindingError, match=f"page {place + 1} of the file"):
        require_pages(stated, [*pages[:place], wrong, *pages[place + 1 :]])


@given(SIZES, st.data())
def test_a_page_too_many_too_few_or_out_of_place_is_refused(
    size: tuple[int, int], data: st.DataObject
) -> None:
    stated = manifest(*size)
    pages = file(stated)
    place = data.draw(st.integers(0, len(pages) - 1))
    with pytest.raises(BindingError, match="pages, stated were"):
        require_pages(stated, [*pages[:place], *pages[place + 1 :]])
    with pytest.raises(BindingError, match="pages, stated were"):
        require_pages(stated, [*pages, pages[place]])
    other = data.draw(st.integers(0, len(pages) - 1))
    if other != place:
        pages[place], pages[other] = pages[other], pages[place]
        with pytest.raises(BindingError, match=r"of another certificate|out of its place"):
            require_pages(stated, pages)


def test_a_menu_of_another_visit_or_municipality_is_refused() -> None:
    asked = Inquire(
        municipality=MUNICIPALITY, session=SESSION, transcript=TRANSCRIPT, holder=HOLDER, expires=NOW
    )
    menu = Menu(
        transcript=TRANSCRIPT,
        municipality=MUNICIPALITY,
        municipality_name="見本県みほん市",
        kinds=(),
        items=frozenset(),
        members=(),
    )
    assert require_menu(menu, asked) is menu
    with pytest.raises(BindingError, match="another visit"):
        require_menu(replace(menu, transcript=TranscriptHash(b"u" * 32)), asked)
    with pytest.raises(BindingError, match="another municipality"):
        require_menu(replace(menu, municipality=OTHER_MUNICIPALITY), asked)
