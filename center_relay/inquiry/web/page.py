"""The site's pages but the answer: frame, form, and what went wrong. Every word comes from the texts, escaped."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from center_relay.inquiry.web.drawings import EMBLEM, HOW
from center_relay.inquiry.web.texts import Texts
from center_relay.inquiry.web.troubles import SiteTrouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The limits as the pages state them."""

    files: int
    pages: int
    megabytes: int
    total: int
    days: int

    @property
    def facts(self) -> dict[str, int]:
        return {"files": self.files, "pages": self.pages, "megabytes": self.megabytes, "total": self.total}


def framed(texts: Texts, title: str, main: str, *, answers: bool = False) -> str:
    """A whole page; ``main`` is HTML. The link to the other language leads home, and says so where it leaves an answer."""
    language = texts.language.value
    other = texts("site.language_code")
    leaves = f' title="{texts.html("site.language_leaves")}"' if answers else ""
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{escape(title)} – {texts.html("site.name")}</title>
<link rel="stylesheet" href="/site.css">
<link rel="icon" href="/icon.svg" type="image/svg+xml">
<script type="module" src="/site.js"></script>
</head>
<body>
<a class="skip" href="#main">{texts.html("site.skip")}</a>
<header class="top"><div>
<a class="brand" href="/?lang={language}">{EMBLEM}<span><small>{texts.html("site.owner")}</small>{texts.html("site.name")}</span></a>
<a class="language" href="/?lang={other}" lang="{other}" hreflang="{other}"{leaves}>{texts.html("site.language")}</a>
</div></header>
<main id="main">
{main}
</main>
</body>
</html>
"""


def home(texts: Texts, stated: Stated) -> str:
    return framed(
        texts,
        texts("home.title"),
        f"""<div class="hero">
<h1>{texts.html("home.title")}</h1>
<p class="lead">{texts.html("home.lead")}</p>
</div>
{form(texts, stated)}
<ol class="steps">
{"".join(_step(texts, number, drawing) for number, drawing in enumerate(HOW, start=1))}
</ol>
<div class="columns">
{_points(texts, "tells", 4)}
{_points(texts, "limits", 3)}
</div>
<section class="kept"><h2>{texts.html("home.kept")}</h2>
<p>{texts.html("home.kept_text", days=stated.days)}</p></section>""",
    )


def form(texts: Texts, stated: Stated) -> str:
    """Works without a script; with one it also takes files that are dropped on it, and says which were chosen."""
    return f"""<form class="ask" action="/inquiry?lang={texts.language.value}" method="post" enctype="multipart/form-data"
 data-nothing="{texts.html("home.nothing")}" data-working="{texts.html("home.working")}"
 data-toolarge="{texts.html("trouble.too-large", **stated.facts)}" data-total="{stated.total}"
 data-toomany="{texts.html("trouble.too-many-files", **stated.facts)}" data-files="{stated.files}">
<div class="drop">
<label for="scan">{texts.html("home.legend")}</label>
<input id="scan" name="scan" type="file" multiple required aria-describedby="hint"
 accept="application/pdf,image/png,image/jpeg,image/tiff">
<p class="or" hidden>{texts.html("home.drop")}</p>
<p id="hint" class="hint">{texts.html("home.hint", files=stated.files, megabytes=stated.total)}</p>
<div class="chosen" hidden><h2>{texts.html("home.chosen")}</h2><ul></ul></div>
</div>
<button>{texts.html("home.submit")}</button>
<p class="say" role="status" aria-live="polite"></p>
</form>"""


def refused(texts: Texts, trouble: SiteTrouble, stated: Stated) -> str:
    sentence = texts.html(f"trouble.{trouble.value}", **stated.facts)
    return framed(
        texts,
        texts("trouble.title"),
        f"""<section class="verdict rescan" role="alert"><h1>{texts.html("trouble.title")}</h1><p>{sentence}</p></section>
{form(texts, stated)}""",
    )


def _step(texts: Texts, number: int, drawing: str) -> str:
    return (
        f'<li>{drawing}<div><h2><span class="number">{number}</span>{texts.html(f"home.step{number}")}</h2>'
        f"<p>{texts.html(f'home.step{number}_text')}</p></div></li>"
    )


def _points(texts: Texts, name: str, count: int) -> str:
    points = "".join(f"<li>{texts.html(f'home.{name}{number}')}</li>" for number in range(1, count + 1))
    return f'<section class="{name}"><h2>{texts.html(f"home.{name}")}</h2><ul>{points}</ul></section>'
