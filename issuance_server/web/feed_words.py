"""Words of the operator's view of the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from certificates.domain.clock import JST
from issuance_server.feed_status import DESK_TROUBLES, DeskStatus
from sync.checks.faults import Sentence

DESK: Mapping[str, Sentence] = {
    "nobody": Sentence(
        "照会先が設定されていません。交付の可否は、異動データの鮮度だけで決めています。",
        "No registry is set to be asked: issuing rests on the feed and its age alone.",
    ),
    "not-yet": Sentence(
        "まだ照会していません。次の交付申請から照会します。",
        "Not asked yet: the next order will ask.",
    ),
    "answers": Sentence(
        "応答しています。交付のたびに、その世帯の最新の異動番号を確かめています。",
        "It answers: at every issue the household's latest number is confirmed.",
    ),
    "desk-slow": Sentence(
        "照会窓口が応答しません。異動データは届いているので、確かめられない交付はすべて断っています（しばらくして再申請できます）。"
        "住民記録システムの照会窓口と通信路を確かめてください。",
        "The registry's desk does not answer while its feed is alive: what cannot be confirmed is refused and may be tried "
        "again. Look at the registry's desk and the line to it.",
    ),
    "desk-silent": Sentence(
        "照会窓口も異動データも途絶えています（障害時）。鮮度の上限までは手元の写しで交付し、照会していないことを記録しています。"
        "住民記録システムと通信路を確かめてください。",
        "Desk and feed are silent (障害時): up to the allowed age certificates are issued from the copy, and the record says "
        "that nobody was asked. Look at the registry and the line.",
    ),
    "desk-lost": Sentence(
        "照会窓口も異動データも、鮮度の上限を超えて途絶えています。何も交付しません。住民記録システムと通信路を確かめてください。",
        "Desk and feed have been silent past the allowed age: nothing is issued. Look at the registry and the line.",
    ),
    "desk-unusable": Sentence(
        "照会窓口の応答が正しくないため、交付を断っています。照会先の設定、証明書、双方の版を確かめてください。",
        "The desk's answers cannot be used: what cannot be confirmed is refused. Look at the address, the X.509 "
        "certificates and the versions of both ends.",
    ),
}

TROUBLES: Mapping[str, Sentence] = {
    "never-loaded": Sentence(
        "全件データがまだ取り込まれていません。何も交付できません。全件を取り込んでください（load-full）。",
        "No full load was ever taken in: nothing is issued. Take one in (load-full).",
    ),
    "conflict": Sentence(
        "同じ番号に内容の異なる異動が届きました。何も適用せず、何も交付しません。全件を取り込んでください（load-full）。",
        "One number came with two contents: nothing is applied and nothing issued until a full load (load-full).",
    ),
    "gap": Sentence(
        "届いていない異動があります。揃うまで何も交付しません。住民記録システムからの送信を確かめてください。",
        "Changes are missing: nothing is issued until they are here. Look at the registry's transmission.",
    ),
    "stale": Sentence(
        "住民記録システムからの連絡が上限を超えて途絶えています。何も交付しません。通信を確かめてください。",
        "The registry has been silent for longer than is allowed: nothing is issued. Look at the line.",
    ),
    "set-aside": Sentence(
        "保留中の異動があります。名指しされた者と世帯には交付しません。下の表のとおり訂正を送ってください。",
        "Changes are set aside: nothing is issued for those whom they name. Send the corrections named below.",
    ),
    "doubts": Sentence(
        "整合性確認で住民記録システムと異なる者が見つかりました。直るまでその者には交付しません。",
        "A reconciliation found people who differ from the registry: nothing is issued for them until set right.",
    ),
    **{name: DESK[name] for name in sorted(DESK_TROUBLES)},
}

UNPLACED = Sentence("世帯 不明（照会中）", "household unknown, being asked for")

STREAMS: Mapping[str, Sentence] = {
    "residents": Sentence("住民", "Residents"),
    "seals": Sentence("印鑑登録", "Seals"),
    "suppressions": Sentence("発行抑止", "Suppressions"),
    "cards": Sentence("電子証明書", "Cards"),
}


def desk_words(desk: DeskStatus) -> Sentence:
    """How the desk answers, and what issuing does meanwhile."""
    return DESK[desk.state]


def moment_words(moment: datetime) -> str:
    """Japanese time, to the second."""
    return moment.astimezone(JST).strftime("%Y-%m-%d %H:%M:%S")


def age_words(seconds: int | None) -> Sentence:
    """「3分12秒」 and "3 min 12 s"."""
    if seconds is None:
        return Sentence("―", "–")
    days, rest = divmod(seconds, 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, rest = divmod(rest, 60)
    parts = [(days, "日", "d"), (hours, "時間", "h"), (minutes, "分", "min"), (rest, "秒", "s")]
    first = next((place for place, (count, _, _) in enumerate(parts) if count), len(parts) - 1)
    shown = [part for part in parts[first : first + 2] if part[0] or part is parts[first]]
    return Sentence(
        "".join(f"{count}{ja}" for count, ja, _ in shown), " ".join(f"{count} {en}" for count, _, en in shown)
    )
