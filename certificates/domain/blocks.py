"""The boxes of a certificate, as text: which there are, and the words of those that hold nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from certificates.errors import RefusedError
from certificates.problems import ProblemCode

BLANK = "【空欄】"
"""An item that the record has and that holds nothing, such as 住所を定めた年月日 of one who never moved."""
LEFT_OUT = "【省略】"
"""An item that was not asked for (住民基本台帳法12条5項)."""
UNUSED = "＊＊＊"
"""The label of a box that this resident's record has no item for."""


class Slot(Enum):
    """A box; the labels differ between Japanese and foreign residents, the boxes do not."""

    ADDRESS = "address"
    HOUSEHOLD_HEAD = "household-head"
    NAME_KANA = "name-kana"
    NAME = "name"
    OTHER_NAME_KANA = "other-name-kana"  # of 旧氏 or 通称
    OTHER_NAME = "other-name"  # 旧氏 or 通称
    BIRTH = "birth"
    SEX = "sex"
    RELATION = "relation"
    ORIGIN = "origin"  # 本籍 or 法30条の45の区分
    PREVIOUS_ADDRESS = "previous-address"
    INDIVIDUAL_NUMBER = "individual-number"
    RESIDENT_CODE = "resident-code"
    BECAME_RESIDENT = "became-resident"
    ADDRESS_SINCE = "address-since"
    NOTIFIED = "notified"
    ORIGIN_HEAD = "origin-head"  # 筆頭者 or 国籍・地域
    RESIDENCE_STATUS = "residence-status"
    CARD_NUMBER = "card-number"
    PERIOD = "period"
    EXPIRY = "expiry"
    MOVING_TO = "moving-to"  # 転出先
    MOVING_ON = "moving-on"  # 転出の予定年月日
    NOTES = "notes"  # 備考


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One labelled box; ``lines`` is empty for a box left blank, and longer than one only for two names of one person."""

    label: str
    lines: tuple[str, ...] = field(default=(), repr=False)


Block = Mapping[Slot, Entry]
"""Boxes in the order of the standard form: those of one resident, or those that stand once on a sheet."""


def required(label: str, value: str | None) -> str:
    """``value`` without outer white space. Raises RefusedError(LEGAL_ITEM_MISSING, label) when nothing is left."""
    text = (value or "").strip()
    if not text:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, label)
    return text


def agreed(label: str, values: Iterable[str]) -> str:
    """The one value that everybody on the sheet shares; two would print one person's under another's name.

    Raises RefusedError(LEGAL_ITEM_MISSING) when they disagree or it is empty.
    """
    found = set(values)
    if len(found) != 1:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, f"{label}: members of one household disagree")
    return required(label, found.pop())


def or_blank(value: str | None) -> str:
    return (value or "").strip() or BLANK
