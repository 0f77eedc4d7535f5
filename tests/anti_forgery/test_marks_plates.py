"""The marked file on the four plates of a printer, by Ghostscript: what each colorant carries, and 「証」 on black alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageFilter

from anti_forgery.hidden_picture import CENTRE, RADIUS, SIDE
from tests.anti_forgery.conftest import marked_file

Plate = NDArray[np.float64]
DPI = 300
PLATES = ("Cyan", "Magenta", "Yellow", "Black")


@pytest.fixture(scope="module")
def separated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both sides of the first sheet, separated and as one picture, drawn at 600 dpi and brought to 300."""
    if shutil.which("gs") is None:
        pytest.skip("Ghostscript is not installed: apt-get install ghostscript")
    folder = tmp_path_factory.mktemp("plates")
    (folder / "marked.pdf").write_bytes(marked_file())
    for device, name in (("tiffsep", "%d.tif"), ("tiff24nc", "rgb%d.tif")):
        command = ["gs", "-q", "-dSAFER", "-dBATCH", "-dNOPAUSE", f"-sDEVICE={device}", "-r600"]
        command += ["-dDownScaleFactor=2", "-dLastPage=2", f"-o{folder}/{name}", str(folder / "marked.pdf")]
        subprocess.run(command, check=True, timeout=60)
    return folder


def plates(folder: Path, page: int) -> dict[str, Plate]:
    return {
        name: (255 - np.asarray(Image.open(folder / f"{page}({name}).tif").convert("L"))) / 255
        for name in PLATES
    }


def around(side: float) -> tuple[slice, slice]:
    """A square of ``side`` radii of the blossom around its middle, in pixels from the top."""
    x, y, half = (value / 25.4 * DPI for value in (CENTRE[0], 297.0 - CENTRE[1], RADIUS * side / 2))
    return slice(round(y - half), round(y + half)), slice(round(x - half), round(x + half))


def test_the_front_carries_marks_in_cyan_alone(separated: Path) -> None:
    found = plates(separated, 1)
    assert found["Magenta"].max() == found["Yellow"].max() == 0
    assert 0.02 < found["Cyan"].mean() < 0.13
    assert found["Black"].mean() > 0.005
    assert found["Black"][-120:, :].max() == 0


def test_the_back_has_other_inks_in_the_blossom_alone(separated: Path) -> None:
    found = plates(separated, 2)
    for name in ("Magenta", "Yellow"):
        blossom = found[name][around(2.1)].sum()
        assert blossom > 0
        assert found[name].sum() == pytest.approx(blossom)
    assert found["Black"][:180, :].max() == 0


def test_the_character_is_on_the_black_plate_and_on_no_other(separated: Path) -> None:
    found = plates(separated, 2)
    black = found["Black"][around(2.1)] > 0.1
    inside = found["Black"][around(SIDE)] > 0.1
    assert black.sum() == inside.sum()  # nothing else of the blossom holds black
    assert 0.2 < inside.mean() < 0.6
    assert inside.any(axis=0).mean() > 0.9  # it fills its square
    assert inside.any(axis=1).mean() > 0.9


def test_the_eye_does_not_find_the_character(separated: Path) -> None:
    black = plates(separated, 2)["Black"][around(1)] > 0.1
    mask = Image.fromarray(black)
    grown = np.asarray(mask.convert("L").filter(ImageFilter.MaxFilter(9))) > 0
    core = np.asarray(mask.convert("L").filter(ImageFilter.MinFilter(3))) > 0
    rim = grown & ~(np.asarray(mask.convert("L").filter(ImageFilter.MaxFilter(3))) > 0)
    picture = Image.open(separated / "rgb2.tif").convert("RGB").crop(_box(around(1)))
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    stored = np.asarray(ImageCms.applyTransform(picture, to_lab)).astype(np.float64)
    lightness, a, b = (
        stored[..., 0] * 100 / 255,
        *np.moveaxis(stored[..., 1:].astype(np.uint8).view(np.int8), 2, 0),
    )
    lab = np.stack([lightness, a, b], axis=-1)
    # CIE 1976: the colour of 「証」 against that of the blossom along its edge
    difference = np.linalg.norm(lab[core].mean(axis=0) - lab[rim].mean(axis=0))
    assert difference < 3


def _box(part: tuple[slice, slice]) -> tuple[int, int, int, int]:
    rows, columns = part
    return columns.start, rows.start, columns.stop, rows.stop
