"""The page on which a profile is looked at: its choices in a table, and every specimen as a picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from importlib.resources import files

from certificates.domain.dates import japanese_date
from certificates.domain.kinds import OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.domain.municipality import MovingOutPolicy, Municipality
from certificates.domain.official_seal import SealImage
from certificates.domain.service_hours import OpenHours
from certificates.preview.specimens import Specimen

_WEEKDAYS = "月火水木金土日"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A specimen and the names of its pictures; ``refusal`` says why there are none."""

    specimen: Specimen
    pictures: tuple[str, ...]
    refusal: str = ""


def contact_sheet(municipality: Municipality, shown: Sequence[Shown], today: date) -> str:
    """One self-contained HTML page beside the pictures."""
    style = (files("certificates") / "preview" / "contact_sheet.css").read_text("utf-8")
    facts = "".join(
        f"<tr><th>{escape(ja)}<small>{escape(en)}</small></th><td>{value}</td></tr>"
        for ja, en, value in _facts(municipality)
    )
    cards = "".join(map(_card, shown))
    name = escape(municipality.full_name)
    return (
        f'<!doctype html>\n<html lang="ja"><meta charset="utf-8"><title>{name}</title><style>{style}</style>\n'
        f"<header><h1>{name}<small>{escape(municipality.name_en)}</small></h1>"
        f"<p>{escape(municipality.code)} · {japanese_date(today)} · 見本 / specimens of invented residents</p></header>\n"
        f"<main><table>{facts}</table>\n<section>{cards}</section></main></html>\n"
    )


def _card(shown: Shown) -> str:
    specimen = shown.specimen
    title = f"{escape(KINDS[specimen.kind].title)}　{escape(specimen.ja)}<small>{escape(specimen.en)}</small>"
    if shown.refusal:
        return (
            f'<figure class="refused"><p>{escape(shown.refusal)}</p><figcaption>{title}</figcaption></figure>'
        )
    pdf = f"{specimen.name}.pdf"
    pictures = "".join(
        f'<a href="{escape(pdf)}"><img src="{escape(picture)}" alt="{escape(specimen.en)}" loading="lazy"></a>'
        for picture in shown.pictures
    )
    wide = ' class="pages"' if len(shown.pictures) > 1 else ""
    return f"<figure{wide}><div>{pictures}</div><figcaption>{title}</figcaption></figure>"


def _facts(municipality: Municipality) -> Iterable[tuple[str, str, str]]:
    """Japanese and English name of each choice, and its value as HTML."""
    fees = (f"{escape(KINDS[kind].title)} {fee:,}円" for kind, fee in municipality.fees.items())
    yield "手数料", "fees", "<br>".join(fees)
    items = [item for item in OptionalItem if item in municipality.items]
    yield "選べる記載事項", "optional items", "、".join(escape(item.label) for item in items) or "なし"
    yield "首長", "signatories", "<br>".join(_offices(municipality))
    yield "受付時間", "service hours", "<br>".join(_hours(municipality))
    policy = municipality.policy
    whole = policy.moving_out is MovingOutPolicy.HOUSEHOLD
    rules = (
        f"{policy.minimum_age}歳以上",
        f"転出届のある{'世帯全員' if whole else '本人'}には発行しない",
        f"住民記録との連携が{policy.max_register_age_seconds}秒途絶えたら止める",
    )
    yield "取扱い", "policies", "<br>".join(rules)
    words = municipality.words
    yield "欄の語", "words", escape("　".join((words.blank, words.left_out, words.unused)))


def _offices(municipality: Municipality) -> Iterable[str]:
    for signatory in municipality.signatories:
        seal = municipality.seal_of(signatory)
        how = "画像" if isinstance(seal, SealImage) else f"「{seal.text}」"
        until = "" if signatory.until is None else japanese_date(signatory.until)
        yield escape(
            f"{japanese_date(signatory.since)}～{until}　{signatory.title}　{signatory.name}"
            f"（公印 {seal.width_mm:g}mm {how}）"
        )


def _hours(municipality: Municipality) -> Iterable[str]:
    hours = municipality.hours
    yield f"毎日 {_open(hours.daily)}"
    for weekday, day in sorted(hours.days.items()):
        yield f"{_WEEKDAYS[weekday]}曜日 {_open(day)}"
    for yearly in hours.yearly:
        (month, day_of_month), (last_month, last_day) = yearly.first, yearly.last
        yield escape(f"毎年 {month}/{day_of_month}～{last_month}/{last_day} 休止　{yearly.reason}")
    for closure in hours.closures:
        yield escape(f"{closure.begins:%Y-%m-%d %H:%M}～{closure.ends:%Y-%m-%d %H:%M} 休止　{closure.reason}")


def _open(hours: OpenHours | None) -> str:
    return "休止" if hours is None else f"{hours.opens:%H:%M}～{hours.closes:%H:%M}"
