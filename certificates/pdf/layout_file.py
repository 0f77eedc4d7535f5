"""Reads the layouts of the forms, one TOML file a form, and refuses one that could not be printed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from itertools import combinations

from certificates.domain.blocks import Slot
from certificates.domain.kinds.kind import FormName
from certificates.errors import ConfigurationError
from certificates.pdf.layout import LEFT, WIDTH, ImprintPlace, Layout, Place, Table
from certificates.pdf.sheet import PAPER, Align, Box, Style
from certificates.toml_section import Section

_HOLDS_FOOT = 40.0  # millimetres from the 認証文 to the lower edge of the official seal's note


@cache
def layouts() -> Mapping[FormName, Layout]:
    """All forms that ship, read once. Raises ConfigurationError naming file, key and reason."""
    folder = files("certificates") / "pdf" / "layouts"
    found = {}
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".toml"):
            name = FormName(entry.name.removesuffix(".toml"))
            found[name] = layout_from_toml(entry.read_text("utf-8"), source=entry.name)
    return found


def layout_from_toml(text: str, *, source: str) -> Layout:
    """One form; ``source`` names the file in errors.

    Raises ConfigurationError naming the key and why: unknown, missing, of the wrong type, off the sheet, or two boxes
    that overlap.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(source, str(error)) from error
    form = Section(data, source)
    styles = read_styles(form.section("styles"))
    weights = form.section("rules")
    thin, thick = weights.number("inner", 0.05, 3.0), weights.number("frame", 0.05, 3.0)
    weights.close()
    head, top = _head(form, styles) if form.has("head") else (None, 0.0)
    section = form.section("block")
    block, below = _table(section, styles)
    a_sheet = section.whole("sheet", 1, 40) if section.has("sheet") else 1
    column = section.number("running", 0.0, WIDTH) if section.has("running") else 0.0
    rest = section.choice("rest", Slot) if section.has("rest") else None
    if rest is not None and rest not in block.places:
        raise section.error("rest", "names a box that the block does not have")
    is_open = section.flag("open") if section.has("open") else False
    layout = Layout(
        name=source.removesuffix(".toml"),
        title=form.number("title", 0.0, PAPER[1]),
        foot=form.number("foot", 0.0, PAPER[1] - _HOLDS_FOOT),
        number=form.number("number", 0.0, PAPER[1] - 5.0),
        weights=(thin, thick),
        head=head,
        block=block,
        tops=(top, below),
        a_sheet=a_sheet,
        open=is_open,
        column=column,
        running=style_named(styles, "running" if column else "label", section),
        rest=rest,
        rest_style=style_named(styles, "rest" if is_open or rest else "label", section),
        imprint=_imprint(section.section("imprint"), block, below) if section.has("imprint") else None,
    )
    section.close()
    form.close()
    _require_order(layout, form)
    return layout


def read_styles(section: Section) -> Mapping[str, Style]:
    return {name: _read_style(section.section(name)) for name in section.names()}


def _read_style(section: Section) -> Style:
    size = section.number("size", 4.0, 40.0)
    style = Style(
        size=size,
        smallest=section.number("smallest", 4.0, size),
        align=section.choice("align", Align) if section.has("align") else Align.LEFT,
        lines=section.whole("lines", 1, 4) if section.has("lines") else 1,
        inset=section.number("inset", 0.0, 10.0) if section.has("inset") else 1.2,
        spread_to=section.number("spread_to", 0.0, 10.0) if section.has("spread_to") else 1.0,
    )
    section.close()
    return style


def style_named(styles: Mapping[str, Style], name: str, section: Section, key: str = "style") -> Style:
    try:
        return styles[name]
    except KeyError as error:
        raise section.error(key, f"{name} is not among the styles") from error


def _head(form: Section, styles: Mapping[str, Style]) -> tuple[Table, float]:
    section = form.section("head")
    table = _table(section, styles)
    section.close()
    return table


def _table(section: Section, styles: Mapping[str, Style]) -> tuple[Table, float]:
    """The table and its top; ``value`` is the style of a box that names none, ``label`` that of all labels."""
    top = section.number("top", 0.0, PAPER[1])
    heights = section.numbers("rows")
    if min(heights) <= 0:
        raise section.error("rows", "must be heights in millimetres")
    boxes = section.section("boxes")
    places = {}
    for name in boxes.names():
        if name not in {slot.value for slot in Slot}:
            raise boxes.error(name, "is no box that a certificate has")
        places[Slot(name)] = _place(boxes.section(name), len(heights), styles)
    table = Table(heights, places, style_named(styles, "label", section))
    for one, other in combinations(places, 2):
        if any(_overlap(a, b) for a in table.boxes(one, top) for b in table.boxes(other, top)):
            raise boxes.error(other.value, f"overlaps {one.value}")
    return table, top


def _place(section: Section, height: int, styles: Mapping[str, Style]) -> Place:
    row = section.whole("row", 0, height - 1)
    rows = section.whole("rows", 1, height - row) if section.has("rows") else 1
    edges = section.numbers("at")
    if len(edges) != 3 or not 0 <= edges[0] < edges[1] < edges[2] <= WIDTH:
        raise section.error("at", f"must be three edges from left to right, 0 to {WIDTH:g}")
    style = style_named(styles, section.text("style") if section.has("style") else "value", section)
    section.close()
    return Place(row, rows, *edges, style)


def _imprint(section: Section, table: Table, top: float) -> ImprintPlace:
    """``heading`` is how many of its rows the word 印影 takes."""
    row = section.whole("row", 0, len(table.heights) - 1)
    rows = section.whole("rows", 2, len(table.heights) - row)
    heading = section.whole("heading", 1, rows - 1)
    edges = section.numbers("at")
    if len(edges) != 2 or not 0 <= edges[0] < edges[1] <= WIDTH:
        raise section.error("at", f"must be two edges from left to right, 0 to {WIDTH:g}")
    upper, lower = table.band(row, heading, top), table.band(row + heading, rows - heading, top)
    left, width = LEFT + edges[0], edges[1] - edges[0]
    place = ImprintPlace(
        heading=Box(left, upper.y, width, upper.height), frame=Box(left, lower.y, width, lower.height)
    )
    if min(place.frame.width, place.frame.height) <= 25.0:
        raise section.error("rows", "leave no room for an imprint of 25 mm")
    if any(_overlap(place.frame, box) or _overlap(place.heading, box) for box in table.inner(top)):
        raise section.error("at", "overlaps a box")
    section.close()
    return place


def _overlap(one: Box, other: Box) -> bool:
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return across > 1e-6 and down > 1e-6


def _require_order(layout: Layout, form: Section) -> None:
    """From top to bottom: title, head, blocks, foot, number; nothing on anything else."""
    above = layout.title
    top, below = layout.tops
    if layout.head is not None:
        if top < above:
            raise form.error("head.top", "must be below the title")
        above = top + layout.head.height
    if below < above:
        raise form.error("block.top", "must be below what stands above the block")
    blocks = 1 if layout.open else layout.a_sheet  # an open form has as many as the sheet holds
    if below + blocks * layout.block.height > layout.foot:
        raise form.error("foot", "must be below the last block")
    if layout.number < layout.foot:
        raise form.error("number", "must be below the foot")
    if any(place.label < layout.column for place in layout.block.places.values()):
        raise form.error("block.running", "is wider than the boxes leave room for")
