"""What all forms share: title, 認証文, date, mayor, official seal, issue number and page; placed by ``foot.toml``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from certificates.domain.content import CertificateContent
from certificates.domain.official_seal import MAX_SIDE, OfficialSeal
from certificates.errors import ConfigurationError
from certificates.pdf.layout import LEFT, WIDTH
from certificates.pdf.layout_file import read_styles, style_named
from certificates.pdf.sheet import Box, Placement, Style
from certificates.toml_section import Section

_TITLE, _FOOT = ("title", "continuation"), ("statement", "issued", "office", "name", "continued")
_NUMBER = ("label", "number", "page")


@dataclass(frozen=True, slots=True, kw_only=True)
class Foot:
    """Boxes by name, measured from the height that a form gives; the seal's distances and those of its note."""

    places: Mapping[str, tuple[Box, Style]]
    right: float
    top: float
    gap: float
    wider: float
    height: float
    note: Style

    def put(self, name: str, text: str, y: float, row: str) -> Placement:
        box, style = self.places[name]
        return Placement(text=text, box=box.moved(LEFT, y), style=style, row=row)

    def seal(self, official: OfficialSeal, y: float) -> Box:
        x = LEFT + WIDTH - official.width_mm - self.right
        return Box(x, y + self.top, official.width_mm, official.height_mm)

    def under(self, seal: Box) -> Box:
        x, y = seal.x - self.wider / 2, seal.y + seal.height + self.gap
        return Box(x, y, seal.width + self.wider, self.height)


@cache
def foot() -> Foot:
    """The one that ships, read once."""
    return foot_from_toml(
        (files("certificates") / "pdf" / "foot.toml").read_text("utf-8"), source="foot.toml"
    )


def foot_from_toml(text: str, *, source: str) -> Foot:
    """``source`` names the file in errors. Raises ConfigurationError naming the key and why."""
    try:
        data = Section(tomllib.loads(text), source)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, str(error)) from error
    styles = read_styles(data.section("styles"))
    places: dict[str, tuple[Box, Style]] = {}
    for part, names in (("title", _TITLE), ("foot", _FOOT), ("number", _NUMBER)):
        section = data.section(part)
        places |= {f"{part}.{name}": _place(section.section(name), styles) for name in names}
        section.close()
    seal = data.section("seal")
    note = seal.section("note")
    read = Foot(
        places=places,
        right=seal.number("right", 0.0, WIDTH),
        top=seal.number("top", 0.0, 30.0),
        gap=note.number("gap", 0.0, 10.0),
        wider=note.number("wider", 0.0, 20.0),
        height=note.number("height", 1.0, 10.0),
        note=style_named(styles, note.text("style"), note),
    )
    for section in (note, seal, data):
        section.close()
    name, _ = places["foot.name"]
    if name.x + name.width > WIDTH - read.right - MAX_SIDE:
        raise data.error("foot.name.at", "reaches under the largest official seal")
    return read


def _place(section: Section, styles: Mapping[str, Style]) -> tuple[Box, Style]:
    edges = section.numbers("at")
    if len(edges) != 4 or min(edges) < 0 or edges[0] + edges[2] > WIDTH:
        raise section.error("at", f"must be left, top, width and height, within {WIDTH:g}")
    style = style_named(styles, section.text("style"), section)
    section.close()
    return Box(*edges), style


def title(content: CertificateContent, y: float) -> Placement:
    return foot().put("title.title", content.title, y, "標題")


def continuation(y: float) -> Placement:
    """At the right of the title of every page but the first."""
    return foot().put("title.continuation", "（続紙）", y, "続紙")


def attestation(
    content: CertificateContent, y: float
) -> tuple[tuple[Placement, ...], tuple[OfficialSeal, Box]]:
    """認証文, date, office and name from ``y`` down, with the seal at their right: for the last page only."""
    form, official = foot(), content.official_seal
    seal = form.seal(official, y)
    texts = [
        form.put("foot.statement", content.statement, y, "認証文"),
        form.put("foot.issued", content.issued, y, "交付年月日"),
        form.put("foot.office", content.signatory, y, "職名"),
        form.put("foot.name", content.signatory_name, y, "市区町村長"),
    ]
    if content.seal_note:
        texts.append(Placement(text=content.seal_note, box=form.under(seal), style=form.note, row="公印"))
    return tuple(texts), (official, seal)


def continued(y: float) -> Placement:
    """In place of the attestation on every page but the last."""
    return foot().put("foot.continued", "（次葉に続く）", y, "次葉")


def numbering(content: CertificateContent, page: int, pages: int, y: float) -> tuple[Placement, ...]:
    """発行番号 and page of the copy, on every page."""
    form = foot()
    return (
        form.put("number.label", "発行番号", y, "発行番号"),
        form.put("number.number", str(content.issue_number), y, "発行番号"),
        form.put("number.page", f"{page}／{pages}頁", y, "頁"),
    )
