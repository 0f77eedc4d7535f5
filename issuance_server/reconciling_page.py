"""What a reconciliation found as one HTML document for the operator: no script, nothing loaded from elsewhere."""

from __future__ import annotations

from html import escape

from sync.reconcile.compare import How
from sync.reconcile.report import Finding, Outcome, Report

_STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK JP",sans-serif;color:#1d2733;background:#f4f6f8;margin:0}
main{max-width:68rem;margin:2rem auto;padding:0 1.5rem}
h1{font-size:1.5rem;margin:0 0 .25rem} [lang=en]{color:#5b6b7b;font-size:.875em}
.verdict{border-left:.4rem solid;padding:.75rem 1.25rem;background:#fff;margin:1.5rem 0;font-size:1.1rem}
.equal{border-color:#1a7f4b} .repaired{border-color:#b26a00} .open{border-color:#b3261e}
dl{display:grid;grid-template-columns:repeat(auto-fit,minmax(12rem,1fr));gap:1rem;margin:0 0 1.5rem}
dl div{background:#fff;padding:.75rem 1rem} dt{font-size:.875rem;color:#5b6b7b}
dd{margin:0;font-size:1.25rem;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;width:100%;background:#fff} caption{text-align:left;padding:.5rem 0}
th,td{text-align:left;padding:.4rem .75rem;border-bottom:1px solid #dde3e9;vertical-align:top}
td{font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
@media print{body{background:#fff}}
"""
_OUTCOMES = {
    Outcome.REPAIRED: ("訂正済み", "set right"),
    Outcome.BLOCKED: ("相違あり・発行停止中", "wrong, issuing blocked"),
    Outcome.UNDECIDED: ("異動処理中のため判定できず", "undecided, changes on their way"),
    Outcome.SET_ASIDE: ("保留中の異動による相違", "a change is set aside"),
    Outcome.ERASED: ("保存期間満了により消去済み", "erased after the legal period"),
}
_KINDS = {"resident": "住民記録", "seal": "印鑑登録", "suppression": "発行抑止", "card": "電子証明書"}
_HOW = {How.CHANGED: "内容が異なる", How.MISSING: "副本にない", How.EXTRA: "原本にない"}


def page(report: Report) -> str:
    """HTML of the whole page; Japanese first, English beside it."""
    rows = f"{report.rows:,}" if report.rows is not None else "–"
    figures = "".join(
        f"<div><dt>{name} <span lang='en'>{english}</span></dt><dd>{value}</dd></div>"
        for name, english, value in (
            ("照合した行", "rows compared", rows),
            ("相違した行", "rows that differed", f"{report.differing_rows:,}"),
            ("該当世帯", "households", f"{len(report.households()):,}"),
            ("照合時点の番号", "number", f"{report.applied:,}"),
            ("通信量", "bytes exchanged", f"{report.exchanged:,}"),
            ("問合せ", "questions", f"{report.questions} / {report.rounds}"),
            ("所要時間", "seconds", f"{report.seconds:.1f}"),
        )
    )
    return f"""<!doctype html>
<html lang="ja"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>整合性確認 – {escape(report.municipality)}</title><style>{_STYLE}</style></head>
<body><main>
<h1>整合性確認の結果 <span lang="en">Reconciliation with the registry</span></h1>
<p>{escape(report.municipality)}　{report.at:%Y-%m-%d %H:%M:%S} UTC</p>
{_verdict(report)}
<dl>{figures}</dl>
{_table(report)}
<p>この文書は個人を特定できる番号を含みます。<span lang="en">This page shows numbers of residents.</span></p>
</main></body></html>
"""


def _verdict(report: Report) -> str:
    if report.is_equal:
        return _words("equal", "副本は原本と一致しています。", "The copy equals the registry.")
    if report.is_set_right:
        return _words(
            "repaired",
            "相違がありましたが、すべて原本のとおり訂正しました。",
            "Rows differed; all have been set right.",
        )
    if report.is_undecided:
        return _words(
            "repaired",
            "異動処理が続き、判定できなかった区画があります。次の照合で確かめます。ほかに相違は残っていません。",
            "Changes kept coming, so some leaves could not be judged; the next run looks again. Nothing else differs.",
        )
    return _words(
        "open",
        "相違が残っています。該当者への発行は停止しています。",
        "Rows still differ; nothing is issued for the people concerned.",
    )


def _words(look: str, japanese: str, english: str) -> str:
    return f'<p class="verdict {look}" role="status">{japanese}<br><span lang="en">{english}</span></p>'


def _table(report: Report) -> str:
    if not report.findings:
        return ""
    body = "".join(_rows(finding) for finding in report.findings)
    heads = (
        ("宛名番号等", "subject"),
        ("世帯番号", "household"),
        ("相違", "difference"),
        ("処理", "outcome"),
    )
    head = "".join(
        f'<th scope="col">{name}<br><span lang="en">{english}</span></th>' for name, english in heads
    )
    return f"<table><caption>相違の一覧</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _subject(finding: Finding) -> str:
    if finding.outcome is Outcome.UNDECIDED:
        return f"区画 / leaf {finding.subject}"
    return finding.subject[1:]


def _rows(finding: Finding) -> str:
    differences = "<br>".join(
        f"{_KINDS.get(row.kind, escape(row.kind))} {escape(row.key)}：{_HOW[row.how]}" for row in finding.rows
    )
    households = "<br>".join(escape(household) for household in finding.households) or "–"
    japanese, english = _OUTCOMES[finding.outcome]
    return (
        f"<tr><td>{escape(_subject(finding))}</td><td>{households}</td><td>{differences or '–'}</td>"
        f'<td>{japanese}<br><span lang="en">{english}</span></td></tr>'
    )
