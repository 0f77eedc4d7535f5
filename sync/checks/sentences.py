"""What the operator reads about a change that was set aside: what is wrong, where, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from sync.checks.faults import Fault, Sentence
from sync.checks.place import Place
from sync.checks.remedies import remedy_of
from sync.checks.terms import ROWS, terms_of
from sync.checks.unreadable import defect_of, item_of

SENTENCES: Mapping[Fault, Sentence] = {
    Fault.UNREADABLE: Sentence("{items}{defect}。", "{items}{defect}."),
    Fault.WAITS_FOR_CORRECTION: Sentence(
        "この者の先の異動が保留中のため、訂正の異動を待っています。",
        "an earlier change of this person is set aside, so this one waits for a correction.",
    ),
    Fault.WAITS_FOR_SECOND_HALF: Sentence(
        "改製・再製の消除のため、対になる記載を待っています。",
        "this is the removal half of a renewal, which waits for its entry half.",
    ),
    Fault.DAY_IN_FUTURE: Sentence(
        "異動日が入力日より後です。後の日を異動日にできるのは転出だけです。",
        "the day of the change (異動日) lies after the day of entry, which only a move-out (転出) may.",
    ),
    Fault.DATE_AFTER_ENTRY: Sentence(
        "{items}が入力日より後の日です。", "{items} lies after the day of entry."
    ),
    Fault.REMOVED_ON_ANOTHER_DAY: Sentence(
        "{items}が異動日と一致しません。", "{items} is not the day of the change (異動日)."
    ),
    Fault.BORN_LATER: Sentence(
        "{items}が異動日より後です。", "{items} lies after the day of the change (異動日)."
    ),
    Fault.NOT_THE_DAY_OF_BIRTH: Sentence(
        "出生の異動日が{items}と一致しません。",
        "the day of the change (異動日) of a birth is not the {items}.",
    ),
    Fault.WRONG_HISTORY: Sentence(
        "履歴番号が直前の履歴の次の番号ではありません。",
        "the history number (履歴番号) is not the one after the last.",
    ),
    Fault.ALREADY_RESIDENT: Sentence(
        "既に住民である者を記載しようとしています。", "this person is entered and is a resident already."
    ),
    Fault.UNKNOWN_RESIDENT: Sentence(
        "この宛名番号の者は証明発行サーバーの写しにいません。",
        "nobody in the copy has this resident number (宛名番号).",
    ),
    Fault.NOT_CURRENT: Sentence("この者は既に消除されています。", "this person is no longer a resident."),
    Fault.NOBODY_REMOVED: Sentence(
        "消除の異動ですが、消除される者がいません。", "this is a removal and nobody is removed by it."
    ),
    Fault.STATUS_CHANGED: Sentence(
        "異動事由と消除区分の変化が一致しません。",
        "the reason (異動事由) does not lead to this residency status (消除区分).",
    ),
    Fault.NOT_ONLY_ADDRESS: Sentence(
        "転居で住所以外の項目{items}が変わっています。",
        "a move within the municipality (転居) changes more than the address: {items}.",
    ),
    Fault.NOT_ONLY_HOUSEHOLD: Sentence(
        "異動していない世帯員の、世帯以外の項目{items}が変わっています。",
        "a member who stays is changed in more than the household's items: {items}.",
    ),
    Fault.NOT_ONLY_THESE_ITEMS: Sentence(
        "異動事由「{detail}」では変わらない項目{items}が変わっています。",
        "the reason {detail} does not change {items}, and this change does.",
    ),
    Fault.NOTHING_CHANGED: Sentence(
        "異動事由「{detail}」に必要な変更が{items}にありません。",
        "the reason {detail} must change {items}, and this change does not.",
    ),
    Fault.NATIONALITY: Sentence(
        "日本人・外国人の別（戸籍の表示と国籍・地域）が異動事由「{detail}」と一致しません。",
        "being Japanese or foreign (戸籍の表示, 国籍・地域) does not agree with the reason {detail}.",
    ),
    Fault.NOT_ONE_HEAD: Sentence(
        "この者の世帯の世帯主が一人になりません（いないか、二人以上です）。",
        "the household of this person would have no head, or more than one.",
    ),
    Fault.WRONG_HEAD_NAME: Sentence(
        "{items}が世帯主の氏名（外国人は通称・漢字名を含む。）と一致しません。",
        "{items} is not the name (or alias or kanji name) of the head of the household.",
    ),
    Fault.NOT_ONE_ADDRESS: Sentence(
        "同じ世帯の者の{items}が一致しません。", "the members of one household do not have the same {items}."
    ),
    Fault.SEAL_EXISTS: Sentence(
        "既に有効な印鑑登録があります。", "this person has a seal registration in force already."
    ),
    Fault.NO_SEAL: Sentence(
        "廃止又は改印の対象となる印鑑登録がないか、異動後の登録が異動事由と一致しません。",
        "there is no seal registration to end or change, or the row does not agree with the reason.",
    ),
    Fault.SEAL_DAYS: Sentence(
        "{items}が印鑑登録日より前です。", "{items} lies before the day of registration."
    ),
    Fault.UNDER_FIFTEEN: Sentence(
        "15歳未満の者の印鑑登録です。", "a seal is registered for somebody under 15 years of age."
    ),
    Fault.UNKNOWN_SUPPRESSION: Sentence(
        "解除の対象となる抑止がありません。", "there is no suppression of this key to release."
    ),
    Fault.SUPPRESSION_MISMATCH: Sentence(
        "抑止の対象者が登録時と異なるか、解除の区分が異動事由と一致しません。",
        "the suppression is for somebody else than when it was set, or it contradicts its reason.",
    ),
    Fault.TEMPORARY_RELEASE: Sentence(
        "抑止の一時解除は連携の対象ではありません。抑止は続いています。",
        "a temporary release (一時解除) is not linked: the suppression stands.",
    ),
    Fault.SERIAL_OF_ANOTHER: Sentence(
        "電子証明書の発行番号が他の者に登録されています。",
        "the serial number of the card's certificate belongs to another person.",
    ),
    Fault.UNKNOWN_SERIAL: Sentence(
        "電子証明書の発行番号の登録・削除が写しの状態と一致しません（登録がない、又は既に削除されています）。",
        "the serial number of the card's certificate is not registered, or was removed already.",
    ),
}
"""By fault, with places for the items, the reason and what is wrong with the item."""


def sentence_of(fault: Fault, where: str) -> Sentence:
    """What is wrong, where, and what to do, in whole sentences without any value of the row."""
    place = Place.read(where)
    what, todo = what_of(fault, place), remedy_of(fault, place.stream)
    return Sentence(what.ja + todo.ja, f"{what.en} {todo.en}")


def what_of(fault: Fault, place: Place) -> Sentence:
    """What is wrong and where; rows are counted from 1, as an operator counts."""
    items = _items(fault, place)
    defect = defect_of(place) if fault is Fault.UNREADABLE else Sentence("", "")
    template = SENTENCES[fault]
    ja = template.ja.format(items=items.ja, detail=place.why, defect=defect.ja)
    en = template.en.format(items=items.en, detail=place.why, defect=defect.en)
    if place.row is None:
        return Sentence(ja, en[:1].upper() + en[1:])
    return Sentence(f"{place.row + 1}行目：{ja}", f"Row {place.row + 1}: {en}")


def _items(fault: Fault, place: Place) -> Sentence:
    if fault is not Fault.UNREADABLE:
        return terms_of(place.stream, place.items)
    if (item := item_of(place)) is not None:
        named = Sentence(f"「{item.ja}」", f"{item.en} ({item.ja})")
    elif place.items:
        named = terms_of(place.stream, place.items)
    elif place.row is not None:
        named = Sentence("この行", "the row")
    elif place.stream is not None:
        named = Sentence(f"「{ROWS[place.stream].ja}」", f"the list of {ROWS[place.stream].en}")
    else:
        named = Sentence("異動の内容", "the change")
    return Sentence(named.ja, f"{named.en} ")
