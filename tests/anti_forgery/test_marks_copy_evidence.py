"""What the ground of a scanned back says of original and copy, by models of engines and copiers."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from PIL import Image

from anti_forgery.copy_evidence import BACK_LIMITS, Ground, copy_evidence
from certificates.errors import ConfigurationError
from load_tests.scans import steps
from load_tests.scans.copiers import COPIES, DPI, ORIGINALS
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import back, typeface

SCAN = 200


@cache
def printed() -> Image.Image:
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
    return back(20, DPI, Family.TUNING)[1]


@cache
def scanned(name: str) -> Image.Image:
    paper = {**ORIGINALS, **COPIES}[name](printed(), np.random.default_rng(1))
    return paper.resize((paper.width * SCAN // DPI, paper.height * SCAN // DPI), Image.Resampling.BOX)


@pytest.mark.parametrize(
    ("name", "paper"),
    [
        ("some dot gain", Ground.LIKELY_ORIGINAL),
        ("office copier, text, 600 dpi", Ground.LIKELY_COPY),
        # known limit, kept so that nobody promises more: a copy that keeps tones looks like an original
        ("colour copier, photo, soft", Ground.LIKELY_ORIGINAL),
    ],
)
def test_the_ground_says_what_the_paper_is(name: str, paper: Ground) -> None:
    found = copy_evidence(scanned(name))
    assert found.says is paper
    assert found.contrast is not None
    assert (
        (found.contrast <= BACK_LIMITS.original)
        if paper is Ground.LIKELY_ORIGINAL
        else (found.contrast >= BACK_LIMITS.copy)
    )


def test_a_photograph_says_the_same() -> None:
    phone = steps.chain(
        steps.photographed((0.01, 0.02), (30, 60)), steps.slanting_light((0.6, 0.7)), steps.jpeg((70, 80))
    )
    for name, paper in (
        ("some dot gain", Ground.LIKELY_ORIGINAL),
        ("office copier, text, 600 dpi", Ground.LIKELY_COPY),
    ):
        assert copy_evidence(phone(scanned(name), np.random.default_rng(1))).says is paper


def test_without_colour_or_without_codes_it_cannot_be_told() -> None:
    page = scanned("office copier, text, 600 dpi")
    for picture in (
        page.convert("L"),
        page.convert("L").convert("RGB"),
        Image.new("RGB", page.size, "white"),
    ):
        assert copy_evidence(picture).says is Ground.CANNOT_TELL
