"""The copier models: the word is seen in copies that decide, in none that keeps tones, and not in the original."""

from __future__ import annotations

import pytest

from load_tests.copies.models import COPIERS
from load_tests.copies.seeing import (
    VISIBLE,
    VISIBLE_DL,
    calibrated,
    copied,
    lightness_difference,
    printed,
    visibility,
)

GAIN = 0.2


def test_eight_models_have_eight_names() -> None:
    assert len({copier.name for copier in COPIERS}) == 8


def test_the_original_hides_the_word_and_a_wrong_calibration_shows_it() -> None:
    right = calibrated(GAIN)
    assert abs(lightness_difference(printed(right, GAIN))) < 0.1
    assert visibility(printed(right, GAIN)) < 0.1
    assert abs(lightness_difference(printed(right + 0.4, GAIN))) > VISIBLE_DL


@pytest.mark.parametrize("place", [0, 4, 7])
def test_a_copier_that_decides_shows_the_word_and_a_soft_one_does_not(place: int) -> None:
    copy = copied(printed(calibrated(GAIN), GAIN), COPIERS[place])
    seen = visibility(copy) >= VISIBLE and abs(lightness_difference(copy)) > VISIBLE_DL
    assert seen == (place != 7)
