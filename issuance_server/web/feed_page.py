"""The operator's page about the registry's feed: one document, no script, nothing loaded from elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from html import escape
from pathlib import Path

from issuance_server.feed_status import DESK_TROUBLES, AsideEntry, FeedStatus
from issuance_server.web.feed_words import STREAMS, TROUBLES, UNPLACED, age_words, desk_words, moment_words
from sync.checks.faults import Sentence

_STYLE = Path(__file__).with_name("feed_page.css")


def page(status: FeedStatus) -> str:
    """HTML of the whole page; Japanese first, English beside it."""
    return f"""<!doctype html>
<html lang="ja">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>異動データの受領状況 – {escape(status.name)}</title>
<style>{_STYLE.read_text(encoding="utf-8")}</style>
</head>
<body>
<header>
<div><h1>異動データの受領状況 <span lang="en">Registry feed</span></h1>
<p>{escape(status.name)}（{escape(status.municipality)}）　証明発行サーバー <span lang="en">issuance server</span></p></div>
<p class="when">{moment_words(status.asked_at)} 現在<br><span lang="en">Japanese time</span></p>
</header>
<main>
{_verdict(status)}
{_figures(status)}
{_desk(status)}
{_changes(status)}
</main>
<footer>この画面は個人を特定できる番号を含みます。席を離れるときは閉じてください。
<span lang="en">This page shows numbers of residents: close it when you leave your desk.</span></footer>
</body>
</html>
"""


def _both(words: Sentence) -> str:
    return f'{escape(words.ja)} <span lang="en">{escape(words.en)}</span>'


def _verdict(status: FeedStatus) -> str:
    if not status.troubles:
        fine = Sentence(
            "正常です。すべての異動が反映されています。", "All is well: every change is in the copy."
        )
        return f'<section class="verdict fine" role="status"><p>{_both(fine)}</p></section>'
    stops = set(status.troubles) - {"set-aside", "doubts", "desk-silent"}
    items = "".join(f"<li>{_both(TROUBLES[name])}</li>" for name in status.troubles)
    return f'<section class="verdict {"stop" if stops else "act"}" role="alert"><ul>{items}</ul></section>'


def _figures(status: FeedStatus) -> str:
    age, limit = age_words(status.age_seconds), age_words(status.max_age_seconds)
    missing = max(0, status.known - status.applied)
    lack = f"未着 {missing:,} 件 / {missing:,} missing" if missing else "未着なし / none missing"
    conflict = "―" if status.conflict is None else f"{status.conflict:,}"
    figures = [
        ("適用済みの番号", "Applied up to", f"{status.applied:,}", lack, "gap" in status.troubles),
        ("送信側の番号", "Registry's number", f"{status.known:,}", "", False),
        (
            "最後の連絡から",
            "Since last heard",
            f"{escape(age.ja)}",
            f"上限 {limit.ja} / limit {limit.en}",
            "stale" in status.troubles,
        ),
        (
            "最後の全件",
            "Last full load",
            f"{status.loaded:,}" if status.heard_at is not None else "―",
            "番号 / number",
            "never-loaded" in status.troubles,
        ),
        ("衝突した番号", "Conflict at", conflict, "", status.conflict is not None),
        (
            "保留中の異動",
            "Set aside",
            f"{status.set_aside:,}",
            f"訂正済み {status.corrected:,} / set right {status.corrected:,}",
            status.set_aside > 0,
        ),
        (
            "交付停止中",
            "Blocked",
            f"{status.blocked_residents:,}<small>人</small>",
            f"{status.blocked_households:,} 世帯 / households",
            status.blocked_residents > 0,
        ),
        ("整合性確認の相違", "In doubt", f"{status.doubts:,}", "", status.doubts > 0),
    ]
    return _cells(figures)


def _cells(figures: Sequence[tuple[str, str, str, str, bool]]) -> str:
    """Each: Japanese and English name, value, note, whether something is wrong with it."""
    cells = "".join(
        f'<div class="figure{" wrong" if wrong else ""}"><dt>{ja} <span lang="en">{en}</span></dt>'
        f"<dd>{value}</dd><dd class=note>{note}</dd></div>"
        for ja, en, value, note, wrong in figures
    )
    return f'<dl class="figures">{cells}</dl>'


def _desk(status: FeedStatus) -> str:
    desk = status.desk
    title = '<h2>交付時の照会窓口 <span lang="en">The desk asked at every issue</span></h2>'
    # what is wrong with it stands on top of the page already
    words = "" if desk.state in DESK_TROUBLES else f'<p class="none">{_both(desk_words(desk))}</p>'
    if desk.asked_at is None:
        return f'<section class="desk">{title}{words}</section>'

    def since(moment: datetime | None) -> tuple[str, str]:
        if moment is None:
            return "―", "一度もありません / never"
        passed = age_words(max(0, int((status.asked_at - moment).total_seconds())))
        return f"{escape(passed.ja)}<small>前</small>", moment_words(moment)

    figures = [
        ("最後の照会", "Last asked", *since(desk.asked_at), False),
        ("最後の応答", "Last answered", *since(desk.answered_at), desk.state in DESK_TROUBLES),
        ("その後の失敗", "Failed since", f"{desk.failed:,}<small>回</small>", "", desk.failed > 0),
    ]
    return f'<section class="desk">{title}{words}{_cells(figures)}</section>'


def _changes(status: FeedStatus) -> str:
    title = '<h2>保留中の異動 <span lang="en">Changes set aside</span></h2>'
    if not status.changes:
        return f'<section>{title}<p class="none">ありません。<span lang="en">None.</span></p></section>'
    rows = "".join(_row(entry) for entry in status.changes)
    more = status.set_aside - len(status.changes)
    rest = (
        f'<p class="none">ほか {more:,} 件 <span lang="en">and {more:,} more</span></p>' if more > 0 else ""
    )
    return f"""<section>{title}
<table>
<thead><tr><th scope="col">番号 <span lang="en">Number</span></th><th scope="col">異動 <span lang="en">Change</span></th>
<th scope="col">対象者 <span lang="en">Concerns</span></th>
<th scope="col">理由 <span lang="en">What is wrong</span></th>
<th scope="col">対応 <span lang="en">What to do</span></th></tr></thead>
<tbody>{rows}</tbody>
</table>{rest}</section>"""


def _row(entry: AsideEntry) -> str:
    at = moment_words(entry.at) if entry.at is not None else "―"
    stream = STREAMS[entry.stream]
    people = "".join(f"<li><code>{escape(number)}</code></li>" for number in entry.residents)
    homes = "".join(f"<li>世帯 <code>{escape(number)}</code></li>" for number in entry.households)
    if entry.unplaced:
        homes += f"<li>{_both(UNPLACED)}</li>"
    return f"""<tr>
<th scope="row">{entry.sequence:,}</th>
<td><b>{escape(entry.reason) or "―"}</b><br>{_both(stream)}<br><time>{at}</time></td>
<td><ul>{people}{homes}</ul></td>
<td><p>{escape(entry.ja)}</p><p lang="en">{escape(entry.en)}</p><code class="fault">{escape(entry.fault)}</code></td>
<td><p>{escape(entry.todo_ja)}</p><p lang="en">{escape(entry.todo_en)}</p></td>
</tr>"""
