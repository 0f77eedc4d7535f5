"""Words of the operator's view of the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from certificates.domain.clock import JST
from sync.checks.faults import Sentence

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
}

STREAMS: Mapping[str, Sentence] = {
    "residents": Sentence("住民", "Residents"),
    "seals": Sentence("印鑑登録", "Seals"),
    "suppressions": Sentence("発行抑止", "Suppressions"),
    "cards": Sentence("電子証明書", "Cards"),
}


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
