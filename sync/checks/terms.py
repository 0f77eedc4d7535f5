"""The items of a change by the names under which a registry operator knows them, in Japanese and English."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sync.change.reasons import Stream
from sync.checks.faults import Sentence

ITEMS: Mapping[Stream, Mapping[str, Sentence]] = {
    Stream.RESIDENTS: {
        "number": Sentence("宛名番号", "resident number"),
        "history": Sentence("履歴番号", "history number"),
        "household": Sentence("世帯番号", "household number"),
        "status": Sentence("消除区分", "residency status"),
        "name": Sentence("氏名", "name"),
        "name_kana": Sentence("氏名の振り仮名", "name in kana"),
        "former_surname": Sentence("旧氏", "former surname"),
        "former_surname_kana": Sentence("旧氏の振り仮名", "former surname in kana"),
        "alias": Sentence("通称", "alias"),
        "alias_kana": Sentence("通称の振り仮名", "alias in kana"),
        "alias_history": Sentence("通称の記載及び削除に関する事項", "record of aliases"),
        "birth": Sentence("生年月日", "date of birth"),
        "sex": Sentence("性別", "sex"),
        "relation": Sentence("続柄", "relation to the head"),
        "household_head": Sentence("世帯主名", "name of the head"),
        "honseki": Sentence("戸籍の表示", "family register"),
        "foreign": Sentence("国籍・地域等（法30条の45）", "foreign resident's items"),
        "address": Sentence("住所", "address"),
        "became_resident": Sentence("住民となった年月日", "day of becoming a resident"),
        "address_since": Sentence("住所を定めた年月日", "day of taking this address"),
        "notified": Sentence("届出の年月日", "day of notification"),
        "previous_address": Sentence("従前の住所", "previous address"),
        "individual_number": Sentence("個人番号", "Individual Number"),
        "resident_code": Sentence("住民票コード", "resident record code"),
        "removed_on": Sentence("消除日（転出予定日）", "day of removal or planned move-out"),
        "planned_destination": Sentence("転出先住所（予定）", "planned destination"),
        "confirmed_destination": Sentence("転出先住所（確定）", "confirmed destination"),
        "renewed_on": Sentence("改製年月日", "day of renewal"),
    },
    Stream.SEALS: {
        "resident": Sentence("宛名番号", "resident number"),
        "history": Sentence("履歴番号", "history number"),
        "registration_number": Sentence("印鑑登録番号", "seal registration number"),
        "registered_on": Sentence("印鑑登録日", "day of registration"),
        "imprint": Sentence("印影", "imprint"),
        "cancelled_on": Sentence("廃止日", "day of abolition"),
    },
    Stream.SUPPRESSIONS: {
        "key": Sentence("抑止番号", "suppression key"),
        "reason": Sentence("抑止の事由", "reason of suppression"),
        "since": Sentence("抑止の開始日", "first day of suppression"),
        "until": Sentence("抑止の終了予定日", "planned last day of suppression"),
        "resident": Sentence("宛名番号", "resident number"),
        "household": Sentence("世帯番号", "household number"),
        "released": Sentence("解除の区分", "whether released"),
    },
    Stream.CARDS: {
        "serial": Sentence("電子証明書の発行番号", "card certificate serial number"),
        "resident": Sentence("宛名番号", "resident number"),
        "issuer": Sentence("電子証明書の発行者", "card certificate issuer"),
        "removed": Sentence("削除の区分", "whether removed"),
    },
}

PARTS: Mapping[str, Sentence] = {
    "year": Sentence("年", "year"),
    "month": Sentence("月", "month"),
    "day": Sentence("日", "day"),
    "note": Sentence("記載どおりの日付", "date as worded"),
    "place": Sentence("本籍", "registered domicile"),
    "head": Sentence("筆頭者", "first person of the family register"),
    "nationality": Sentence("国籍・地域", "nationality"),
    "category": Sentence("法30条の45の区分", "category under article 30-45"),
    "residence_status": Sentence("在留資格", "status of residence"),
    "period_of_stay": Sentence("在留期間", "period of stay"),
    "expires_on": Sentence("在留期間の満了の日", "last day of stay"),
    "card_number": Sentence("在留カード等の番号", "residence card number"),
    "kanji_name": Sentence("併記漢字氏名", "name in kanji"),
    "alias": Sentence("通称", "alias"),
    "event": Sentence("記載・削除の別", "entered or deleted"),
    "municipality": Sentence("市町村名", "municipality"),
    "width": Sentence("幅", "width"),
    "height": Sentence("高さ", "height"),
    "dots_per_mm": Sentence("解像度", "resolution"),
    "rows": Sentence("画像", "image"),
}
"""Items within an item."""

ENVELOPE: Mapping[str, Sentence] = {
    "reason": Sentence("異動事由", "reason of the change"),
    "changed_on": Sentence("異動日", "day of the change"),
    "time": Sentence("入力日時", "time of entry"),
    "subject": Sentence("見出しの異動事由", "reason in the heading"),
    "data": Sentence("異動の内容", "contents of the change"),
}
"""Items of the change as a whole."""

ROWS: Mapping[Stream, Sentence] = {
    Stream.RESIDENTS: Sentence("住民の行", "resident rows"),
    Stream.SEALS: Sentence("印鑑登録の行", "seal rows"),
    Stream.SUPPRESSIONS: Sentence("抑止の行", "suppression rows"),
    Stream.CARDS: Sentence("電子証明書の行", "card rows"),
}


def term_of(stream: Stream | None, item: str) -> Sentence:
    """The name of an item given by its dotted field name; a field that is not ours keeps its own name."""
    top, *inner = item.split(".")
    whole = ITEMS[stream].get(top) if stream is not None else ENVELOPE.get(top)
    whole = whole or Sentence(top, top)
    if not inner:
        return whole
    part = PARTS.get(inner[-1], Sentence(inner[-1], inner[-1]))
    return Sentence(f"{whole.ja}の{part.ja}", f"{whole.en}, {part.en}")


def terms_of(stream: Stream | None, items: Iterable[str]) -> Sentence:
    """Several items in one: 「氏名、生年月日」, "name (氏名), date of birth (生年月日)"."""
    terms = [term_of(stream, item) for item in items]
    return Sentence(
        "、".join(f"「{term.ja}」" for term in terms), ", ".join(f"{term.en} ({term.ja})" for term in terms)
    )
