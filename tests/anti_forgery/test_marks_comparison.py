"""A scanned front against the truth: alike, different where it was changed, or out of reach; never an error."""

from __future__ import annotations

import random
import re
from functools import cache

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from anti_forgery.comparison.compare import LEAST_SIDE, compare
from anti_forgery.comparison.truth import DOTS, truth_of
from anti_forgery.comparison.verdict import Comparison, Doubt, Kind, Likeness, Place
from anti_forgery.sheet import SheetFacts
from certificates.errors import ConfigurationError, InvalidValueError
from certificates.pdf.font_source import find_mincho
from certificates.pdf.sheet import PAPER, Box
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.scans.sheets import back, front, paper, typeface
from load_tests.tamper.forging import date
from load_tests.tamper.trial import touch

DPI = 200
QUALITY = QUALITIES["flat-200"]
QUALITY_SHAPE = (2339, 1654)
"""Rows and columns of A4."""


@cache
def household() -> SheetFacts:
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    return paper(20).sheets[0]


def scanned(drawing: str, seed: int = 1) -> Image.Image:
    return QUALITY.models[Family.TUNING](front(drawing, DPI, Family.TUNING), np.random.default_rng(seed))


def test_a_genuine_front_matches_whichever_way_up() -> None:
    scan = scanned(household().front)
    for way in (scan, scan.transpose(Image.Transpose.ROTATE_180)):
        found = compare(way, household(), typeface())
        assert found.outcome is Likeness.MATCHES, found
        assert found.upright is not None
        assert found.upright.width < found.upright.height


def test_a_changed_digit_is_found_where_it_is_and_nothing_else() -> None:
    forgery = date(household().front, random.Random(1))
    assert forgery is not None
    (place,) = compare(scanned(forgery.front), household(), typeface()).differences
    assert place.kind is Kind.CHANGED
    assert "日" in place.row
    assert abs(place.box.x - forgery.box.x) < 1
    assert abs(place.box.y - forgery.box.y) < 1


def test_a_deleted_line_and_an_added_one_are_found() -> None:
    genuine = household().front
    (line,) = re.findall(r"\nBT[^\n]*平成[^\n]*|\nBT[^\n]*昭和[^\n]*", genuine)[:1]
    forged = genuine.replace(line, "", 1) + "\nBT 1 0 0 1 250 140 Tm 9 (見本) Tj ET\n"
    found = compare(scanned(forged), household(), typeface())
    kinds = {place.kind for place in found.differences}
    assert Kind.ADDED in kinds
    assert kinds & {Kind.MISSING, Kind.CHANGED}


@pytest.mark.parametrize(
    ("wide", "field", "writing"),
    [
        pytest.param(60.0, 190, 0, id="a grey field"),
        pytest.param(PAPER[0], 190, 0, id="a grey band across the sheet"),
        pytest.param(PAPER[0], 0, 255, id="white on a black band"),
    ],
)
def test_writing_on_a_field_that_is_taken_for_no_fold_is_found(wide: float, field: int, writing: int) -> None:
    box = blank(household(), min(wide, PAPER[0] - 24), 5)
    left = box.x if wide < PAPER[0] else 0
    page = front(household().front, DPI, Family.TUNING)
    dots, draw = DPI / 25.4, ImageDraw.Draw(page)
    draw.rectangle(
        [side * dots for side in (left, box.y, left + wide, box.y + box.height)], fill=(field,) * 3
    )
    font = ImageFont.truetype(str(find_mincho()), round(4 * dots))
    draw.text(((box.x + 10) * dots, box.y * dots), "架空の備考一二三", font=font, fill=(writing,) * 3)
    found = compare(QUALITY.models[Family.TUNING](page, np.random.default_rng(1)), household(), typeface())
    assert any(place.kind is Kind.ADDED and touch(place.box, box) for place in found.differences), found


def test_a_scan_full_of_noise_accuses_nobody_and_another_form_never_matches() -> None:
    noise = np.random.default_rng(1).normal(0, 60, (*QUALITY_SHAPE, 3))

    def noisy(drawing: str) -> Comparison:
        page = np.asarray(front(drawing, DPI, Family.TUNING)) + noise
        return compare(Image.fromarray(np.clip(page, 0, 255).astype(np.uint8)), household(), typeface())

    assert noisy(household().front).doubt is Doubt.TOO_POOR
    other = next(p.sheets[0] for p in map(paper, range(30, 60)) if p.content.form != paper(20).content.form)
    assert noisy(other.front).outcome is not Likeness.MATCHES


def test_writing_in_blue_is_found_though_the_ground_is_cyan() -> None:
    box, page = blank(household(), 60, 5), front(household().front, DPI, Family.TUNING)
    dots = DPI / 25.4
    font = ImageFont.truetype(str(find_mincho()), round(4 * dots))
    ImageDraw.Draw(page).text((box.x * dots, box.y * dots), "架空の備考一二三", font=font, fill=(0, 0, 255))
    found = compare(QUALITY.models[Family.TUNING](page, np.random.default_rng(1)), household(), typeface())
    assert any(place.kind is Kind.ADDED and touch(place.box, box) for place in found.differences), found


def blank(sheet: SheetFacts, width: float, height: float) -> Box:
    """Where the front has no ink, away from the edge of the sheet."""
    truth = truth_of(sheet.front, typeface()).ink
    wide, tall = (round(side * DOTS) for side in (width, height))
    ink = cv2.boxFilter((truth > 0).astype(np.float32), -1, (wide, tall), anchor=(0, 0), normalize=False)
    rows, columns = np.nonzero(
        np.asarray(ink)[: round(285 * DOTS) - tall, round(12 * DOTS) : -wide - 1] < 0.5
    )
    return Box(columns[-1] / DOTS + 12, rows[-1] / DOTS, width, height)


def test_the_front_of_another_certificate_of_the_same_form_differs_as_a_whole() -> None:
    other = next(p.sheets[0] for p in map(paper, range(30, 60)) if p.content.form == paper(20).content.form)
    found = compare(scanned(other.front), household(), typeface())
    assert found.differences[0].kind is Kind.OTHER_PAGE


def test_a_page_of_another_form_differs_by_its_ground_but_a_blank_one_or_a_back_cannot_be_told() -> None:
    other = next(p.sheets[0] for p in map(paper, range(30, 60)) if p.content.form != paper(20).content.form)
    found = compare(scanned(other.front), household(), typeface())
    assert [place.kind for place in found.differences] == [Kind.OTHER_PAGE]
    for no_front in (scanned("q\nQ\n"), back(20, DPI, Family.TUNING)[1]):
        assert compare(no_front, household(), typeface()).doubt is Doubt.NOT_FOUND


@pytest.mark.parametrize(
    ("picture", "doubt"),
    [
        (Image.new("RGB", (1654, 2339), "white"), Doubt.NOT_FOUND),
        (Image.new("L", (1654, 2339), 0), Doubt.NOT_FOUND),
        (Image.new("RGB", (LEAST_SIDE - 1, 900)), Doubt.TOO_COARSE),
        (Image.effect_noise((1654, 2339), 80), Doubt.NOT_FOUND),
    ],
)
def test_what_shows_no_front_cannot_be_told(picture: Image.Image, doubt: Doubt) -> None:
    assert compare(picture, household(), typeface()).doubt is doubt


def test_differences_and_doubt_exclude_one_another() -> None:
    place = Place(row="氏名", kind=Kind.CHANGED, box=Box(0, 0, 1, 1), score=2.0)
    for wrong in (
        {"outcome": Likeness.MATCHES, "differences": (place,)},
        {"outcome": Likeness.DIFFERS},
        {"outcome": Likeness.CANNOT_TELL},
        {"outcome": Likeness.MATCHES, "doubt": Doubt.NOT_SURE},
    ):
        with pytest.raises(InvalidValueError):
            Comparison(**wrong)  # type: ignore[arg-type]  # the point of the case


def test_half_a_page_and_a_squeezed_one_accuse_nobody() -> None:
    scan = scanned(household().front)
    half = scan.crop((scan.width // 4, 0, scan.width, scan.height))
    assert compare(half, household(), typeface()).doubt is Doubt.NOT_FOUND
    assert compare(scan.resize((scan.width, 400)), household(), typeface()).doubt is Doubt.TOO_COARSE
