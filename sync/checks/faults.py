"""Why a change was set aside, in the two languages that the operator reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """A change that fails a check at reception is quarantined with one of these; it is never dropped."""

    UNREADABLE = "unreadable"
    WAITS_FOR_CORRECTION = "waits-for-correction"
    WAITS_FOR_SECOND_HALF = "waits-for-second-half"
    DAY_IN_FUTURE = "day-in-future"
    WRONG_HISTORY = "wrong-history"
    ALREADY_RESIDENT = "already-resident"
    UNKNOWN_RESIDENT = "unknown-resident"
    NOT_CURRENT = "not-current"
    NOBODY_REMOVED = "nobody-removed"
    STATUS_CHANGED = "status-changed"
    NOT_ONLY_ADDRESS = "not-only-address"
    NOT_ONLY_HOUSEHOLD = "not-only-household"
    NOT_ONE_HEAD = "not-one-head"
    SEAL_EXISTS = "seal-exists"
    NO_SEAL = "no-seal"
    UNKNOWN_SUPPRESSION = "unknown-suppression"
    SUPPRESSION_MISMATCH = "suppression-mismatch"
    SERIAL_OF_ANOTHER = "serial-of-another"
    UNKNOWN_SERIAL = "unknown-serial"


@dataclass(frozen=True, slots=True)
class Sentence:
    ja: str
    en: str


SENTENCES: dict[Fault, Sentence] = {
    Fault.UNREADABLE: Sentence("異動データの項目を読み取れません。", "An item of the change cannot be read."),
    Fault.WAITS_FOR_CORRECTION: Sentence(
        "同じ宛名番号の異動が保留中のため、訂正の異動を待っています。",
        "An earlier change of the same person is set aside; this one waits for a correction.",
    ),
    Fault.WAITS_FOR_SECOND_HALF: Sentence(
        "改製・再製の消除のため、対になる記載を待っています。",
        "The removal half of a renewal waits for its entry half.",
    ),
    Fault.DAY_IN_FUTURE: Sentence(
        "異動日が入力日より後です（転出以外）。",
        "The day of the change lies in the future, and it is no move-out.",
    ),
    Fault.WRONG_HISTORY: Sentence(
        "履歴番号が直前の履歴の次の番号ではありません。", "The history number is not the next one."
    ),
    Fault.ALREADY_RESIDENT: Sentence(
        "既に住民である者の転入等です。", "Somebody who is already a resident was entered again."
    ),
    Fault.UNKNOWN_RESIDENT: Sentence(
        "宛名番号に該当する者がいません。", "There is no such person in the copy."
    ),
    Fault.NOT_CURRENT: Sentence("既に消除された者の異動です。", "The person is no longer a resident."),
    Fault.NOBODY_REMOVED: Sentence(
        "消除の異動に、消除される者がいません。", "A removal that removes nobody."
    ),
    Fault.STATUS_CHANGED: Sentence(
        "異動事由と住民区分の変化が一致しません。", "The reason does not allow this change of status."
    ),
    Fault.NOT_ONLY_ADDRESS: Sentence(
        "転居で住所以外の項目が変わっています。",
        "A move within the municipality changes more than the address.",
    ),
    Fault.NOT_ONLY_HOUSEHOLD: Sentence(
        "世帯員の行で世帯に関する項目以外が変わっています。",
        "A row of a remaining member changes more than the household's items.",
    ),
    Fault.NOT_ONE_HEAD: Sentence(
        "世帯主が一人ではない世帯になります。", "A household would not have exactly one head."
    ),
    Fault.SEAL_EXISTS: Sentence("既に印鑑登録があります。", "The person already has a seal registration."),
    Fault.NO_SEAL: Sentence(
        "廃止・改印の対象となる印鑑登録がありません。", "There is no seal registration to end or change."
    ),
    Fault.UNKNOWN_SUPPRESSION: Sentence(
        "解除の対象となる抑止がありません。", "There is no such suppression to release."
    ),
    Fault.SUPPRESSION_MISMATCH: Sentence(
        "抑止の対象者が登録時と異なるか、事由と内容が一致しません。",
        "The suppression is about somebody else than when it was set, or contradicts its reason.",
    ),
    Fault.SERIAL_OF_ANOTHER: Sentence(
        "電子証明書の発行番号が他の者に登録されています。",
        "The card's serial number belongs to another person.",
    ),
    Fault.UNKNOWN_SERIAL: Sentence(
        "電子証明書の発行番号の登録・削除の内容が写しと一致しません。",
        "The card's serial number is not in the state that this change needs.",
    ),
}
