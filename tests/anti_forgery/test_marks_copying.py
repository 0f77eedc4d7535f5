"""Copy detection on models: the word shows after a copier that decides, and only then."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from anti_forgery.copy_evidence import FRONT_SIZE as SIZE
from anti_forgery.copy_evidence import Ground, front_evidence
from anti_forgery.ground import tile_pixels
from anti_forgery.ground_design import TILE, TILES, USUAL
from load_tests.scans.steps import toner
from tests.anti_forgery.test_marks_ground import Field, copied, grown, smooth

TILE_INK = tile_pixels().astype(np.float64)


def ground_verdict(front: Image.Image) -> Ground:
    return front_evidence(front, USUAL).says


def page(ink: Field, dpi: int = 150) -> Image.Image:
    """A blank front at ``dpi`` whose ground is made of tiles like ``ink``, in cyan that is a little seen in blue."""
    rows = [np.roll(ink, row % 2 * TILE[0] // 2, axis=1) for row in range(TILES[1])]
    whole = np.tile(np.concatenate(rows), (1, TILES[0]))
    sheet = np.zeros((4 * SIZE[1], 4 * SIZE[0]), dtype=np.float32)
    sheet[148 : 148 + whole.shape[0], 152 : 152 + whole.shape[1]] = whole
    step = 600 // dpi
    cyan = sheet.reshape(sheet.shape[0] // step, step, sheet.shape[1] // step, step).mean(axis=(1, 3))
    shares = (1.0, 0.35, 0.1)
    return Image.fromarray(np.stack([255 * (1 - share * cyan) for share in shares], -1).astype(np.uint8))


@pytest.mark.parametrize("off", [0.86, 1.0, 1.14])
def test_an_original_shows_no_word_even_when_its_calibration_is_off(off: float) -> None:
    assert ground_verdict(page(tile_pixels(off).astype(np.float64))) is Ground.LIKELY_ORIGINAL


def test_an_original_shows_no_word_when_every_dot_has_grown() -> None:
    assert ground_verdict(page(grown(TILE_INK, 1))) is Ground.LIKELY_ORIGINAL


@pytest.mark.parametrize("blur", [1.3, 1.9])
@pytest.mark.parametrize("threshold", [0.33, 0.38])
def test_a_copy_is_told_by_its_word(blur: float, threshold: float) -> None:
    assert ground_verdict(page(copied(TILE_INK, blur, threshold))) is Ground.LIKELY_COPY


def test_a_scanners_tone_curve_hides_no_copy() -> None:
    curve = toner((0.12, 0.12), (45, 45), (238, 238))
    copy = page(copied(TILE_INK, 1.6, 0.33), 300)
    assert ground_verdict(curve(copy, np.random.default_rng(1))) is Ground.LIKELY_COPY


def test_a_scanner_that_clips_light_tones_shows_the_word_on_an_original_too() -> None:
    # Known limit: the receiver is told of the word and of this, and nobody is accused of copying.
    curve = toner((-0.08, -0.08), (45, 45), (238, 238))
    assert ground_verdict(curve(page(TILE_INK, 300), np.random.default_rng(1))) is Ground.LIKELY_COPY


def test_a_soft_copy_is_not_told_from_an_original() -> None:
    # Known limit, kept as a test so that nobody promises more.
    assert ground_verdict(page(smooth(TILE_INK, 3.0))) is Ground.LIKELY_ORIGINAL


def test_without_a_ground_in_colour_nothing_can_be_told() -> None:
    assert ground_verdict(Image.new("RGB", SIZE, "white")) is Ground.CANNOT_TELL
    assert ground_verdict(Image.new("RGB", SIZE, "black")) is Ground.CANNOT_TELL
    assert ground_verdict(page(TILE_INK).convert("L")) is Ground.CANNOT_TELL
    # a scanner that decides between black and white does what a copier does, so it must not accuse
    decided = page(TILE_INK).point(lambda level: 255 * (level > 200))
    assert ground_verdict(decided) is Ground.CANNOT_TELL
