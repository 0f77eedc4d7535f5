"""The calibration sheet through models of print and scan: the balance that is read is the one that hides the word."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.__main__ import main
from anti_forgery.calibration.measuring import measure
from anti_forgery.calibration.pair import pair_pdf
from anti_forgery.calibration.pair_measuring import measure_pair
from anti_forgery.calibration.printer_file import PrinterFile, measured, read_printer, write_printer
from anti_forgery.calibration.wedge import STEPS, wedge_pdf
from anti_forgery.ground import tile_pixels, word_mask
from certificates.errors import ConfigurationError, WireError
from tests.anti_forgery.marks_world import picture, profile, smooth

Light = NDArray[np.float32]
PAPER, INK = 0.85, 0.05
"""Luminance in the red channel of plain paper and of solid cyan or black toner."""
MARK, SURROUND = (0.0, 0.30, 0.10, 0.30), (0.28, 0.465, 0.315, 0.0)
GAINS = (0.0, 0.5)
"""Pixels of 600 dpi by which the edge of each dot moves outwards."""
CROP = (slice(176, 784), slice(100, 868))


def grown(ink: NDArray[np.bool_], gain: float) -> Light:
    """Dot gain as toner does it: the edge of each dot moves by ``gain`` pixels, the rest of a pixel as partial cover."""
    near = ink.copy()
    for axis in (0, 1):
        near |= np.roll(ink, 1, axis) | np.roll(ink, -1, axis)
    return np.where(ink, np.float32(1), np.float32(gain) * near)


def scanned(light: Light, dpi: int) -> Image.Image:
    """Sampling and the sRGB curve of a scanner."""
    image = Image.fromarray(light.astype(np.float32))
    size = (light.shape[1] * dpi // 600, light.shape[0] * dpi // 600)
    values = np.clip(np.asarray(image.resize(size, Image.Resampling.BOX)), 0, 1)
    coded = np.where(values <= 0.0031308, 12.92 * values, 1.055 * values ** (1 / 2.4) - 0.055)
    return Image.fromarray(np.rint(coded * 255).astype(np.uint8))


@cache
def printed() -> NDArray[np.bool_]:
    drawn = np.asarray(picture(wedge_pdf(), 0, 600).convert("RGB").getchannel("R"))
    return np.asarray(drawn < 128)


@cache
def scan_of(gain: float, dpi: int) -> Image.Image:
    ink = grown(printed(), gain)
    return scanned(PAPER + (INK - PAPER) * ink, dpi)


def word_difference(balance: float, gain: float) -> float:
    """L* of the word less that of the ground after the same printer."""
    tile = grown(tile_pixels(balance), gain).astype(np.float64)
    word = smooth(word_mask().astype(np.float64), 7.0)[CROP]
    light = (PAPER + (INK - PAPER) * smooth(tile, 14.0))[CROP]
    inside, outside = light[word > 0.95].mean(), light[word < 0.01].mean()
    return float(116 * (np.cbrt(inside) - np.cbrt(outside)))


@pytest.mark.parametrize("gain", GAINS)
def test_the_balance_that_is_read_hides_the_word_on_that_printer(gain: float) -> None:
    found = measure(scan_of(gain, 600))
    assert abs(word_difference(found.balance, gain)) < 0.6
    if gain == GAINS[-1]:
        assert abs(word_difference(1.0, gain)) > 1.2  # without calibration it would be seen


def test_a_turned_scan_of_300_dpi_says_nearly_the_same() -> None:
    light = Image.fromarray(PAPER + (INK - PAPER) * grown(printed(), 0.5))
    turned = light.rotate(1.5, expand=True, fillcolor=PAPER, resample=Image.Resampling.BILINEAR)
    scan = scanned(np.asarray(turned), 300)
    assert measure(scan).balance == pytest.approx(measure(scan_of(0.5, 600)).balance, abs=0.05)


def device(pdf: bytes) -> Image.Image:
    """A printer and a scanner by the renderer's own mixing of inks."""
    return picture(pdf, 0, 150).convert("RGB")


def test_the_pair_that_is_read_looks_alike_on_that_device() -> None:
    wrong = (0.25, 0.49, 0.29, 0.0)
    found = measure_pair(device(pair_pdf(MARK, wrong)), MARK, wrong)
    again = measure_pair(device(pair_pdf(MARK, found.surround)), MARK, found.surround)
    assert max(map(abs, found.before)) > 0.01
    assert max(map(abs, again.before)) < 0.003


def test_a_pair_that_cannot_be_read_is_refused() -> None:
    scan = device(pair_pdf(MARK, SURROUND))
    with pytest.raises(WireError, match="colour"):
        measure_pair(scan.convert("L"), MARK, SURROUND)
    with pytest.raises(WireError, match="four codes"):
        measure_pair(scan, MARK, (0.2, 0.4, 0.3, 0.0))
    with pytest.raises(WireError, match="evenly"):
        measure_pair(scan.convert("L").convert("RGB"), MARK, SURROUND)
    far = (0.10, 0.30, 0.15, 0.0)
    with pytest.raises(WireError, match="beyond the sheet"):
        measure_pair(device(pair_pdf(MARK, far)), MARK, far)


def test_the_sheet_of_a_lighter_ground_is_read_as_such() -> None:
    drawn = np.asarray(picture(wedge_pdf(24), 0, 600).convert("RGB").getchannel("R")) < 128
    found = measure(scanned(PAPER + (INK - PAPER) * grown(drawn, 0.0), 300))
    assert found.cell == 24
    assert found.balance == pytest.approx(1.0, abs=0.05)


def test_a_scan_of_something_else_is_refused() -> None:
    with pytest.raises(WireError, match="four codes"):
        measure(Image.new("L", (2480, 3508), 255))
    with pytest.raises(WireError, match="dpi"):
        measure(scan_of(0.5, 300).resize((1240, 1754), Image.Resampling.BOX))


def test_fields_without_a_balance_are_refused() -> None:
    values = np.asarray(scan_of(0.5, 300)).copy()
    values[450:-450] = 180
    with pytest.raises(WireError, match="no step is in balance"):
        measure(Image.fromarray(values))


def test_sheet_and_scan_by_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["calibrate", "sheet", "--out", str(tmp_path / "wedge.pdf")]) == 0
    assert (tmp_path / "wedge.pdf").read_bytes() == wedge_pdf()
    scan_of(0.5, 300).save(tmp_path / "scan.png")
    assert main(["calibrate", "pair", "--out", str(tmp_path / "pair.pdf")]) == 0
    device((tmp_path / "pair.pdf").read_bytes()).save(tmp_path / "pair.png")
    read = ["calibrate", "read", str(tmp_path / "scan.png"), str(tmp_path / "pair.png")]
    given = [*read, "--out", str(tmp_path / "printer.json"), "--font", str(profile().font)]
    assert main([*given, "--printer", "見本機", "--word", "複製"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == len(STEPS) + 3
    written = read_printer(tmp_path / "printer.json")
    assert (written.printer, written.word, written.cell) == ("見本機", "複製", 16)
    assert written.coarse_to_fine == pytest.approx(measure(scan_of(0.5, 300)).balance, abs=0.001)
    assert written.hidden_mark == MARK
    assert written.hidden_surround == pytest.approx(
        measure_pair(device(pair_pdf(MARK, SURROUND)), MARK, SURROUND).surround, abs=0.001
    )
    assert main(given) == 64  # it is there already
    alone = ["calibrate", "read", str(tmp_path / "pair.png"), "--out", str(tmp_path / "second.json")]
    assert main(alone) == 64
    assert "balance" in capsys.readouterr().err
    assert (
        main([*alone, "--around", str(tmp_path / "printer.json")]) == 64
    )  # that sheet is around another pair
    assert main([*read, "--out", str(tmp_path / "second.json"), "--word", "複写禁止物"]) == 64
    assert "4文字以内" in capsys.readouterr().err
    assert not (tmp_path / "second.json").exists()
    assert main(["calibrate", "read", str(tmp_path / "wedge.pdf"), "--out", str(tmp_path)]) == 64


def test_what_is_not_measured_anew_stays_as_the_earlier_profile_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual, later = tmp_path / "usual.json", tmp_path / "later.json"
    earlier = PrinterFile(printer="見本機", coarse_to_fine=1.1, word="複製", cell=20)
    write_printer(usual, earlier)
    device(pair_pdf(MARK, SURROUND)).save(tmp_path / "pair.png")
    read = ["calibrate", "read", str(tmp_path / "pair.png"), "--around", str(usual), "--out", str(later)]
    assert main([*read, "--font", str(profile().font)]) == 0
    written = read_printer(later)
    assert written.hidden_mark == MARK
    assert replace(written, hidden_mark=None, hidden_surround=None) == earlier
    missing = str(tmp_path / "missing.png")
    assert main(["calibrate", "read", missing, "--out", str(tmp_path / "no.json")]) == 64
    assert capsys.readouterr().err.startswith(f"SCAN: {missing} cannot be opened; ")


@pytest.mark.parametrize("action", ["sheet", "pair", "read"])
def test_help_tells_of_all_that_is_calibrated(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    for asked, words in (([action], ("--out",)), ([], ("地紋", "偽造防止検出画像", "けん制文字", action))):
        with pytest.raises(SystemExit, match="0"):
            main(["calibrate", *asked, "--help"])
        said = capsys.readouterr().out
        assert all(word in said for word in words)


def test_a_profile_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "printer.json"
    pair = {"hidden_mark": [0, 0.3, 0.1, 0.3], "hidden_surround": [0.28, 0.465, 0.315, 0]}
    ours = PrinterFile(
        printer="",
        coarse_to_fine=1.2,
        word="複製",
        cell=20,
        hidden_mark=(0, 0.3, 0.1, 0.3),
        hidden_surround=(0.28, 0.465, 0.315, 0),
    )
    write_printer(path, ours)
    assert read_printer(path) == ours
    found = measured(profile(), ours)
    assert (found.coarse_to_fine, found.word, found.cell) == (1.2, "複製", 20)
    assert measured(profile(), replace(ours, hidden_mark=None)).hidden_mark == profile().hidden_mark
    for wrong in (
        "[]",
        "{",
        json.dumps({"version": 2, "coarse_to_fine": 1.0}),
        json.dumps({"version": 1, "coarse_to_fine": 3}),
        json.dumps({"version": 1, "coarse_to_fine": "1"}),
        json.dumps({"version": 1, "coarse_to_fine": 1.0, "cell": 12}),
        json.dumps({"version": 1, "coarse_to_fine": 1.0, "word": 1}),
        json.dumps({"version": 1, "coarse_to_fine": 1.0, **pair, "hidden_mark": [0, 1]}),
    ):
        path.write_text(wrong, encoding="utf-8")
        with pytest.raises(ConfigurationError, match=r"printer\.json"):
            read_printer(path)
