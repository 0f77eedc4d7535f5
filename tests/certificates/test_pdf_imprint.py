"""Seals on paper: the imprint at its true size, the official seal within its limit, both black."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from certificates.domain.content import CertificateContent
from certificates.domain.kinds import CertificateKind
from certificates.domain.official_seal import OfficialSeal, SealImage, SealLettering
from certificates.domain.seal import SealImprint
from certificates.errors import InvalidValueError, RefusedError
from certificates.pdf.fonts import Typeface
from certificates.pdf.forms.form import sheets
from certificates.pdf.imprint import draw_imprint
from certificates.pdf.seal_scans import main as write_scans
from certificates.pdf.seal_scans import scan
from certificates.pdf.sheet import Box
from certificates.profiles.seal_image import read_seal_image
from tests.certificates.paper import Write, content, mincho, resident

DOTS = 12  # a millimetre, of the picture that is measured


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def picture(certificate: CertificateContent, write: Write) -> NDArray[np.bool_]:
    """The page as a printer sees it, true where there is ink."""
    with pypdfium2.PdfDocument(write([certificate]).pdf) as document:
        image = document[0].render(scale=DOTS * 25.4 / 72).to_pil().convert("L")
    return np.asarray(image) < 128


def inked(page: NDArray[np.bool_], box: Box) -> tuple[float, float]:
    """Width and height in millimetres of the ink inside ``box``, its rules left out."""
    left, top = int((box.x + 1) * DOTS), int((box.y + 1) * DOTS)
    right, bottom = int((box.x + box.width - 1) * DOTS), int((box.y + box.height - 1) * DOTS)
    rows, columns = np.nonzero(page[top:bottom, left:right])
    return float(np.ptp(columns) + 1) / DOTS, float(np.ptp(rows) + 1) / DOTS


def sealed(imprint: SealImprint) -> CertificateContent:
    return content(resident(), kind=CertificateKind.SEAL_REGISTRATION, imprint=imprint)


@pytest.mark.parametrize("diameter", [9.0, 16.5, 25.0])
def test_an_imprint_is_printed_at_its_true_size(face: Typeface, write: Write, diameter: float) -> None:
    certificate = sealed(draw_imprint("見本一郎", face, diameter_mm=diameter))
    sheet = sheets(certificate)[0]
    assert sheet.imprint is not None
    width, height = inked(picture(certificate, write), sheet.imprint[1])
    assert width == pytest.approx(diameter, abs=0.2)
    assert height == pytest.approx(diameter, abs=0.2)


def test_an_imprint_is_printed_upright_and_dot_for_dot(write: Write) -> None:
    """Ink in the upper left quarter alone, at one dot for each dot of the picture."""
    half = b"\xff" * 10 + b"\x00" * 10
    imprint = SealImprint(width=160, height=160, dots_per_mm=DOTS, rows=half * 80 + b"\x00" * 20 * 80)
    certificate = sealed(imprint)
    sheet = sheets(certificate)[0]
    assert sheet.imprint is not None
    box = sheet.imprint[1]
    middle_x, middle_y = (box.x + box.width / 2) * DOTS, (box.y + box.height / 2) * DOTS
    page = picture(certificate, write)
    area = page[
        int(box.y + 1) * DOTS : int(box.y + box.height - 1) * DOTS, int(box.x + 1) * DOTS : int(60 * DOTS)
    ]
    assert int(area.sum()) == pytest.approx(80 * 80, rel=0.03)
    assert page[int(middle_y) - 40, int(middle_x) - 40]
    assert not page[int(middle_y) + 40, int(middle_x) + 40]
    assert not page[int(middle_y) - 40, int(middle_x) + 40]


@pytest.mark.parametrize(
    "seal",
    [
        SealLettering(text="みほん市長之印"),
        SealLettering(text="見本市長印", side=25.0),
        SealImage(width=567, height=567, side=24.0, rows=b"\xff" * 71 * 567),
    ],
)
def test_the_official_seal_is_black_and_at_most_25_mm(
    face: Typeface, write: Write, seal: OfficialSeal
) -> None:
    certificate = replace(sealed(draw_imprint("見本", face)), official_seal=seal)
    drawn = sheets(certificate)[0].seal
    assert drawn is not None
    _, box = drawn
    around = Box(box.x - 2, box.y - 2, box.width + 4, box.height + 2.7)
    width, height = inked(picture(certificate, write), around)
    assert width == pytest.approx(seal.width_mm, abs=0.3)
    assert height == pytest.approx(seal.height_mm, abs=0.6)
    assert max(width, height) <= 25


def test_a_drawn_imprint_is_the_same_each_time_and_another_for_another_name(face: Typeface) -> None:
    assert draw_imprint("見本", face) == draw_imprint("見本", face)
    assert draw_imprint("見本", face) != draw_imprint("架空", face)
    assert draw_imprint("辻\U000e0102本", face) == draw_imprint("辻本", face)


@pytest.mark.parametrize("lettering", ["見", "見本", "見本子", "見本一郎", "見本一郎之印", ""])
def test_the_lettering_stays_inside_the_round_frame(face: Typeface, lettering: str) -> None:
    imprint = draw_imprint(lettering, face, diameter_mm=15)
    bits = np.unpackbits(np.frombuffer(imprint.rows, np.uint8)).reshape(imprint.height, -1)[
        :, : imprint.width
    ]
    middle = (imprint.width - 1) / 2
    rows, columns = np.nonzero(bits)
    assert np.hypot(rows - middle, columns - middle).max() <= imprint.width / 2 + 1
    assert 0.1 < bits.mean() < 0.6


def test_an_imprint_of_a_size_that_cannot_be_registered_is_not_drawn(face: Typeface) -> None:
    for diameter in (8.0, 25.2):
        with pytest.raises(InvalidValueError):
            draw_imprint("見本", face, diameter_mm=diameter)


def test_an_imprint_of_a_character_without_glyph_is_refused(face: Typeface) -> None:
    with pytest.raises(RefusedError):
        draw_imprint("\U0001f600", face)


def test_a_seal_sheet_without_imprint_has_none(face: Typeface) -> None:
    empty = replace(sealed(draw_imprint("見本", face)), imprint=None)
    assert sheets(empty)[0].imprint is None


def test_an_invented_scan_is_worn_the_same_each_time_and_passes_for_an_official_seal(
    face: Typeface, tmp_path: Path
) -> None:
    one, again, other = (scan("見本町長之印", face, seed=seed) for seed in (1, 1, 2))
    assert one.tobytes() == again.tobytes() != other.tobytes()
    write_scans(["--out", str(tmp_path)])
    for path in tmp_path.iterdir():
        assert read_seal_image(path.read_bytes(), 24.0).width == 567
