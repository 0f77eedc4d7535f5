"""The municipalities that ship differ where municipalities differ, and their choices reach rules and paper."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.clock import JST
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import MovingOutPolicy
from certificates.domain.official_seal import SealImage, SealLettering
from certificates.domain.service_hours import Closure, OpenHours, ServiceHours, YearlyClosure
from certificates.errors import InvalidValueError
from certificates.profiles.reading import load_profile, shipped_profile

CITY, TOWN, WARD = (load_profile(shipped_profile(code)) for code in ("992011", "993212", "981010"))


def at(moment: str) -> datetime:
    return datetime.fromisoformat(moment).replace(tzinfo=JST)


def test_three_municipalities_ship_and_differ() -> None:
    assert [one.full_name for one in (CITY, TOWN, WARD)] == [
        "見本県みほん市",
        "見本県模型郡ひながた町",
        "例示都かくう区",
    ]
    assert len({one.fees[CertificateKind.RESIDENT_RECORD] for one in (CITY, TOWN, WARD)}) == 3
    assert CertificateKind.SEAL_REGISTRATION not in WARD.fees
    assert OptionalItem.INDIVIDUAL_NUMBER in CITY.items - TOWN.items - WARD.items
    assert WARD.policy.moving_out is MovingOutPolicy.HOUSEHOLD
    assert WARD.statements != CITY.statements
    assert (CITY.words.seal_note, WARD.words.seal_note) == ("この印は黒色です", "")


@pytest.mark.parametrize(
    ("day", "name", "acting"),
    [
        (date(2026, 10, 19), "雛形　三郎", False),
        (date(2026, 10, 20), "試験　四郎", True),
        (date(2026, 12, 13), "試験　四郎", True),
        (date(2026, 12, 14), "雛形　三郎", False),
    ],
)
def test_an_acting_mayor_signs_for_a_period_and_with_the_seal_of_it(
    day: date, name: str, acting: bool
) -> None:
    signatory = TOWN.signatory_on(day)
    assert (signatory.name, signatory.is_acting) == (name, acting)
    assert isinstance(TOWN.seal_of(signatory), SealImage)
    assert TOWN.seal_of(signatory) == TOWN.seal_of(TOWN.signatories[acting])


def test_nobody_signs_before_the_first_mayor_or_after_the_last_period() -> None:
    with pytest.raises(InvalidValueError, match="nobody is in office"):
        TOWN.signatory_on(date(2023, 4, 30))


def test_lettering_is_the_profiles_choice() -> None:
    assert CITY.seal_of(CITY.signatories[0]) == SealLettering(text="みほん市長之印", side=21.0)


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-26T12:00", "2026-11-26T12:00"),
        ("2026-11-26T05:00", "2026-11-26T06:30"),
        ("2026-11-26T23:00", "2026-11-27T06:30"),
        ("2026-11-28T23:30", "2026-11-29T08:00"),  # Sunday begins later
        ("2026-12-05T20:00", "2026-12-07T12:00"),  # maintenance over a whole Sunday
        ("2026-12-05T19:59", "2026-12-05T19:59"),
        ("2026-12-28T23:00", "2027-01-04T06:30"),  # the whole country is closed
        ("2027-03-19T23:00", "2027-03-22T06:30"),
        ("2027-05-01T10:00", "2027-05-02T08:00"),  # 2 May 2027 is a Sunday
    ],
)
def test_whoever_comes_too_early_is_told_when_it_opens(now: str, opens: str) -> None:
    assert TOWN.hours.next_opening(at(now)) == at(opens)
    assert TOWN.hours.is_open(at(now)) is (now == opens)


def test_a_closed_weekday_and_a_line_that_never_opens() -> None:
    assert WARD.hours.next_opening(at("2026-11-24T23:30")) == at("2026-11-26T06:30")  # Tuesday to Thursday
    never = ServiceHours(days=dict.fromkeys(range(7)))
    assert never.next_opening(at("2026-11-26T12:00")) is None


@given(st.integers(0, 2 * 365 * 24 * 60))
def test_the_next_opening_is_open_and_just_before_it_is_not(minutes: int) -> None:
    now = at("2026-01-01T00:00") + timedelta(minutes=minutes)
    opening = TOWN.hours.next_opening(now)
    assert opening is not None
    assert opening >= now
    assert TOWN.hours.is_open(opening)
    if opening > now:
        assert not TOWN.hours.is_open(opening - timedelta(microseconds=1))


def test_hours_that_make_no_sense_cannot_be_built() -> None:
    with pytest.raises(InvalidValueError):
        OpenHours(opens=time(9), closes=time(9))
    with pytest.raises(InvalidValueError):
        OpenHours(opens=time(9, tzinfo=JST), closes=time(10))
    with pytest.raises(InvalidValueError):
        Closure(begins=datetime(2026, 1, 1), ends=at("2026-01-02"))  # noqa: DTZ001 - that it has no zone is the point
    with pytest.raises(InvalidValueError):
        Closure.of_days(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(InvalidValueError):
        YearlyClosure(first=(2, 29), last=(3, 1))
