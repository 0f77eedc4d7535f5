"""The answer as a page: the conclusion first, then what it rests on, the original front beside the one that was sent."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from anti_forgery.copy_evidence import Ground
from anti_forgery.sheet import SheetFacts
from anti_forgery.verification import Reason
from center_relay.inquiry.ports import Asked, Compared, Difference, Match, Place, Reading, Restored, Seen
from center_relay.inquiry.usecases.conclusions import Conclusion, SheetAnswer
from center_relay.inquiry.usecases.inquire import Answer
from center_relay.inquiry.web.drawings import sign
from center_relay.inquiry.web.page import Stated, form, framed
from center_relay.inquiry.web.standing_words import moment_words, standing_words
from center_relay.inquiry.web.texts import Texts
from certificates.domain.clock import JST

SHOWN_TIMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _View:
    """Who is spoken to, about what: ``names`` of the files as their owner calls them; ``head`` is the element that the
    parts of a sheet begin with."""

    texts: Texts
    stated: Stated
    names: Sequence[str]
    head: str

    def where(self, place: Place) -> str:
        name = self.names[place.file - 1] if place.file <= len(self.names) else ""
        if name:
            return self.texts.html("result.place", name=name, page=place.page)
        return self.texts.html("result.place_unnamed", file=place.file, page=place.page)

    def part(self, key: str) -> str:
        return f"<{self.head}>{self.texts.html(key)}</{self.head}>"


def answer_page(texts: Texts, answer: Answer, stated: Stated, at: datetime, names: Sequence[str] = ()) -> str:
    """``names`` of the files in their order; an empty one is told by its number."""
    many = len(answer.sheets) > 1
    view = _View(texts=texts, stated=stated, names=names, head="h3" if many else "h2")
    if many:
        said = texts("result.many", count=len(answer.sheets))
        told = _many(view, answer.sheets)
    elif answer.sheets:
        said = texts(f"conclusion.{answer.sheets[0].conclusion.value}")
        told = f'<article class="sheet">{_sheet(view, answer.sheets[0], "h1", said)}</article>'
    else:
        # of what could not be opened nothing is said, not even that there is no code on it
        reason = "unread" if all(one.trouble is not None for one in answer.loose) else "none"
        said, told = texts(f"result.{reason}"), _nothing(texts, reason)
    return framed(
        texts,
        said,
        f"""<p class="when">{texts.html("result.at", moment=moment_words(at))}</p>
{told}{_loose(view, answer)}
<section class="more"><h2>{texts.html("site.again")}</h2>{form(texts, stated)}</section>""",
        answers=True,
    )


def _nothing(texts: Texts, reason: str) -> str:
    return (
        f'<section class="verdict rescan">{sign(Conclusion.RESCAN)}<div><h1>{texts.html(f"result.{reason}")}</h1>'
        f"<p>{texts.html(f'result.{reason}_text')}</p></div></section>"
    )


def _many(view: _View, sheets: Sequence[SheetAnswer]) -> str:
    """What was found, in a line for each sheet, then the sheets."""
    lines, articles = "", ""
    for number, sheet in enumerate(sheets, start=1):
        said = view.texts(f"conclusion.{sheet.conclusion.value}")
        where = view.where(sheet.back)
        title = view.texts("result.sheet", number=number, conclusion=said)
        lines += f'<li class="{sheet.conclusion.value}"><a href="#sheet-{number}">{escape(title)}</a> <small>{where}</small></li>'
        articles += (
            f"""<article class="sheet" id="sheet-{number}">{_sheet(view, sheet, "h2", title)}</article>"""
        )
    count = view.texts.html("result.many", count=len(sheets))
    return f'<section class="summary"><h1>{count}</h1><ul>{lines}</ul></section>{articles}'


def _sheet(view: _View, answer: SheetAnswer, head: str, title: str) -> str:
    opened = "" if answer.verdict.sheet is None else _opened(view, answer, answer.verdict.sheet)
    return f"{_verdict(view, answer, head, title)}\n{opened}"


def _verdict(view: _View, answer: SheetAnswer, head: str, title: str) -> str:
    texts, name = view.texts, answer.conclusion.value
    why = "".join(f"<li>{texts.html(f'doubt.{doubt.value}')}</li>" for doubt in answer.doubts)
    if answer.verdict.sheet is None:
        why = f"<li>{_reason(texts, answer.verdict.reason)}</li>"
    cautions = "".join(f"<p>{texts.html(key)}</p>" for key in _cautions(answer))
    beside = f'<div class="beside">{cautions}</div>' if cautions else ""
    return (
        f'<section class="verdict {name}">{sign(answer.conclusion)}<div>'
        f"<{head}>{escape(title)}</{head}>"
        f"<p>{texts.html(f'conclusion.{name}_text')}</p>{f'<ul>{why}</ul>' if why else ''}"
        f"{beside}</div></section>"
    )


def _cautions(answer: SheetAnswer) -> Iterator[str]:
    """What a good word about a back does not cover, said where it is read."""
    if answer.verdict.sheet is None:
        return
    if answer.told is None:
        yield "result.standing_unasked"
    if answer.ground is Ground.LIKELY_COPY:
        yield "ground.likely-copy"
    if answer.conclusion in (Conclusion.CONFIRMED, Conclusion.COMPARE):
        yield "result.not_proven"


def _reason(texts: Texts, reason: Reason) -> str:
    return texts.html(f"reason.{reason.name.lower()}")


def _opened(view: _View, answer: SheetAnswer, sheet: SheetFacts) -> str:
    texts = view.texts
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
    return f"""{_differences(view, compared)}
{_fronts(view, answer.restored, sheet)}
<div class="columns">
<section>{view.part("result.facts")}<dl>{facts}</dl></section>
{_asked(view, answer.asked)}
</div>"""


def _asked(view: _View, asked: Asked | None) -> str:
    texts, head = view.texts, view.part("result.asked")
    if asked is None:
        return f"<section>{head}<p>{texts.html('result.asked_unknown')}</p></section>"
    if asked.count == 0 or asked.first is None:
        return f"<section>{head}<p>{texts.html('result.asked_first')}</p></section>"
    times = "".join(f"<li>{_time(moment)}</li>" for moment in asked.latest[:SHOWN_TIMES])
    return f"""<section class="again">{head}<p>{texts.html("result.asked_before", count=asked.count)}</p>
<dl><div><dt>{texts.html("result.asked_earliest")}</dt><dd>{_time(asked.first)}</dd></div>
<div><dt>{texts.html("result.asked_recent")}</dt><dd><ol reversed>{times}</ol></dd></div></dl></section>"""


def _fronts(view: _View, restored: Restored | None, sheet: SheetFacts) -> str:
    texts, head = view.texts, view.part("result.front")
    if restored is None:
        return f"""<section class="words">{head}
<p>{texts.html("result.front_words")}</p><pre lang="ja">{escape(sheet.text)}</pre></section>"""
    name = f"{sheet.issue_number}-{sheet.page}.pdf"
    picture = _data("image/png", restored.picture)
    return f"""<div class="fronts">
<section>{head}<p>{texts.html("result.front_text")}</p>
<img src="{picture}" alt="{texts.html("result.front_alt")}" width="1240" height="1754">
<p><a class="save" download="{escape(name)}" href="{_data("application/pdf", restored.pdf)}">{texts.html("result.save")}</a></p>
<details class="words"><summary>{texts.html("result.front_read")}</summary><pre lang="ja">{escape(sheet.text)}</pre></details>
</section>
{_yours(view, restored.compared)}
</div>"""


def _yours(view: _View, compared: Compared | None) -> str:
    texts, head = view.texts, view.part("result.yours")
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


def _differences(view: _View, compared: Compared | None) -> str:
    if compared is None or not compared.differences:
        return ""
    rows = "".join(_difference(view.texts, one) for one in compared.differences)
    return f"""<section class="differences">{view.part("result.differences")}<ul>{rows}</ul></section>"""


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


def _loose(view: _View, answer: Answer) -> str:
    told = [one for one in answer.loose if one.trouble is not None or answer.sheets]
    if not told:
        return ""
    rows = "".join(f"<li><b>{view.where(one.place)}</b> {_why(view, one)}</li>" for one in told)
    return f'<section class="loose"><h2>{view.texts.html("result.loose")}</h2><ul>{rows}</ul></section>'


def _why(view: _View, seen: Seen) -> str:
    if seen.trouble is None:
        return view.texts.html("result.loose_front")
    return view.texts.html(f"scan.{seen.trouble.value}", **view.stated.facts)


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def _time(moment: datetime) -> str:
    return f'<time datetime="{moment.astimezone(JST).isoformat(timespec="seconds")}">{moment_words(moment)}</time>'
