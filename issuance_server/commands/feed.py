"""The verb that says how the registry's feed stands, for people and for a monitor."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from certificates.errors import ConfigurationError
from issuance_server.adapters.sql.schema import require_head
from issuance_server.commands.parsing import parser
from issuance_server.compose import feed_watch, load_municipality, open_copy
from issuance_server.feed_status import DeskStatus, FeedStatus
from issuance_server.settings import DATABASE, Settings
from issuance_server.web.feed_page import page
from issuance_server.web.feed_words import TROUBLES, UNPLACED, age_words, desk_words, moment_words

STATUS = (
    "how the registry's feed and desk stand and what is set aside; exit code 0: all is well, 1: something is set aside, "
    "missing, in conflict, in doubt or too old, the desk gave no answer when it was last asked, or nothing was ever loaded"
)


def feed_status(settings: Settings, arguments: Sequence[str]) -> int:
    options = parser("feed-status", STATUS)
    options.add_argument("--html", type=Path, metavar="FILE", help="write the page for a browser as well")
    target: Path | None = options.parse_args(arguments).html

    async def work() -> FeedStatus:
        municipality = load_municipality(settings)
        async with open_copy(settings) as engine:
            await require_head(engine, DATABASE)
            return await feed_watch(settings, engine, municipality)()

    status = asyncio.run(work())
    print(report(status))
    if target is not None:
        try:
            target.write_text(page(status), encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(str(target), f"cannot be written: {error.strerror}") from error
    return 1 if status.troubles else 0


def _desk(desk: DeskStatus) -> list[str]:
    def at(moment: datetime | None) -> str:
        return moment_words(moment) if moment is not None else "-"

    lines = [
        f"照会窓口 / desk         {desk_words(desk).ja}",
        f"                        {desk_words(desk).en}",
    ]
    if desk.asked_at is not None:
        lines += [
            f"  最後の照会 / asked    {at(desk.asked_at)}",
            f"  最後の応答 / answered {at(desk.answered_at)}",
            f"  以後の失敗 / failed   {desk.failed:,}",
        ]
    return lines


def report(status: FeedStatus) -> str:
    """The status as lines of text in both languages; 宛名番号 is shown, because an operator has to act on it."""
    lines = [
        f"{status.name} ({status.municipality})  {moment_words(status.asked_at)}",
        f"適用済み / applied      {status.applied:,}",
        f"受領通知 / known        {status.known:,}",
        f"最終全件 / full load    {status.loaded:,}",
        f"鮮度 / age              {age_words(status.age_seconds).ja} (上限 / limit {status.max_age_seconds} s)",
        f"保留 / set aside        {status.set_aside:,}  (訂正済み / set right {status.corrected:,})",
        f"停止中 / blocked        {status.blocked_residents:,} 人, {status.blocked_households:,} 世帯",
        *_desk(status.desk),
    ]
    lines += [f"! {TROUBLES[name].ja}\n  {TROUBLES[name].en}" for name in status.troubles]
    for entry in status.changes:
        at = moment_words(entry.at) if entry.at is not None else "-"
        lines += [
            "",
            f"番号 / no. {entry.sequence:,}  {at}  {entry.reason or '-'}  [{entry.fault}]",
            f"  宛名番号 {', '.join(entry.residents) or '-'}  世帯番号 {', '.join(entry.households) or '-'}",
            *([f"  {UNPLACED.ja} / {UNPLACED.en}"] if entry.unplaced else []),
            f"  {entry.ja}",
            f"  → {entry.todo_ja}",
            f"  {entry.en}",
            f"  → {entry.todo_en}",
        ]
    if len(status.changes) < status.set_aside:
        lines += ["", f"ほか / and {status.set_aside - len(status.changes):,} more"]
    return "\n".join(lines)
