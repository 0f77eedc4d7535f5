"""The boxes of one resident, as text: which items the law prints, in which words, and which are left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from certificates.domain.dates import RecordedDate, western_date
from certificates.domain.kinds import OptionalItem
from certificates.domain.resident import ForeignStatus, Resident, Sex
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

BLANK = "【空欄】"
"""An item that the record has and that holds nothing, such as 住所を定めた年月日 of one who never moved."""
LEFT_OUT = "【省略】"
"""An item that was not asked for (住民基本台帳法12条5項)."""
UNUSED = "＊＊＊"
"""The label of a box that this resident's record has no item for."""

# 法30条の45の表: what each 区分 must record besides 国籍・地域 and the 区分 itself.
_FOREIGN_DUTIES: Mapping[str, tuple[str, ...]] = {
    "中長期在留者": ("在留資格", "在留カード等の番号"),
    "特別永住者": ("在留カード等の番号",),
    "一時庇護許可者": ("在留期間等",),
    "仮滞在許可者": ("在留期間等",),
    "出生による経過滞在者": (),
    "国籍喪失による経過滞在者": (),
}
# 出入国管理及び難民認定法 別表第一の二, 第二: these alone have neither a period of stay nor a last day.
_WITHOUT_PERIOD = frozenset({"永住者", "高度専門職２号", "高度専門職2号"})


class Slot(Enum):
    """A box of a resident's block; the labels differ between Japanese and foreign residents, the boxes do not."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One labelled box; ``lines`` is empty for a box left blank, and longer than one only for two names of one person."""

    label: str
    lines: tuple[str, ...] = field(default=(), repr=False)


Block = Mapping[Slot, Entry]
"""The boxes of one resident, in the order of the standard form."""


def required(label: str, value: str | None) -> str:
    """``value`` without outer white space. Raises RefusedError(LEGAL_ITEM_MISSING, label) when nothing is left."""
    text = (value or "").strip()
    if not text:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, label)
    return text


def _or_blank(value: str | None) -> str:
    return (value or "").strip() or BLANK


def _kana(value: str | None) -> tuple[str, ...]:
    """振り仮名 and 片仮名表記 are printed once confirmed; until then the box stays empty (令和7年5月26日施行)."""
    text = (value or "").strip()
    return (text,) if text else ()


def _names(resident: Resident) -> tuple[str, ...]:
    kanji = resident.foreign.kanji_name if resident.foreign is not None else None
    return (required("氏名", resident.name), *((kanji.strip(),) if kanji and kanji.strip() else ()))


def _birth(resident: Resident) -> str:
    """和暦 for Japanese, 西暦 for foreign residents, never both."""
    return resident.birth.japanese() if resident.foreign is None else resident.birth.western()


def _other_name(resident: Resident) -> tuple[Entry, Entry]:
    """旧氏 or 通称 and its reading; neither may be left out on request (住民基本台帳法施行令30条の14, 30条の16)."""
    if resident.foreign is None:
        label, name, kana, reading = "旧氏", resident.former_surname, resident.former_surname_kana, "振り仮名"
    else:
        label, name, kana, reading = "通称", resident.alias, resident.alias_kana, "片仮名表記"
    recorded = bool(name and name.strip())
    kana_entry = Entry(label=f"{label}の{reading}", lines=_kana(kana) if recorded else (BLANK,))
    return kana_entry, Entry(label=label, lines=(_or_blank(name),))


def resident_block(resident: Resident, items: frozenset[OptionalItem]) -> Block:
    """One resident of a 住民票の写し, in the order of the standard form's rows."""
    foreign = resident.foreign
    japanese = foreign is None
    if japanese and resident.sex is Sex.UNSTATED:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "性別")
    if resident.previous_address is not None and resident.notified is None:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "届出の年月日")  # 法7条8号 records both or neither
    number = LEFT_OUT
    if OptionalItem.INDIVIDUAL_NUMBER in items:
        number = required("個人番号", resident.individual_number)
    relation = resident.relation if OptionalItem.RELATION in items else LEFT_OUT
    other_kana, other = _other_name(resident)
    stayed = resident.address_since == resident.became_resident
    origin = _honseki(resident, items) if foreign is None else _foreign(foreign, items)
    return {
        Slot.NAME_KANA: Entry(
            label="氏名の振り仮名" if japanese else "氏名の片仮名表記", lines=_kana(resident.name_kana)
        ),
        Slot.INDIVIDUAL_NUMBER: Entry(label="個人番号", lines=(number,)),
        Slot.NAME: Entry(label="氏名", lines=_names(resident)),
        # 住民票コード is not given out at a kiosk.
        Slot.RESIDENT_CODE: Entry(label="住民票コード", lines=(LEFT_OUT,)),
        Slot.BECAME_RESIDENT: Entry(
            label="住民となった年月日" if japanese else "外国人住民となった年月日",
            lines=(resident.became_resident.japanese(),),
        ),
        Slot.OTHER_NAME_KANA: other_kana,
        Slot.ADDRESS_SINCE: Entry(
            label="住所を定めた年月日", lines=(BLANK if stayed else resident.address_since.japanese(),)
        ),
        Slot.OTHER_NAME: other,
        Slot.NOTIFIED: Entry(label="届出日", lines=(_date_or_blank(resident.notified),)),
        Slot.BIRTH: Entry(label="生年月日", lines=(_birth(resident),)),
        Slot.SEX: Entry(label="性別", lines=(_or_blank(resident.sex.value),)),
        Slot.RELATION: Entry(label="続柄", lines=(required("続柄", relation),)),
        Slot.ORIGIN_HEAD: origin[Slot.ORIGIN_HEAD],
        Slot.ORIGIN: origin[Slot.ORIGIN],
        Slot.PREVIOUS_ADDRESS: Entry(label="転入前住所", lines=(_or_blank(resident.previous_address),)),
        **{
            slot: origin[slot] for slot in (Slot.RESIDENCE_STATUS, Slot.CARD_NUMBER, Slot.PERIOD, Slot.EXPIRY)
        },
    }


def _date_or_blank(day: RecordedDate | None) -> str:
    return BLANK if day is None else day.japanese()


def _honseki(resident: Resident, items: frozenset[OptionalItem]) -> Block:
    place = head = LEFT_OUT
    if OptionalItem.HONSEKI in items and resident.honseki is not None:
        place = required("本籍", resident.honseki.place)
        head = required("筆頭者", resident.honseki.head)
    unused = Entry(label=UNUSED)
    return {
        Slot.ORIGIN_HEAD: Entry(label="筆頭者", lines=(head,)),
        Slot.ORIGIN: Entry(label="本籍", lines=(place,)),
        Slot.RESIDENCE_STATUS: unused,
        Slot.CARD_NUMBER: unused,
        Slot.PERIOD: unused,
        Slot.EXPIRY: unused,
    }


def _foreign(status: ForeignStatus, items: frozenset[OptionalItem]) -> Block:
    expires = None if status.expires_on is None else western_date(status.expires_on)
    recorded = {
        Slot.ORIGIN_HEAD: ("国籍・地域", status.nationality),
        Slot.ORIGIN: ("法第30条の45に規定する区分", status.category),
        Slot.RESIDENCE_STATUS: ("在留資格", status.residence_status),
        Slot.CARD_NUMBER: ("在留カード等の番号", status.card_number),
        Slot.PERIOD: ("在留期間等", status.period_of_stay),
        Slot.EXPIRY: ("在留期間の満了の日", expires),
    }
    if OptionalItem.FOREIGN not in items:
        return {slot: Entry(label=label, lines=(LEFT_OUT,)) for slot, (label, _) in recorded.items()}
    if status.category not in _FOREIGN_DUTIES:  # what it must print cannot be known
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "法第30条の45に規定する区分")
    duties = {"国籍・地域", *_FOREIGN_DUTIES[status.category]}
    if status.category == "中長期在留者" and status.residence_status not in _WITHOUT_PERIOD:
        duties |= {"在留期間等", "在留期間の満了の日"}
    return {
        slot: Entry(label=label, lines=(required(label, value) if label in duties else _or_blank(value),))
        for slot, (label, value) in recorded.items()
    }


def seal_block(holder: Resident) -> Block:
    """印鑑登録証明事務処理要領: 氏名, 旧氏 or 通称, 出生の年月日; 住所 stands beside them."""
    _, other = _other_name(holder)
    return {
        Slot.NAME: Entry(label="氏名", lines=_names(holder)),
        Slot.OTHER_NAME: other,
        Slot.BIRTH: Entry(label="生年月日", lines=(_birth(holder),)),
    }
