"""What refuses a certificate before it reaches the paper: items missing, people gone, pages that disagree."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from certificates.domain.application import Application
from certificates.domain.content import certificate_content
from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.household import Household
from certificates.domain.kinds import CertificateKind
from certificates.domain.resident import Honseki, ResidencyStatus, Resident, Sex
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from tests.certificates.paper import (
    CITY,
    DAY,
    NUMBER,
    ORDER,
    content,
    resident,
    with_status,
)


def test_nothing_is_issued_on_a_day_without_a_mayor() -> None:
    with pytest.raises(InvalidValueError):
        content(resident(), day=date(2022, 3, 31))


@pytest.mark.parametrize(
    ("row", "item"),
    [
        (resident(sex=Sex.UNSTATED), "性別"),
        (resident(honseki=Honseki(place=" ", head="見本　一郎")), "本籍"),
        (resident(honseki=Honseki(place="見本県みほん市", head="")), "筆頭者"),
        (resident(individual_number=None), "個人番号"),
        (resident(notified=None), "届出の年月日"),
        (resident(name="　"), "氏名"),
        (resident(relation=" "), "続柄"),
        (resident(household_head=""), "世帯主"),
        (resident(address="　"), "住所"),
        (with_status(nationality=""), "国籍・地域"),
        (with_status(category="旅行者"), "法第30条の45に規定する区分"),
        (with_status(residence_status=None), "在留資格"),
        (with_status(card_number=None), "在留カード等の番号"),
        (with_status(period_of_stay=None), "在留期間等"),
        (with_status(expires_on=None), "在留期間の満了の日"),
        (with_status(category="特別永住者", card_number=None), "在留カード等の番号"),
        (with_status(category="仮滞在許可者", period_of_stay=None), "在留期間等"),
    ],
)
def test_a_missing_legal_item_refuses_the_certificate_and_is_named(row: Resident, item: str) -> None:
    with pytest.raises(RefusedError) as refused:
        content(row)
    assert (refused.value.code, refused.value.detail) == (ProblemCode.LEGAL_ITEM_MISSING, item)


@pytest.mark.parametrize("item", ["address", "household_head"])
def test_members_who_disagree_on_what_the_sheet_prints_once_are_refused(item: str) -> None:
    other = resident(2, name="見本　子", relation="子", **{item: "架空"})
    with pytest.raises(RefusedError) as refused:
        content(resident(), other)
    assert refused.value.code is ProblemCode.LEGAL_ITEM_MISSING
    assert "架空" not in str(refused.value)


def test_a_removed_resident_never_gets_into_a_certificate() -> None:
    gone = resident(2, name="見本　去", status=ResidencyStatus.MOVED_OUT, removed_on=date(2026, 1, 1))
    assert "見本　去" not in content(resident(), gone).values()
    with pytest.raises(RefusedError) as refused:
        content(resident(), gone, chosen=(resident(), gone))
    assert refused.value.code is ProblemCode.NOT_RESIDENT


def test_a_seal_certificate_without_a_registration_is_refused() -> None:
    row = resident()
    entitlement = Entitlement(
        application=Application(kind=CertificateKind.SEAL_REGISTRATION),
        holder=row,
        household=Household.of([row]),
        subjects=(row,),
        seal=None,
        watermark=Watermark(applied=1, known=1, heard_at=datetime(2026, 11, 21, tzinfo=UTC)),
    )
    with pytest.raises(RefusedError) as refused:
        certificate_content(entitlement, CITY, NUMBER, ORDER, DAY)
    assert refused.value.code is ProblemCode.NO_SEAL_REGISTRATION
