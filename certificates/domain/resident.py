"""One row of the register: a resident with every item that a certificate or a rule can need (住民基本台帳法7条)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.errors import InvalidValueError


class Sex(Enum):
    MALE = "男"
    FEMALE = "女"
    # 出入国在留管理庁 allows a blank for foreign residents whose passport says X.
    UNSTATED = ""


class ResidencyStatus(Enum):
    """消除区分: whether this row is a current resident."""

    RESIDENT = "resident"
    MOVING_OUT = "moving-out"  # 転出予定: notified, the day not yet reached
    MOVED_OUT = "moved-out"  # 転出
    DECEASED = "deceased"  # 死亡
    REMOVED = "removed"  # 職権消除 and others


@dataclass(frozen=True, slots=True, kw_only=True)
class Honseki:
    """戸籍の表示: 本籍 and 筆頭者 of a Japanese resident."""

    place: str
    head: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignStatus:
    """法30条の45の表: what is recorded for a foreign resident instead of 戸籍の表示."""

    nationality: str  # 国籍・地域
    category: str  # 法30条の45に規定する区分, such as 中長期在留者
    residence_status: str | None = None  # 在留資格
    period_of_stay: str | None = None  # 在留期間等
    expires_on: date | None = None  # 在留期間の満了の日; printed in Western form
    card_number: str | None = None  # 在留カード等の番号
    kanji_name: str | None = None  # 併記漢字氏名


class AliasEvent(Enum):
    """What happened to a 通称."""

    ENTERED = "記載"
    DELETED = "削除"


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRecord:
    """One of the 通称の記載及び削除に関する事項 (住民基本台帳法施行令30条の17): what happened to which 通称, when and where."""

    alias: str = field(repr=False)
    event: AliasEvent
    day: date = field(repr=False)
    municipality: str = field(repr=False)  # 市町村名, with its prefecture

    def __post_init__(self) -> None:
        if not self.alias or not self.municipality:
            raise InvalidValueError("通称の記載及び削除に関する事項", "needs the 通称 and the municipality")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resident:
    """A full row (全項目), identified by 宛名番号 and 履歴番号; the largest 履歴番号 is current."""

    number: ResidentNumber
    history: int
    household: HouseholdNumber
    status: ResidencyStatus = ResidencyStatus.RESIDENT
    name: str = field(repr=False)  # Japanese: 氏名; foreign: ローマ字氏名
    name_kana: str | None = field(default=None, repr=False)  # 振り仮名; None while unconfirmed
    former_surname: str | None = field(default=None, repr=False)  # 旧氏
    former_surname_kana: str | None = field(default=None, repr=False)
    alias: str | None = field(default=None, repr=False)  # 通称
    alias_kana: str | None = field(default=None, repr=False)
    birth: RecordedDate = field(repr=False)
    sex: Sex = field(repr=False)
    relation: str = field(repr=False)  # 続柄, 「世帯主」 for the head; chains with 「の」
    household_head: str = field(repr=False)  # 世帯主の氏名
    honseki: Honseki | None = field(default=None, repr=False)
    foreign: ForeignStatus | None = field(default=None, repr=False)
    address: str = field(repr=False)  # 住所 with 方書; never cut
    # 住民となった年月日; of a foreign resident 外国人住民となった年月日 (法30条の45)
    became_resident: RecordedDate = field(repr=False)
    address_since: RecordedDate = field(repr=False)  # 住所を定めた年月日
    notified: RecordedDate | None = field(default=None, repr=False)  # 届出の年月日
    previous_address: str | None = field(default=None, repr=False)  # 従前の住所; None: never moved in
    individual_number: str | None = field(default=None, repr=False)  # 個人番号, 12 digits
    resident_code: str | None = field(default=None, repr=False)  # 住民票コード, 11 digits
    removed_on: date | None = field(default=None, repr=False)  # 消除日, or the planned day of 転出
    alias_history: tuple[AliasRecord, ...] = field(default=(), repr=False)  # in the order of entry
    planned_destination: str | None = field(default=None, repr=False)  # 転出先住所（予定）, as notified
    confirmed_destination: str | None = field(default=None, repr=False)  # 転出先住所（確定）, by 転入通知
    renewed_on: date | None = field(default=None, repr=False)  # 改製年月日

    def __post_init__(self) -> None:
        if self.history < 1:
            raise InvalidValueError("履歴番号", "starts at 1")
        if not self.name:
            raise InvalidValueError("氏名", "is empty")
        if not self.address:
            raise InvalidValueError("住所", "is empty")
        if not self.relation:
            raise InvalidValueError("続柄", "is empty")
        if (self.honseki is None) == (self.foreign is None):
            raise InvalidValueError(
                "戸籍の表示", "a Japanese resident has 本籍, a foreign one has 国籍・地域; not both"
            )
        if self.foreign is not None and self.former_surname is not None:
            raise InvalidValueError("旧氏", "is recorded for Japanese residents only")
        if self.foreign is None and (self.alias is not None or self.alias_history):
            raise InvalidValueError("通称", "is recorded for foreign residents only")
        for name, value, digits in (
            ("個人番号", self.individual_number, 12),
            ("住民票コード", self.resident_code, 11),
        ):
            if value is not None and not (len(value) == digits and value.isascii() and value.isdigit()):
                raise InvalidValueError(name, f"must be {digits} digits")
        gone = self.status is not ResidencyStatus.RESIDENT
        if gone != (self.removed_on is not None):
            raise InvalidValueError("消除日", "belongs to 転出予定 and removed residents, and only to them")
        if self.planned_destination is not None or self.confirmed_destination is not None:
            self._require_moved()

    def _require_moved(self) -> None:
        if "" in (self.planned_destination, self.confirmed_destination):
            raise InvalidValueError("転出先住所", "is empty")
        if self.status not in (ResidencyStatus.MOVING_OUT, ResidencyStatus.MOVED_OUT):
            raise InvalidValueError("転出先住所", "belongs to those who move out or have moved out")
        if self.confirmed_destination is not None and self.status is not ResidencyStatus.MOVED_OUT:
            raise InvalidValueError("転出先住所（確定）", "is known once 転入 has been notified elsewhere")

    @property
    def is_head(self) -> bool:
        return self.relation == "世帯主"

    @property
    def is_current(self) -> bool:
        """A current resident; 転出予定 counts until its day (the policy may still refuse)."""
        return self.status in (ResidencyStatus.RESIDENT, ResidencyStatus.MOVING_OUT)
