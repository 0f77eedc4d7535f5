"""What the operator of the registry has to do about a change that was set aside."""

from __future__ import annotations

from collections.abc import Mapping

from sync.change.reasons import Stream
from sync.checks.faults import Fault, Sentence

_OF_STREAMS: Mapping[Stream | None, Sentence] = {
    Stream.RESIDENTS: Sentence(
        "住民記録システムで内容を確かめ、この異動が名指しする全員について、正しい内容の訂正の異動（誤記修正・職権修正など）を"
        "次の履歴番号で送ってください。",
        "Check it in the resident-record system and send a correction (誤記修正, 職権修正 …) with the right contents "
        "and the next history number for everybody whom this change names.",
    ),
    Stream.SEALS: Sentence(
        "印鑑登録の内容を確かめ、この者の正しい印鑑登録の異動を、次の履歴番号で送ってください。",
        "Check the seal registration and send the right change of this person's seal with the next history number.",
    ),
    Stream.SUPPRESSIONS: Sentence(
        "抑止の内容を確かめ、同じ抑止番号・同じ対象者で正しい異動を送ってください。",
        "Check the suppression and send the right change with the same key for the same person or household.",
    ),
    Stream.CARDS: Sentence(
        "電子証明書の発行番号と持ち主を確かめ、同じ発行番号の正しい異動を送ってください。",
        "Check the serial number and whose it is, and send the right change with the same serial number.",
    ),
    None: Sentence(
        "住民記録システムで内容を確かめ、正しい内容の異動をもう一度（住民の行は訂正の異動として）送ってください。",
        "Check it in the resident-record system and send the change again with the right contents "
        "(rows of residents as a correction).",
    ),
}

_OF_FAULTS: Mapping[Fault, Sentence] = {
    Fault.WAITS_FOR_CORRECTION: Sentence(
        "先に保留された異動の訂正の異動を、この異動の内容も含めて送ってください。",
        "Send the correction of the change that was set aside before; let it hold what this change says as well.",
    ),
    Fault.WAITS_FOR_SECOND_HALF: Sentence(
        "対になる改製・再製の記載を送ってください。", "Send the entry half (改製・再製の記載)."
    ),
    Fault.TEMPORARY_RELEASE: Sentence(
        "一時解除の間の交付は窓口で行ってください。抑止を終えるときだけ発行抑止の解除を送り、続けるときは同じ抑止番号の発行抑止を"
        "もう一度送ってください。",
        "Issue at the counter while it lasts. Send a release (発行抑止の解除) only when the suppression ends; where it "
        "goes on, send the suppression (発行抑止) with the same key once more.",
    ),
    Fault.UNDER_FIFTEEN: Sentence(
        "生年月日を確かめてください。登録が誤りなら印鑑登録の廃止を、生年月日が誤りなら住民の訂正の異動と、その後に印鑑登録を、"
        "次の履歴番号で送ってください。",
        "Check the date of birth. If the registration is wrong, send its abolition (印鑑登録の廃止); if the date is wrong, "
        "send a correction of the resident and then the registration again, each with the next history number.",
    ),
    Fault.SERIAL_OF_ANOTHER: Sentence(
        "発行番号が誰のものかを確かめ、同じ発行番号の正しい異動を、本来の持ち主について送ってください。",
        "Find out whose the serial number is and send the right change with the same serial number for its holder.",
    ),
}


def remedy_of(fault: Fault, stream: Stream | None) -> Sentence:
    """What to do; by the stream unless the fault asks for something of its own."""
    return _OF_FAULTS.get(fault) or _OF_STREAMS[stream]
