"""The items of one resident's record as labelled boxes, in the words of the standard form (住民基本台帳法7条, 30条の45)."""

from __future__ import annotations

from collections.abc import Mapping

from certificates.domain.blocks import BLANK, LEFT_OUT, UNUSED, Block, Entry, Slot, or_blank, required
from certificates.domain.dates import RecordedDate, western_date
from certificates.domain.kinds import OptionalItem
from certificates.domain.resident import ForeignStatus, Resident, Sex
from certificates.errors import RefusedError
from certificates.problems import ProblemCode

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
_ONLY_FOREIGN = (Slot.RESIDENCE_STATUS, Slot.CARD_NUMBER, Slot.PERIOD, Slot.EXPIRY)


def name(resident: Resident) -> Entry:
    """氏名; a 併記漢字氏名 stands below the name in letters."""
    kanji = resident.foreign.kanji_name if resident.foreign is not None else None
    lines = (required("氏名", resident.name), *((kanji.strip(),) if kanji and kanji.strip() else ()))
    return Entry(label="氏名", lines=lines)


def name_kana(resident: Resident) -> Entry:
    label = "氏名の振り仮名" if resident.foreign is None else "氏名の片仮名表記"
    return Entry(label=label, lines=_kana(resident.name_kana))


def other_name(resident: Resident) -> tuple[Entry, Entry]:
    """旧氏 or 通称 and its reading; neither may be left out on request (住民基本台帳法施行令30条の14, 30条の16)."""
    if resident.foreign is None:
        label, other, kana, reading = (
            "旧氏",
            resident.former_surname,
            resident.former_surname_kana,
            "振り仮名",
        )
    else:
        label, other, kana, reading = "通称", resident.alias, resident.alias_kana, "片仮名表記"
    recorded = bool(other and other.strip())
    kana_entry = Entry(label=f"{label}の{reading}", lines=_kana(kana) if recorded else (BLANK,))
    return kana_entry, Entry(label=label, lines=(or_blank(other),))


def birth(resident: Resident) -> Entry:
    """和暦 for Japanese, 西暦 for foreign residents, never both."""
    day = resident.birth.japanese() if resident.foreign is None else resident.birth.western()
    return Entry(label="生年月日", lines=(day,))


def sex(resident: Resident) -> Entry:
    """Raises RefusedError when a Japanese resident has none; 出入国在留管理庁 allows a blank for the others."""
    if resident.foreign is None and resident.sex is Sex.UNSTATED:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "性別")
    return Entry(label="性別", lines=(or_blank(resident.sex.value),))


def became_resident(resident: Resident) -> Entry:
    label = "住民となった年月日" if resident.foreign is None else "外国人住民となった年月日"
    return Entry(label=label, lines=(resident.became_resident.japanese(),))


def address_since(resident: Resident) -> Entry:
    """住所を定めた年月日 of one who moved within the municipality (法7条7号); a marked blank for the others."""
    stayed = resident.address_since == resident.became_resident
    return Entry(label="住所を定めた年月日", lines=(BLANK if stayed else resident.address_since.japanese(),))


def notified(resident: Resident) -> Entry:
    """Raises RefusedError for one who moved in and has no day: 法7条8号 records both or neither."""
    if resident.previous_address is not None and resident.notified is None:
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "届出の年月日")
    return Entry(label="届出日", lines=(_date_or_blank(resident.notified),))


def previous_address(resident: Resident) -> Entry:
    return Entry(label="転入前住所", lines=(or_blank(resident.previous_address),))


def relation(resident: Resident, *, asked: bool = True) -> Entry:
    return Entry(label="続柄", lines=(required("続柄", resident.relation if asked else LEFT_OUT),))


def individual_number(resident: Resident, *, asked: bool = True) -> Entry:
    number = required("個人番号", resident.individual_number) if asked else LEFT_OUT
    return Entry(label="個人番号", lines=(number,))


def resident_code(resident: Resident, *, asked: bool = True) -> Entry:
    code = required("住民票コード", resident.resident_code) if asked else LEFT_OUT
    return Entry(label="住民票コード", lines=(code,))


def origin(resident: Resident, *, asked: bool) -> Block:
    """本籍 and 筆頭者, or what 法30条の45 records instead; the boxes of the other are marked as unused.

    Raises RefusedError(LEGAL_ITEM_MISSING) when what was ``asked`` for is not whole.
    """
    if resident.foreign is not None:
        return _foreign(resident.foreign, asked=asked)
    place = head = LEFT_OUT
    if asked and resident.honseki is not None:
        place = required("本籍", resident.honseki.place)
        head = required("筆頭者", resident.honseki.head)
    return {
        Slot.ORIGIN_HEAD: Entry(label="筆頭者", lines=(head,)),
        Slot.ORIGIN: Entry(label="本籍", lines=(place,)),
        **dict.fromkeys(_ONLY_FOREIGN, Entry(label=UNUSED)),
    }


def kept_for(resident: Resident) -> OptionalItem:
    """The item of origin that this resident's record has."""
    return OptionalItem.HONSEKI if resident.foreign is None else OptionalItem.FOREIGN


def lacks(resident: Resident) -> frozenset[OptionalItem]:
    """Items that cannot exist for this resident: 本籍 of a foreign one, 在留資格等 of a Japanese one."""
    return frozenset({OptionalItem.HONSEKI, OptionalItem.FOREIGN} - {kept_for(resident)})


def _foreign(status: ForeignStatus, *, asked: bool) -> Block:
    expires = None if status.expires_on is None else western_date(status.expires_on)
    recorded = {
        Slot.ORIGIN_HEAD: ("国籍・地域", status.nationality),
        Slot.ORIGIN: ("法第30条の45に規定する区分", status.category),
        Slot.RESIDENCE_STATUS: ("在留資格", status.residence_status),
        Slot.CARD_NUMBER: ("在留カード等の番号", status.card_number),
        Slot.PERIOD: ("在留期間等", status.period_of_stay),
        Slot.EXPIRY: ("在留期間の満了の日", expires),
    }
    if not asked:
        return {slot: Entry(label=label, lines=(LEFT_OUT,)) for slot, (label, _) in recorded.items()}
    if status.category not in _FOREIGN_DUTIES:  # what it must print cannot be known
        raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, "法第30条の45に規定する区分")
    duties = {"国籍・地域", *_FOREIGN_DUTIES[status.category]}
    if status.category == "中長期在留者" and status.residence_status not in _WITHOUT_PERIOD:
        duties |= {"在留期間等", "在留期間の満了の日"}
    return {
        slot: Entry(label=label, lines=(required(label, value) if label in duties else or_blank(value),))
        for slot, (label, value) in recorded.items()
    }


def _kana(value: str | None) -> tuple[str, ...]:
    """振り仮名 and 片仮名表記 are printed once confirmed; until then the box stays empty (令和7年5月26日施行)."""
    text = (value or "").strip()
    return (text,) if text else ()


def _date_or_blank(day: RecordedDate | None) -> str:
    return BLANK if day is None else day.japanese()
