"""Grounds of another word and another density: drawn from the profile, named on the back, judged by what the back names."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from anti_forgery.copy_evidence import Ground, copy_evidence, front_evidence
from anti_forgery.ground import design_of, tile_pixels
from anti_forgery.ground_design import CELLS, USUAL, GroundDesign
from anti_forgery.latent_word import COLUMNS, PATTERN_BYTES, ROWS
from anti_forgery.marking import mark
from anti_forgery.sealed import BackSealer, ground_named
from anti_forgery.verification import Outcome, verify_back
from certificates.errors import ConfigurationError, InvalidValueError, WireError
from load_tests.scans.copiers import COPIES, DPI, ORIGINALS
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import keys, paper, rendered
from load_tests.scans.sheets import profile as printer
from tests.anti_forgery.marks_world import CENTRE, SITE, profile, sealer, sheet
from tests.anti_forgery.test_marks_copying import page
from tests.anti_forgery.test_marks_ground import copied


def other_design() -> GroundDesign:
    return design_of(replace(profile(), word="複製", cell=20))


def test_the_usual_ground_is_named_by_nothing_and_every_other_by_itself() -> None:
    assert design_of(profile()) == USUAL
    assert USUAL.to_bytes() == b""
    for design in (other_design(), GroundDesign(cell=24)):
        assert GroundDesign.from_bytes(design.to_bytes()) == design


@pytest.mark.parametrize(
    "named",
    [b"\x10", b"\x0c", b"\x14\0", b"\x14" + b"\1" * (PATTERN_BYTES + 1), b"\x14" + bytes(PATTERN_BYTES)],
)
def test_bytes_that_name_no_ground_are_refused(named: bytes) -> None:
    with pytest.raises(WireError):
        GroundDesign.from_bytes(named)


def test_a_word_from_the_font_has_strokes_all_over_its_box() -> None:
    points = np.unpackbits(np.frombuffer(other_design().pattern, np.uint8)).reshape(ROWS, COLUMNS)
    assert points[:, : COLUMNS // 2].any(axis=1).sum() > ROWS - 4
    assert points[:, COLUMNS // 2 :].any(axis=1).sum() > ROWS - 4
    assert 100 < points.sum() < 400  # lines, no areas


@pytest.mark.parametrize(
    ("word", "cell", "japanese", "english"),
    [
        ("\N{GRINNING FACE}", 16, "フォントに", "has no U\\+1F600"),
        ("複写禁止物", 16, "4文字以内", "1 to 4 characters"),
        ("", 16, "4文字以内", "1 to 4 characters"),
        ("複写禁止", 16, "長すぎます", "too long"),
        ("複製", 24, "画数が多く", "too many strokes"),
    ],
)
def test_a_word_that_cannot_be_drawn_is_refused_in_both_languages(
    word: str, cell: int, japanese: str, english: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"{japanese}.* / .*{english}"):
        design_of(replace(profile(), word=word, cell=cell))


def test_a_density_out_of_bounds_is_refused() -> None:
    for cell in (8, 12, 17, 28):
        assert cell not in CELLS
        with pytest.raises(InvalidValueError):
            replace(profile(), cell=cell)


def test_what_the_back_names_is_bound_to_its_seal() -> None:
    design = other_design()
    payload = sealer().seal(sheet(), design)
    assert ground_named(payload) == design
    assert verify_back(payload, [SITE], [CENTRE.public_key]).sheet == sheet()
    place = payload.index(design.pattern)
    forged = payload[:place] + bytes([payload[place] ^ 1]) + payload[place + 1 :]
    assert verify_back(forged, [SITE], [CENTRE.public_key]).outcome is Outcome.FAILED


def test_a_front_is_judged_by_its_own_word_and_misjudged_by_another() -> None:
    design = other_design()
    ink = tile_pixels(1.0, design).astype(np.float64)
    copy = page(copied(ink, 1.6, 0.33))
    assert front_evidence(page(ink), design).says is Ground.LIKELY_ORIGINAL
    assert front_evidence(copy, design).says is Ground.LIKELY_COPY
    assert front_evidence(copy, USUAL).says is not Ground.LIKELY_COPY


def test_a_back_is_judged_by_the_word_that_it_names() -> None:
    made, site = paper(20), keys()
    sealing = BackSealer(
        centre=site.centre, site=site.site.public_key, random_bytes=random.Random(1).randbytes
    )
    marked = mark(made.pdf, made.sheets, sealing, replace(printer(), word="複製", cell=20))
    printed = rendered(marked, 1, DPI, Family.TUNING)
    for name, says in (
        ("some dot gain", Ground.LIKELY_ORIGINAL),
        ("office copier, text, 600 dpi", Ground.LIKELY_COPY),
    ):
        paper_ = {**ORIGINALS, **COPIES}[name](printed, np.random.default_rng(1))
        scan = paper_.resize((paper_.width // 3, paper_.height // 3), Image.Resampling.BOX)
        assert copy_evidence(scan).says is says
