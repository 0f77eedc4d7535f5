"""The ground: equal tone in the original, the word in a copy. All simulated: nothing was printed or copied."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from anti_forgery.ground import tile_pixels, word_mask
from anti_forgery.ground_design import ORIGIN, TILE
from anti_forgery.marking import mark
from anti_forgery.profile import PrinterProfile
from certificates.errors import InvalidValueError
from tests.anti_forgery.marks_world import fronts, picture, profile, sealer, sheets, smooth

Field = NDArray[np.float64]

EYE = 14.0
"""Pixels of 600 dpi over which the eye mixes dots to a tone: 0.6 mm at reading distance."""
VISIBLE_DL = 0.6
"""The difference in L* from which the word was taken for visible in the experiments of the design."""
PAPER, CYAN = 0.85, 0.23
"""Luminance factors of plain paper and of solid cyan toner."""
PART = (slice(None), slice(100, 868))
"""The character 複 and the ground around it: as much of a tile as the figures need, and quick to transform."""
WORD = word_mask()[PART].astype(np.float64)
WORD_SEEN = smooth(WORD, EYE)
INSIDE, OUTSIDE = smooth(WORD, EYE / 2) > 0.95, WORD_SEEN < 0.01
GRAIN = smooth(np.random.default_rng(1).normal(size=WORD.shape), EYE)


def tone(ink: Field) -> float:
    """Mean ink on the word less mean ink around it."""
    seen = smooth(ink, EYE)
    return float(seen[INSIDE].mean() - seen[OUTSIDE].mean())


def lightness_difference(ink: Field) -> float:
    """L* of the word less L* of the ground (CIE 15, Murray–Davies mixing)."""
    around = float(ink.mean())
    return lightness(around + tone(ink)) - lightness(around)


def lightness(ink: float) -> float:
    return float(116 * np.cbrt((1 - ink) * PAPER + ink * CYAN) - 16)


def visibility(ink: Field) -> float:
    """Correlation of what the eye sees with the word, under the unevenness (1 % of full tone) of any print."""
    seen = smooth(ink, EYE) + GRAIN * (0.01 / GRAIN.std())
    return float(np.corrcoef(seen.ravel(), WORD_SEEN.ravel())[0, 1])


def tile(coarse_to_fine: float = 1.0) -> Field:
    return tile_pixels(coarse_to_fine)[PART].astype(np.float64)


def copied(ink: Field, blur: float, threshold: float) -> Field:
    """A plain copier: its optics blur (in pixels of 600 dpi), its text mode decides between ink and no ink."""
    return np.asarray(smooth(ink, blur) > threshold, dtype=np.float64)


def grown(ink: Field, quarter_pixels: int) -> Field:
    """Dot gain: every dot grows on all sides by that many quarters of a pixel."""
    fine = np.kron(ink > 0, np.ones((4, 4), dtype=np.bool_))
    for _ in range(quarter_pixels):
        fine |= np.roll(fine, 1, 0) | np.roll(fine, -1, 0)
        fine |= np.roll(fine, 1, 1) | np.roll(fine, -1, 1)
    height, width = ink.shape
    return np.asarray(fine.reshape(height, 4, width, 4).mean(axis=(1, 3)))


def test_a_tile_has_an_eighth_of_ink_all_over() -> None:
    assert tile_pixels().mean() == 1 / 8


def test_the_word_is_not_seen_in_the_original() -> None:
    original = tile()
    assert abs(lightness_difference(original)) < 0.1
    assert abs(visibility(original)) < 0.2


@pytest.mark.parametrize("off", [0.86, 1.14])
def test_a_calibration_that_is_14_percent_off_is_still_not_seen(off: float) -> None:
    assert 0.1 < abs(lightness_difference(tile(off))) <= VISIBLE_DL


@pytest.mark.parametrize("blur", [1.3, 1.6, 1.9])
@pytest.mark.parametrize("threshold", [0.33, 0.38])
def test_a_copy_shows_the_word(blur: float, threshold: float) -> None:
    copy = copied(tile(), blur, threshold)
    assert visibility(copy) > 0.9
    assert lightness_difference(copy) < -2 * VISIBLE_DL


def test_a_soft_copy_that_keeps_tones_does_not_show_it() -> None:
    # Known limit, kept as a test so that nobody promises more: the ground is a deterrent, not a proof.
    assert abs(visibility(smooth(tile(), 3.0))) < 0.2


def test_dot_gain_shows_the_word_and_the_calibration_hides_it_again() -> None:
    assert lightness_difference(grown(tile(1.0), 1)) > VISIBLE_DL
    assert abs(lightness_difference(grown(tile(1.27), 1))) < VISIBLE_DL


def test_the_calibration_is_met_to_a_thousandth() -> None:
    plain = int(tile_pixels(1.0).sum())
    coarse = int(tile_pixels(2.0).sum()) - plain
    for wanted in (0.9, 1.1, 1.234):
        assert (int(tile_pixels(wanted).sum()) - plain) / coarse == pytest.approx(wanted - 1, abs=0.001)


@pytest.mark.parametrize("value", [0.0, 0.49, 2.01, float("nan")])
def test_a_calibration_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(InvalidValueError):
        profile(coarse_to_fine=value)


def test_an_address_that_does_not_fit_the_note_is_refused() -> None:
    for address in ("", "x" * 65, "a\nb", "問合せ"):
        with pytest.raises(InvalidValueError):
            replace(profile(), inquiry_site=address)


def ground_of(marked: bytes, page: int) -> Field:
    """The lower left tile of a page drawn at 600 dpi, as ink; there the page is otherwise empty."""
    whole = picture(marked, page, 600)
    bottom = whole.height - ORIGIN[1]
    box = (ORIGIN[0], bottom - TILE[1], ORIGIN[0] + TILE[0], bottom)
    drawn = np.asarray(whole.crop(box).convert("L")).astype(np.float64)
    return np.asarray((255 - drawn[PART]) / (255 - drawn.min()))


def test_what_a_renderer_makes_of_the_file_hides_the_word_and_its_copy_shows_it() -> None:
    drawn = ground_of(mark(fronts(), sheets(1), sealer(), profile()), 0)
    assert abs(lightness_difference(drawn)) < VISIBLE_DL
    assert abs(visibility(drawn)) < 0.3
    assert visibility(copied(drawn, 1.6, 0.42)) > 0.9


def test_the_calibration_of_the_profile_reaches_the_file() -> None:
    light = mark(fronts(), sheets(1), sealer(), profile(coarse_to_fine=0.7))
    assert lightness_difference(ground_of(light, 0)) > VISIBLE_DL


def test_profiles_that_differ_do_not_share_their_ground() -> None:
    files = {
        mark(
            fronts(),
            sheets(1),
            sealer(),
            PrinterProfile(font=profile().font, inquiry_site="a", coarse_to_fine=c),
        )
        for c in (1.0, 1.1)
    }
    assert len(files) == 2
