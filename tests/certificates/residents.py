"""Builders of clearly invented residents; a test names only what it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import RecordView, Watermark
from certificates.domain.identifiers import household_number, numbered, resident_number
from certificates.domain.resident import Honseki, Resident, Sex
from certificates.domain.seal import SealImprint, SealRegistration

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 12:00 in Japan
HOUSEHOLD = household_number(numbered(900))


def resident(serial: int = 1, **given: Any) -> Resident:
    values: dict[str, Any] = {
        "number": resident_number(numbered(serial)),
        "history": 1,
        "household": HOUSEHOLD,
        "name": "架空　太郎",
        "name_kana": "カクウ　タロウ",
        "birth": RecordedDate(1980, 4, 1),
        "sex": Sex.MALE,
        "relation": "世帯主",
        "household_head": "架空　太郎",
        "honseki": Honseki(place="見本県みほん市架空町一丁目1番", head="架空　太郎"),
        "address": "見本県みほん市架空町一丁目1番1号",
        "became_resident": RecordedDate(1980, 4, 1),
        "address_since": RecordedDate(2001, 5, 6),
    }
    return Resident(**{**values, **given})


def imprint(**given: Any) -> SealImprint:
    values: dict[str, Any] = {"width": 144, "height": 144, "dots_per_mm": 12, "rows": bytes(18 * 144)}
    return SealImprint(**{**values, **given})


def seal(serial: int = 1, **given: Any) -> SealRegistration:
    values: dict[str, Any] = {
        "resident": resident_number(numbered(serial)),
        "history": 1,
        "registration_number": "0000123",
        "registered_on": date(2010, 1, 4),
        "imprint": imprint(),
    }
    return SealRegistration(**{**values, **given})


def view(*rows: Resident, **given: Any) -> RecordView:
    members = rows or (resident(),)
    values: dict[str, Any] = {
        "holder": members[0].number,
        "rows": members,
        "seal": None,
        "suppressions": (),
        "pending": False,
        "watermark": Watermark(applied=7, known=7, heard_at=NOON),
    }
    return RecordView(**{**values, **given})
