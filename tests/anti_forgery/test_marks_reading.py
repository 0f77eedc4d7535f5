"""From paper back to a verdict: what can be read is right, what cannot is indeterminate, and nothing is ever wrong."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageDraw

from anti_forgery.back import FINEST_MODULE, GRID, PANEL, code_grid
from anti_forgery.marking import mark
from anti_forgery.pdf_objects import DOT
from anti_forgery.reading import MAX_PIXELS, MIN_SIDE, read_back
from anti_forgery.symbols import DATA, PARITY, TOTAL, UnreadableError
from anti_forgery.verification import Outcome, Reason, verify_image
from load_tests.scans import wear
from load_tests.scans.damage import FAMILIES
from load_tests.scans.qualities import Family
from tests.anti_forgery.conftest import drawn_page
from tests.anti_forgery.marks_world import CENTRE, SITE, fronts, picture, profile, sealer, sheet, sheets

PAYLOAD = sealer().seal(sheets(2)[0])
CENTRE_KEYS = [CENTRE.public_key]
READ_AFTER = (
    "untouched",
    "upside down",
    "turned 3°",
    "blurred",
    "one bit",
    "JPEG 40",
    "noisy",
    "a band across gone",
    "a band down gone",
    "phone",
)


@pytest.mark.parametrize("dpi", [300, 200])
@pytest.mark.parametrize("damage", READ_AFTER)
def test_a_back_is_read_after(damage: str, dpi: int) -> None:
    model = FAMILIES[Family.TUNING](dpi)[damage]
    assert read_back(model(drawn_page(1, dpi), np.random.default_rng(dpi))) == PAYLOAD


def test_a_back_that_was_read_passes(back_300: Image.Image) -> None:
    verdict = verify_image(back_300, [SITE], CENTRE_KEYS)
    assert verdict.outcome is Outcome.PASSED
    assert verdict.sheet == sheets(2)[0]


def test_the_back_of_the_second_sheet_is_its_own() -> None:
    assert verify_image(drawn_page(3, 200), [SITE], CENTRE_KEYS).sheet == sheets(2)[1]


@pytest.mark.parametrize("seed", range(8))
def test_a_back_with_a_large_hole_is_read_right_or_not_at_all(back_200: Image.Image, seed: int) -> None:
    hurt = wear.erased((0.2, 0.2), ("square",))(back_200, np.random.default_rng(seed))
    verdict = verify_image(hurt, [SITE], CENTRE_KEYS)
    assert (verdict.sheet, verdict.outcome) in (
        (sheets(2)[0], Outcome.PASSED),
        (None, Outcome.INDETERMINATE),
    )


def symbol_box(index: int, image: Image.Image) -> tuple[float, float, float, float]:
    """Where one symbol's slot lies in a picture of the whole page."""
    scale = image.height / 841.89 * DOT
    side = PANEL.width / GRID * scale
    row, column = divmod(index, GRID)
    left, top = PANEL.x * scale + column * side, image.height - (PANEL.y + PANEL.height) * scale + row * side
    return (left, top, left + side, top + side)


def without(image: Image.Image, lost: range) -> Image.Image:
    drawing = ImageDraw.Draw(image)
    for index in lost:
        drawing.rectangle(symbol_box(index, image), fill="white")
    return image


def test_ten_of_sixteen_symbols_may_be_gone(back_200: Image.Image) -> None:
    assert read_back(without(back_200, range(PARITY))) == PAYLOAD


def test_with_one_more_gone_the_back_is_indeterminate(back_200: Image.Image) -> None:
    hurt = without(back_200, range(PARITY + 1))
    with pytest.raises(UnreadableError) as caught:
        read_back(hurt)
    assert (caught.value.found, caught.value.needed) == (DATA - 1, DATA)
    assert verify_image(hurt, [SITE], CENTRE_KEYS).reason is Reason.UNREADABLE


def test_symbols_pasted_over_from_another_sheet_do_not_mix(back_200: Image.Image) -> None:
    other = drawn_page(3, 200)
    for index in range(TOTAL // 2):
        box = tuple(round(side) for side in symbol_box(index, back_200))
        back_200.paste(other.crop(box), (box[0], box[1]))  # type: ignore[arg-type]  # four sides
    assert verify_image(back_200, [SITE], CENTRE_KEYS).reason is Reason.UNREADABLE


def test_a_foreign_code_beside_ours_is_ignored(back_200: Image.Image) -> None:
    barcode = zxingcpp.create_barcode(b"a parcel label", zxingcpp.BarcodeFormat.Aztec)
    label = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=8)))
    back_200.paste(label, (900, 300))
    assert read_back(back_200) == PAYLOAD


def test_a_front_has_no_code() -> None:
    with pytest.raises(UnreadableError, match="no code was found"):
        read_back(drawn_page(0, 200))


def test_a_picture_out_of_proportion_is_not_looked_at() -> None:
    for size in ((MIN_SIDE - 1, 5000), (MAX_PIXELS // 1000 + 1, 1000), (70_000, 300)):
        with pytest.raises(UnreadableError):
            read_back(Image.new("1", size))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16", "F"])
def test_a_picture_of_any_mode_is_read_or_indeterminate(back_200: Image.Image, mode: str) -> None:
    grey = back_200.convert("L")
    changed = Image.fromarray(np.asarray(grey).astype(np.uint16)) if mode == "I;16" else grey.convert(mode)
    assert changed.mode == mode
    assert read_back(changed) == PAYLOAD


def test_the_longest_text_that_fits_is_read_at_300_dpi() -> None:
    crowded = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(1500))
    long = sheet(text=crowded)
    payload = sealer().seal(long)
    assert code_grid(payload)[1] == FINEST_MODULE
    marked = mark(fronts(1), [long], sealer(), profile())
    draw = np.random.default_rng(1)
    for damage in ("untouched", "turned 3°", "a band across gone", "one bit"):
        model = FAMILIES[Family.TUNING](300)[damage]
        assert read_back(model(picture(marked, 1, 300), draw)) == payload
