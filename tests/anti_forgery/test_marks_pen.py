"""What a pen, a ruler and a second print do to a front: found, or at least shown as a place to look at."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.truth import GlyphPlace, truth_of
from anti_forgery.comparison.verdict import Comparison, Kind, Likeness
from anti_forgery.sheet import SheetFacts
from certificates.errors import ConfigurationError
from certificates.pdf.font_source import find_mincho
from certificates.pdf.sheet import PAPER, Box
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.scans.sheets import front, paper, typeface
from load_tests.tamper.trial import touch

DPI = 300
DOTS = DPI / 25.4
QUALITY = QUALITIES["flat-300"]


@cache
def sheet() -> SheetFacts:
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    return paper(20).sheets[0]


def line_of(text: str) -> list[GlyphPlace]:
    """The glyphs of the only place where ``text`` stands."""
    glyphs = truth_of(sheet().front, typeface()).glyphs
    start = "".join(glyph.text[0] for glyph in glyphs).index(text)
    return list(glyphs[start : start + len(text)])


def said_of(page: Image.Image) -> Comparison:
    return compare(QUALITY.models[Family.HELD_OUT](page, np.random.default_rng(1)), sheet(), typeface())


def told(found: Comparison, box: Box) -> bool:
    """Whether somebody is shown the place."""
    return any(touch(place.box, box) for place in (*found.differences, *found.doubtful))


def written(page: Image.Image, text: str, box: Box, colour: tuple[int, int, int] = (0, 0, 0)) -> None:
    font = ImageFont.truetype(str(find_mincho()), round(box.height * DOTS))
    ImageDraw.Draw(page).text((box.x * DOTS, box.y * DOTS), text, font=font, fill=colour)


@pytest.mark.parametrize("colour", [(30, 40, 200), (20, 20, 90), (200, 30, 40)], ids=["blue", "navy", "red"])
def test_a_stroke_by_a_coloured_pen_on_a_figure_is_found(colour: tuple[int, int, int]) -> None:
    box = line_of("747765")[2].box
    page = front(sheet().front, DPI, Family.HELD_OUT)
    stroke = [(box.x + 0.2, box.y + 0.5), (box.x + box.width - 0.2, box.y + box.height - 0.7)]
    ImageDraw.Draw(page).line([(x * DOTS, y * DOTS) for x, y in stroke], fill=colour, width=round(0.4 * DOTS))
    found = said_of(page)
    assert any(touch(place.box, box) for place in found.differences), found


def test_what_is_written_after_a_value_is_found_though_the_value_was_moved_as_well() -> None:
    line = line_of("７１２番地")
    end = line[-1].box
    forged = sheet().front.split("\n")
    (number,) = [n for n, text in enumerate(forged) if "７１２番地" in text]
    spacing, begin, rest = forged[number].partition("BT ")
    left, others = rest.split(" ", 1)
    forged[number] = f"{spacing}{begin}{float(left) - 2.0 * 72 / 25.4:.3f} {others}"
    page = front("\n".join(forged), DPI, Family.HELD_OUT)
    after = Box(end.x + end.width + 0.5, end.y, 6 * end.width, end.height)
    written(page, "１０１号室", after)
    assert any(touch(place.box, after) for place in said_of(page).differences)


def test_a_single_stroke_in_a_blank_is_a_place_to_look_at() -> None:
    end = line_of("【記載なし】")[-1].box
    after = Box(end.x + 5, end.y, end.width, end.height)
    page = front(sheet().front, DPI, Family.HELD_OUT)
    written(page, "一", after)
    found = said_of(page)
    assert found.outcome is not Likeness.MATCHES
    assert told(found, after)


def test_writing_in_the_margin_is_found_and_the_shadow_of_the_paper_is_not() -> None:
    page = front(sheet().front, DPI, Family.HELD_OUT)
    above = Box(60, 5, 30, 3.2)
    written(page, "架空の追記", above)
    assert any(p.kind is Kind.ADDED and touch(p.box, above) for p in said_of(page).differences)
    shaded = front(sheet().front, DPI, Family.HELD_OUT)
    width, height = (side * DOTS for side in PAPER)
    ImageDraw.Draw(shaded).rectangle([0, 0, width, 6.5 * DOTS], fill=(90,) * 3)
    ImageDraw.Draw(shaded).rectangle([width - 5 * DOTS, 0, width, height], fill=(120,) * 3)
    assert said_of(shaded).outcome is Likeness.MATCHES


@pytest.mark.parametrize("colour", [(0, 0, 0), (30, 45, 170)], ids=["black", "blue"])
def test_a_line_ruled_through_a_value_is_found(colour: tuple[int, int, int]) -> None:
    line = line_of("空想模江")
    first, last = line[0].box, line[-1].box
    page = front(sheet().front, DPI, Family.HELD_OUT)
    middle = (first.y + first.height / 2) * DOTS
    ends = [((first.x - 1) * DOTS, middle), ((last.x + last.width + 1) * DOTS, middle)]
    ImageDraw.Draw(page).line(ends, fill=colour, width=round(0.4 * DOTS))
    found = said_of(page)
    assert all(any(touch(place.box, glyph.box) for place in found.differences) for glyph in line), found
