"""What differs from sheet to sheet and what does not: micro-text, emblems, recognised files, profiles."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from pypdf import PdfReader

from anti_forgery.constants import constants
from anti_forgery.emblem import CORE, Ring, emblem_of, emblems
from anti_forgery.marking import mark
from anti_forgery.micro_text import CELL, CELLS, micro_mask
from anti_forgery.own_source import own_source
from certificates.errors import ConfigurationError, InvalidValueError
from certificates.pdf.fonts import Typeface, find_mincho
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.samples import sample_contents
from tests.anti_forgery.marks_world import fronts, picture, profile, sealer, sheet, sheets


@pytest.fixture(scope="module")
def own_files() -> list[bytes]:
    try:
        face = Typeface.load(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))
    writer = QuickWriter(face)
    return [writer.render([content]).pdf for content in sample_contents(face).values()]


def test_the_files_of_the_quick_writer_are_recognised_without_a_parser(own_files: list[bytes]) -> None:
    for pdf in own_files:
        assert own_source(pdf, 1) is not None


def test_a_recognised_file_and_a_parsed_one_are_marked_alike(own_files: list[bytes]) -> None:
    pdf = own_files[0]
    foreign = pdf.replace(b"/Type/Catalog/Pages 2 0 R/", b"/Pages 2 0 R/Type/Catalog/", 1)
    assert own_source(foreign, 1) is None
    for page in (0, 1):
        ours, theirs = (
            picture(mark(file, sheets(1), sealer(), profile()), page, 100) for file in (pdf, foreign)
        )
        assert np.array_equal(np.asarray(ours), np.asarray(theirs))


@pytest.mark.parametrize("place", range(0, 440, 11))
def test_a_byte_of_the_frame_that_is_not_as_it_was_is_left_to_the_parser(
    own_files: list[bytes], place: int
) -> None:
    pdf = own_files[0]
    tail = len(pdf) - pdf.rindex(b"xref\n0 ")
    at = len(pdf) - 1 - place % tail
    spoilt = pdf[:at] + bytes([pdf[at] ^ 0x40]) + pdf[at + 1 :]
    assert own_source(spoilt, 1) is None or b"/ID" in pdf[at - 80 : at]  # any identity will do


def test_another_number_of_pages_is_not_recognised(own_files: list[bytes]) -> None:
    assert own_source(own_files[0], 2) is None
    assert own_source(own_files[0][:-1], 1) is None
    assert own_source(own_files[0] + b"\n", 1) is None


def micro_pixels(pdf: bytes, page: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    stream = PdfReader(io.BytesIO(pdf)).pages[page]["/Resources"]["/XObject"]["/KofuMicro"]  # type: ignore[index]
    width, height = stream["/Width"], stream["/Height"]
    rows = np.frombuffer(stream.get_data(), dtype=np.uint8).reshape(height, -1)
    return np.unpackbits(rows, axis=1)[:, :width]


def test_both_sides_carry_the_number_of_their_sheet_in_micro_text() -> None:
    two = [sheet(), sheet(issue_number="992011-0000001235-1", copy=2)]
    marked = mark(fronts(2), two, sealer(), profile())
    found = [micro_pixels(marked, page) for page in range(4)]
    assert np.array_equal(found[0], found[1])
    assert np.array_equal(found[2], found[3])
    differing = (found[0] != found[2]).reshape(CELL[1], CELLS, CELL[0]).any(axis=(0, 2))
    places = [
        place
        for place, (a, b) in enumerate(zip(two[0].issue_number, two[1].issue_number, strict=True))
        if a != b
    ]
    assert np.flatnonzero(differing).tolist() == places


def test_no_two_letters_of_the_micro_text_look_alike() -> None:
    assert len({micro_mask(letter) for letter in "0123456789- "}) == 12


def test_a_long_number_is_squeezed_and_not_cut() -> None:
    assert b"/Width %d/" % (64 * CELL[0]) in micro_mask("9" * 64)


def test_the_micro_text_is_printed_along_all_four_sides() -> None:
    drawn = np.asarray(picture(mark(fronts(), sheets(1), sealer(), profile()), 0, 600).convert("L")) < 250
    height, width = drawn.shape
    for strip in (drawn[110:140, 200:-200], drawn[-140:-110, 200:-200], drawn[200:-200, 120:150].T):
        assert 0.05 < strip.mean() < 0.5
    assert drawn[:, : width // 50].sum() == drawn[: height // 90].sum() == 0


def test_a_municipality_has_its_own_pattern_and_an_unknown_one_a_neutral_one() -> None:
    one, other, unknown = (
        np.asarray(picture(mark(fronts(), [sheet(municipality=code)], sealer(), profile()), 0, 300))
        for code in ("992011", "992020", "992097")
    )
    assert (one != other).any()
    assert (unknown != one).any()
    assert emblem_of("992097") is emblems()[""]


@pytest.mark.parametrize(("cell", "tone"), [(16, 1 / 8), (24, 1 / 18)])
def test_the_pattern_has_the_tone_of_the_ground(cell: int, tone: float) -> None:
    marked = mark(fronts(), sheets(1), sealer(), replace(profile(), cell=cell))
    drawn = np.asarray(picture(marked, 0, 600).convert("RGB").getchannel("R")).astype(np.float64)
    ink = (255 - drawn) / (255 - drawn.min())
    middle = ink[3600:4000, 2300:2660].mean()  # below the text, inside the emblem
    assert middle == pytest.approx(tone, rel=0.12)


@pytest.mark.parametrize("change", [{"outer": CORE}, {"inner": 0.0}, {"petals": 0}, {"sharpness": 9.0}])
def test_an_emblem_that_cannot_be_drawn_is_refused(change: dict[str, float]) -> None:
    plain = {"petals": 5, "inner": 0.2, "outer": 0.5, "sharpness": 1.0, "turn": 0}
    assert Ring(**plain)
    with pytest.raises(InvalidValueError):
        Ring(**{**plain, **change})


@pytest.mark.parametrize(
    "change",
    [
        {"hidden_mark": (0, 0.3, 0.1, 0.1)},
        {"hidden_mark": (0, 0.3, 0.1, 1.1)},
        {"hidden_surround": (0.2, 0.4, 0.3, 0.05)},
        {"hidden_surround": (0.2, 0.4, 0.3)},
    ],
)
def test_a_pair_that_hides_nothing_is_refused(change: dict[str, tuple[float, ...]]) -> None:
    with pytest.raises(InvalidValueError):
        replace(profile(), **change)  # type: ignore[arg-type]  # the wrong value is what is tested


def test_constant_objects_are_made_once() -> None:
    assert constants(profile(), "992011", 11) is constants(profile(), "992011", 11)


def test_a_back_adds_less_than_forty_kilobytes() -> None:
    one, two = (len(mark(fronts(pages), sheets(pages), sealer(), profile())) for pages in (1, 2))
    assert two - one < 40_000
    assert one - len(fronts(1)) < 80_000
    assert Image.MAX_IMAGE_PIXELS
