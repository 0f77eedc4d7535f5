"""The small rules: service hours, blocks of numbers, and the look at a finished PDF."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.identifiers import order_id
from certificates.domain.issue_number import IssueNumber
from certificates.domain.service_hours import ServiceHours
from certificates.errors import BindingError, InvalidValueError, UnavailableError
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.ports import BuiltPage
from issuance_server.records import IssueState
from issuance_server.usecases.numbers import BlockNumbers
from issuance_server.usecases.readback import ReadPage, require_bound, require_numbered
from tests.issuance.issuance_world import CODE, a_record, resident

ORDER = order_id("01" * 16)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-20T21:29:59", False),  # 06:29:59 in Japan
        ("2026-11-20T21:30:00", True),
        ("2026-11-20T13:59:59", True),
        ("2026-11-20T14:00:00", False),  # 23:00
        ("2026-12-28T13:00:00", True),
        ("2026-12-28T22:00:00", False),  # 29 December in Japan
        ("2027-01-03T03:00:00", False),
        ("2027-01-03T22:00:00", True),  # 4 January in Japan
    ],
)
def test_service_hours_are_counted_in_japan(moment: str, expected: bool) -> None:
    assert ServiceHours().is_open(datetime.fromisoformat(moment).replace(tzinfo=UTC)) is expected


async def test_numbers_of_one_order_are_consecutive_and_never_repeat() -> None:
    numbers = BlockNumbers(MemoryLedger(), CODE, block=10)
    drawn = await asyncio.gather(*(numbers.draw(count) for count in (3, 4, 4, 1, 25, 2)))
    serials = [[number.serial for number in order] for order in drawn]
    assert all(order == list(range(order[0], order[0] + len(order))) for order in serials)
    every = [serial for order in serials for serial in order]
    assert len(set(every)) == len(every)


async def test_a_block_that_could_not_be_reserved_gives_no_number() -> None:
    class Series:
        def __init__(self) -> None:
            self.next = 1
            self.up = True

        async def reserve(self, count: int) -> int:
            if not self.up:
                raise UnavailableError("ledger", "away", outcome_known=False)
            first, self.next = self.next, self.next + count
            return first

    series = Series()
    numbers = BlockNumbers(series, CODE, block=2)
    first = await numbers.draw(1)
    series.up = False
    with pytest.raises(UnavailableError):
        await numbers.draw(2)
    with pytest.raises(UnavailableError):
        await numbers.draw(1)
    series.up = True
    assert await numbers.draw(1) != first


def number(serial: int) -> IssueNumber:
    return IssueNumber(municipality=CODE, serial=serial)


SUBJECTS = (resident(1), resident(2))
TEXT = f"{resident(1).name}\n{resident(2).name}"
BUILT = tuple(
    BuiltPage(issue_number=number(serial), page=page, pages=2, sha256=bytes([serial, page]) * 16)
    for serial in (1, 2)
    for page in (1, 2)
)
READ = tuple(
    ReadPage(
        order=ORDER,
        issue_number=page.issue_number,
        page=page.page,
        pages=page.pages,
        sha256=page.sha256,
        text=TEXT,
    )
    for page in BUILT
)


def test_a_file_that_is_what_was_built_is_bound() -> None:
    require_numbered(BUILT, [number(1), number(2)])
    require_bound(READ, BUILT, order=ORDER, subjects=SUBJECTS)


def test_names_may_be_broken_over_lines_on_paper() -> None:
    name = resident(1).name
    broken = replace(READ[0], text=f"{name[:4]}\n{name[4:]} {resident(2).name}")
    require_bound((broken, *READ[1:]), BUILT, order=ORDER, subjects=SUBJECTS)


@given(
    place=st.integers(0, 3),
    change=st.sampled_from(
        [
            {"order": order_id("02" * 16)},
            {"issue_number": number(3)},
            {"page": 3},
            {"pages": 3},
            {"sha256": bytes(32)},
            {"text": "別の世帯"},
        ]
    ),
)
def test_any_page_of_another_order_number_or_person_is_found(place: int, change: dict[str, Any]) -> None:
    read = list(READ)
    read[place] = replace(read[place], **change)
    with pytest.raises(BindingError) as caught:
        require_bound(read, BUILT, order=ORDER, subjects=SUBJECTS)
    assert "page" in caught.value.what
    assert resident(1).name not in caught.value.what


def test_a_copy_that_leaves_a_subject_out_is_found() -> None:
    read = tuple(
        replace(page, text=resident(1).name) if page.issue_number == number(2) else page for page in READ
    )
    with pytest.raises(BindingError, match="copy 2"):
        require_bound(read, BUILT, order=ORDER, subjects=SUBJECTS)


def test_a_page_too_many_or_too_few_is_found() -> None:
    for read in (READ[:-1], (*READ, READ[0]), ()):
        with pytest.raises(BindingError):
            require_bound(read, BUILT, order=ORDER, subjects=SUBJECTS)


@pytest.mark.parametrize(
    "built",
    [
        (),
        BUILT[:2],
        BUILT[:3],
        (BUILT[1], *BUILT[1:]),
        (BUILT[2], BUILT[3], BUILT[0], BUILT[1]),
        (BUILT[0], BUILT[3], BUILT[2], BUILT[1]),
        (*BUILT, BUILT[0]),
    ],
)
def test_copies_and_pages_out_of_order_are_found(built: tuple[BuiltPage, ...]) -> None:
    with pytest.raises(BindingError):
        require_numbered(built, [number(1), number(2)])


@pytest.mark.parametrize(
    "given_",
    [
        {"paper": None},
        {"state": IssueState.REFUSED},
        {"state": IssueState.REFUSED, "paper": None},
        {"fingerprint": None},
        {"state": IssueState.ABANDONED, "paper": None},
    ],
)
def test_a_record_that_contradicts_itself_cannot_be_built(given_: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        a_record(**given_)


def test_a_record_of_paper_needs_numbers_members_and_a_digest() -> None:
    paper = a_record().paper
    assert paper is not None
    for change in ({"numbers": ()}, {"members": ()}, {"sha256": b""}):
        with pytest.raises(InvalidValueError):
            replace(paper, **change)
