"""Numbers, dates and rows: what cannot be, cannot be built."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.application import Application
from certificates.domain.dates import RecordedDate, age_on, japanese_date, western_date
from certificates.domain.entitlement import Watermark
from certificates.domain.household import Household
from certificates.domain.identifiers import (
    card_serial,
    household_number,
    kiosk_id,
    municipality_code,
    numbered,
    order_id,
    resident_number,
    session_id,
)
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import ForeignStatus, ResidencyStatus
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import InvalidValueError, RefusedError
from tests.certificates.residents import imprint, resident, seal


@given(st.integers(1, 10**14 - 1), st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_of_a_resident_number_is_noticed_nearly_always(
    serial: int, place: int, by: int
) -> None:
    number = numbered(serial)
    assert resident_number(number) == household_number(number) == number
    digit = str((int(number[place]) + by) % 10)
    changed = number[:place] + digit + number[place + 1 :]
    # remainders 0 and 1 share the check digit 0, so a zero may hide a change
    if number[-1] != "0":
        with pytest.raises(InvalidValueError):
            resident_number(changed)


@pytest.mark.parametrize("serial", [0, 10**14])
def test_a_number_has_fourteen_digits_before_its_check_digit(serial: int) -> None:
    with pytest.raises(InvalidValueError):
        numbered(serial)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (resident_number, "12345"),
        (household_number, "１２３４５６７８９０１２３４５"),
        (municipality_code, "992012"),
        (municipality_code, "99201"),
        (card_serial, "0abc"),
        (card_serial, "ABC"),
        (card_serial, "f" * 41),
        (order_id, "0" * 31),
        (session_id, "g" * 32),
        (kiosk_id, "../etc"),
        (kiosk_id, ""),
    ],
)
def test_an_identifier_of_the_wrong_form_is_refused(make: Any, text: str) -> None:
    with pytest.raises(InvalidValueError):
        make(text)


@pytest.mark.parametrize("code", ["131016", "141003", "011002", "992011"])  # 千代田区, 横浜市, 札幌市, ours
def test_real_municipality_codes_check(code: str) -> None:
    assert municipality_code(code) == code


@given(st.integers(1, 10**10 - 1))
def test_an_issue_number_reads_back_as_printed(serial: int) -> None:
    number = IssueNumber(municipality=municipality_code("992011"), serial=serial)
    assert IssueNumber.parse(str(number)) == number


@pytest.mark.parametrize(
    "text", ["", "992011-0000001234", "992011-0000001234-0", "992011-00001234-3", "a-b-c"]
)
def test_a_misread_issue_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidValueError):
        IssueNumber.parse(text)


@pytest.mark.parametrize(
    ("day", "text"),
    [
        (date(2026, 11, 21), "令和8年11月21日"),
        (date(2019, 5, 1), "令和元年5月1日"),
        (date(2019, 4, 30), "平成31年4月30日"),
        (date(1989, 1, 7), "昭和64年1月7日"),
        (date(1926, 12, 25), "昭和元年12月25日"),
        (date(1912, 7, 30), "大正元年7月30日"),
        (date(1912, 7, 29), "明治45年7月29日"),
    ],
)
def test_the_first_day_of_an_era_belongs_to_it(day: date, text: str) -> None:
    assert japanese_date(day) == RecordedDate.of(day).japanese() == text


@pytest.mark.parametrize(
    ("recorded", "japanese", "western"),
    [
        (RecordedDate(1998, 5), "平成10年5月日不詳", "1998年5月日不詳"),
        (RecordedDate(1989), "平成元年月日不詳", "1989年月日不詳"),
        (RecordedDate(note="年月日不詳"), "年月日不詳", "年月日不詳"),
        (RecordedDate(1998, 5, 6), "平成10年5月6日", "1998年5月6日"),
    ],
)
def test_an_unknown_part_is_printed_as_recorded(recorded: RecordedDate, japanese: str, western: str) -> None:
    assert (recorded.japanese(), recorded.western()) == (japanese, western)


@pytest.mark.parametrize(
    "parts",
    [
        {},
        {"year": 2000, "note": "不詳"},
        {"note": ""},
        {"year": 2001, "month": 2, "day": 29},
        {"year": 2001, "day": 3},
        {"year": 2001, "month": 13},
        {"year": 1800},
        {"year": 1868, "month": 1, "day": 1},
    ],
)
def test_a_date_that_cannot_be_is_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        RecordedDate(**parts)


def test_what_is_unknown_counts_as_the_youngest_age() -> None:
    today = date(2026, 11, 21)
    assert age_on(RecordedDate(2011), today) == 14
    assert age_on(RecordedDate(2011, 11), today) == 14
    assert age_on(RecordedDate(2011, 11, 21), today) == 15
    assert age_on(RecordedDate(2008, 2, 29), date(2026, 2, 28)) == 17
    assert western_date(today) == "2026年11月21日"


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": 0},
        {"name": ""},
        {"address": ""},
        {"relation": ""},
        {"honseki": None},
        {"foreign": ForeignStatus(nationality="見本国", category="特別永住者")},
        {"alias": "見本　花子"},
        {"individual_number": "12345678901"},
        {"resident_code": "１２３４５６７８９０１"},
        {"removed_on": date(2026, 1, 1)},
        {"status": ResidencyStatus.DECEASED},
    ],
)
def test_a_row_that_the_law_does_not_know_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        resident(**wrong)


def test_a_foreign_resident_has_no_former_surname() -> None:
    foreign = {"honseki": None, "foreign": ForeignStatus(nationality="見本国", category="永住者")}
    assert resident(alias="見本　花子", **foreign).alias
    with pytest.raises(InvalidValueError):
        resident(former_surname="例示", **foreign)


def test_nothing_personal_stands_in_a_repr() -> None:
    row = resident(individual_number="123456789018")
    assert not any(secret in repr(row) for secret in ("架空", "太郎", "123456789018", "1980", "一丁目"))


def test_a_household_is_of_one_number_with_one_head_and_names_each_person_once() -> None:
    with pytest.raises(InvalidValueError):
        Household.of([resident(1), resident(2, household=household_number(numbered(8)))])
    with pytest.raises(InvalidValueError):
        Household.of([resident(1), resident(1)])
    with pytest.raises(InvalidValueError):
        Household.of([resident(status=ResidencyStatus.MOVED_OUT, removed_on=date(2026, 1, 1))])
    with pytest.raises(InvalidValueError, match="世帯主"):
        Household.of([resident(1), resident(2)])
    household = Household.of([resident(1), resident(2, relation="妻")])
    assert household.member(resident(2).number) is not None
    assert household.member(resident(3).number) is None
    with pytest.raises(InvalidValueError):
        Household(number=household_number(numbered(8)), members=household.members)


@pytest.mark.parametrize(
    "wrong",
    [
        {"rows": b""},
        {"dots_per_mm": 18},
        {"dots_per_mm": 5},
        {"dots_per_mm": 0},
        {"dots_per_mm": -12},
        {"width": 0, "rows": b""},
    ],
)
def test_an_imprint_of_the_wrong_size_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(InvalidValueError):
        imprint(**wrong)
    assert imprint().width_mm == imprint().height_mm == 12


def test_other_values_refuse_what_they_cannot_be() -> None:
    since = date(2020, 1, 1)
    with pytest.raises(InvalidValueError):
        Suppression(key="k", reason=SuppressionReason.OTHER, since=since)
    with pytest.raises(InvalidValueError):
        Suppression(key="", reason=SuppressionReason.OTHER, since=since, resident=resident().number)
    with pytest.raises(InvalidValueError):
        seal(history=0)
    with pytest.raises(InvalidValueError):
        seal(registration_number="甲")
    with pytest.raises(InvalidValueError):
        Watermark(applied=1, known=1, heard_at=datetime(2026, 1, 1))  # noqa: DTZ001 - the case
    assert (
        Watermark(applied=1, known=1, heard_at=datetime(2026, 1, 2, tzinfo=UTC)).age_seconds(
            datetime(2026, 1, 1, tzinfo=UTC)
        )
        == 0
    )


@pytest.mark.parametrize("copies", [0, 11])
def test_copies_are_one_to_ten(copies: int) -> None:
    with pytest.raises(RefusedError):
        Application(kind=CertificateKind.RESIDENT_RECORD, copies=copies)


def test_an_application_that_contradicts_itself_is_refused() -> None:
    one = resident().number
    with pytest.raises(InvalidValueError):
        Application(kind=CertificateKind.RESIDENT_RECORD, members=(one, one))
    with pytest.raises(InvalidValueError):
        Application(kind=CertificateKind.RESIDENT_RECORD, members=())
    with pytest.raises(RefusedError):
        Application(kind=CertificateKind.SEAL_REGISTRATION, members=(one,))
    assert {item.label for item in OptionalItem}
