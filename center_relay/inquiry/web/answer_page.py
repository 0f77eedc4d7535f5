"""The answer as a page: the conclusion first, then what it rests on, the original front beside the one that was sent."""

from __future__ import annotations

import base64
from datetime import datetime
from html import escape

from anti_forgery.sheet import SheetFacts
from anti_forgery.verification import Reason
from center_relay.inquiry.ports import Asked, Compared, Difference, Match, Reading, Restored, Seen
from center_relay.inquiry.usecases.conclusions import Conclusion, SheetAnswer
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.drawings import sign
from center_relay.inquiry.web.page import Stated, form, framed
from center_relay.inquiry.web.standing_words import moment_words, standing_words
from center_relay.inquiry.web.texts import Texts
from certificates.domain.clock import JST

SHOWN_TIMES = 10


def answer_page(texts: Texts, answer: Answer, stated: Stated, at: datetime) -> str:
    many = len(answer.sheets) > 1
    sheets = "".join(
        _sheet(texts, sheet, number if many else None) for number, sheet in enumerate(answer.sheets, start=1)
    )
    nothing = "" if answer.sheets else _nothing(texts)
    asked_at = texts.html("result.at", moment=moment_words(at))
    return framed(
        texts,
        texts("result.title"),
        f"""<p class="when">{asked_at}</p>
{nothing}{sheets}{_loose(texts, answer, stated)}
<section class="more"><h2>{texts.html("site.again")}</h2>{form(texts, stated)}</section>""",
    )


def _nothing(texts: Texts) -> str:
    return (
        f'<section class="verdict rescan">{sign(Conclusion.RESCAN)}<div><h1>{texts.html("result.none")}</h1>'
        f"<p>{texts.html('result.none_text')}</p></div></section>"
    )


def _sheet(texts: Texts, answer: SheetAnswer, number: int | None) -> str:
    head = "" if number is None else f"<h2>{texts.html('result.sheet', number=number)}</h2>"
    return f"""<article class="sheet">{head}
{_verdict(texts, answer)}
{"" if answer.verdict.sheet is None else _opened(texts, answer, answer.verdict.sheet)}</article>"""


def _verdict(texts: Texts, answer: SheetAnswer) -> str:
    name = answer.conclusion.value
    why = "".join(f"<li>{texts.html(f'doubt.{doubt.value}')}</li>" for doubt in answer.doubts)
    if answer.verdict.sheet is None:
        why = f"<li>{_reason(texts, answer.verdict.reason)}</li>"
    return (
        f'<section class="verdict {name}">{sign(answer.conclusion)}<div><h1>{texts.html(f"conclusion.{name}")}</h1>'
        f"<p>{texts.html(f'conclusion.{name}_text')}</p>{f'<ul>{why}</ul>' if why else ''}</div></section>"
    )


def _reason(texts: Texts, reason: Reason) -> str:
    return texts.html(f"reason.{reason.name.lower()}")


def _opened(texts: Texts, answer: SheetAnswer, sheet: SheetFacts) -> str:
    rows = (
        ("issue_number", escape(sheet.issue_number)),
        ("issued_at", moment_words(sheet.issued_at)),
        ("standing", escape(standing_words(texts, answer.told))),
        ("page", texts.html("result.page_of", page=sheet.page, pages=sheet.pages)),
        ("copy", texts.html("result.copy_of", copy=sheet.copy)),
        ("municipality", escape(sheet.municipality)),
        ("ground", texts.html(f"ground.{answer.ground.value}")),
        ("register", f"{sheet.register_sequence:,}"),
    )
    facts = "".join(
        f"<div><dt>{texts.html(f'result.{name}')}</dt><dd>{value}</dd></div>" for name, value in rows
    )
    compared = None if answer.restored is None else answer.restored.compared
    return f"""{_differences(texts, compared)}
{_fronts(texts, answer.restored, sheet)}
<div class="columns">
<section><h2>{texts.html("result.facts")}</h2><dl>{facts}</dl></section>
{_asked(texts, answer.asked)}
</div>"""


def _asked(texts: Texts, asked: Asked | None) -> str:
    head = f"<h2>{texts.html('result.asked')}</h2>"
    if asked is None:
        return f"<section>{head}<p>{texts.html('result.asked_unknown')}</p></section>"
    if asked.count == 0 or asked.first is None:
        return f"<section>{head}<p>{texts.html('result.asked_first')}</p></section>"
    times = "".join(f"<li>{_time(moment)}</li>" for moment in asked.latest[:SHOWN_TIMES])
    return f"""<section class="again">{head}<p>{texts.html("result.asked_before", count=asked.count)}</p>
<dl><div><dt>{texts.html("result.asked_earliest")}</dt><dd>{_time(asked.first)}</dd></div>
<div><dt>{texts.html("result.asked_recent")}</dt><dd><ol reversed>{times}</ol></dd></div></dl></section>"""


def _fronts(texts: Texts, restored: Restored | None, sheet: SheetFacts) -> str:
    if restored is None:
        return f"""<section class="words"><h2>{texts.html("result.front")}</h2>
<p>{texts.html("result.front_words")}</p><pre>{escape(sheet.text)}</pre></section>"""
    name = f"{sheet.issue_number}-{sheet.page}.pdf"
    picture = _data("image/png", restored.picture)
    return f"""<div class="fronts">
<section><h2>{texts.html("result.front")}</h2><p>{texts.html("result.front_text")}</p>
<img src="{picture}" alt="{texts.html("result.front_alt")}" width="1240" height="1754">
<p><a class="save" download="{escape(name)}" href="{_data("application/pdf", restored.pdf)}">{texts.html("result.save")}</a></p>
</section>
{_yours(texts, restored.compared)}
</div>"""


def _yours(texts: Texts, compared: Compared | None) -> str:
    head = f"<h2>{texts.html('result.yours')}</h2>"
    if compared is None:
        return f'<section class="missing">{head}<p>{texts.html("result.yours_missing")}</p></section>'
    said = texts.html(f"match.{compared.match.value}")
    if compared.match is Match.DIFFERS:
        said += f" {texts.html('result.yours_framed')}"
    if compared.doubt:
        said += f" {texts.html(f'unsure.{compared.doubt}')}"
    picture = _data("image/jpeg", compared.picture)
    return f"""<section class="{compared.match.value}">{head}<p>{said}</p>
<img src="{picture}" alt="{texts.html("result.yours_alt")}"></section>"""


def _differences(texts: Texts, compared: Compared | None) -> str:
    if compared is None or not compared.differences:
        return ""
    rows = "".join(_difference(texts, one) for one in compared.differences)
    return f"""<section class="differences"><h2>{texts.html("result.differences")}</h2><ul>{rows}</ul></section>"""


def _difference(texts: Texts, found: Difference) -> str:
    kinds = "".join(f"<span>{texts.html(f'kind.{kind}')}</span>" for kind in found.kinds)
    row = found.row or texts("result.no_row")
    words = f"<p><b>{escape(row)}</b> {kinds}</p>"
    readings = "".join(_reading(texts, one) for one in found.readings)
    if not found.original:
        return f"<li>{words}{readings}</li>"
    pair = "".join(
        f'<figure><img src="{_data(kind, picture)}" alt="{texts.html("result.place_alt", row=row)}">'
        f"<figcaption>{texts.html(f'result.{name}')}</figcaption></figure>"
        for name, kind, picture in (
            ("front", "image/png", found.original),
            ("yours", "image/jpeg", found.yours),
        )
    )
    return f'<li>{words}<div class="pair">{pair}</div>{readings}</li>'


def _reading(texts: Texts, found: Reading) -> str:
    # shapes and voice of the language that the paper is in
    parts = {
        name: f'<b lang="ja">{escape(text)}</b>'
        for name, text in (("expected", found.expected), ("seems", found.seems))
    }
    return f'<p class="reading">{texts.around("result.reading", **parts)}</p>'


def _loose(texts: Texts, answer: Answer, stated: Stated) -> str:
    told = [one for one in answer.loose if one.trouble is not None or answer.sheets]
    if not told:
        return ""
    rows = "".join(f"<li><b>{_place(texts, one)}</b> {_why(texts, one, stated)}</li>" for one in told)
    return f'<section class="loose"><h2>{texts.html("result.loose")}</h2><ul>{rows}</ul></section>'


def _place(texts: Texts, seen: Seen) -> str:
    return texts.html("result.loose_place", file=seen.place.file, page=seen.place.page)


def _why(texts: Texts, seen: Seen, stated: Stated) -> str:
    if seen.trouble is None:
        return texts.html("result.loose_front")
    return texts.html(f"scan.{seen.trouble.value}", **stated.facts)


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.astimezone(JST).isoformat(timespec="seconds")}">{moment_words(moment)}</time>'
