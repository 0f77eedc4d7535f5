"""A front in a few hundred bytes: drawn again it is the page that was printed, pixel for pixel."""

from __future__ import annotations

import numpy as np
import pypdfium2
import pytest
from numpy.typing import NDArray

from certificates.domain.content import bare
from certificates.errors import WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.front import front_of, front_pdf, text_of
from certificates.pdf.page_tag import opening
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.pdf.samples import sample_contents
from certificates.pdf.writing import render
from certificates.profiles.reading import load_profile, shipped_profile
from tests.certificates.paper import DAY, NUMBER, ORDER, content, mincho, resident

SEAL = "seal"


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def drawn(pdf: bytes) -> NDArray[np.uint8]:
    with pypdfium2.PdfDocument(pdf) as document:
        return np.asarray(document[0].render(scale=150 / 72).to_pil().convert("L"))


def test_every_sample_is_drawn_again_from_its_front(face: Typeface) -> None:
    for name, sample in sample_contents(face).items():
        for pdf in (QuickWriter(face).render([sample]).pdf, render([sample], face).pdf):
            (page,) = read_pages(pdf)
            again = drawn(front_pdf(page.front, face))
            differs = drawn(pdf) != again
            # the imprint alone is kept with fewer dots
            assert differs.mean() < (0.001 if name == SEAL else 1e-12), name
            assert not sample.missing_from(page.text)
            assert bare(text_of(page.front)) == bare(page.text)


def test_the_image_of_an_official_seal_is_drawn_again_in_a_quarter_of_its_dots(face: Typeface) -> None:
    certificate = content(resident(), municipality=load_profile(shipped_profile("993212")), day=DAY)
    pdf = QuickWriter(face).render([certificate]).pdf
    (page,) = read_pages(pdf)
    assert "BI /W 142 /H 142 " in page.front
    differs = drawn(pdf) != drawn(front_pdf(page.front, face))
    assert 0 < differs.mean() < 0.004
    assert differs[: differs.shape[0] * 3 // 4].sum() == 0


@pytest.mark.parametrize(
    "drawing", ["/Picture Do", "/F0 9 Tf (clear) Tj", "/F9 9 Tf <0001> Tj", "/F0 9 Tf <0002> Tj", "é"]
)
def test_what_needs_more_than_the_stream_has_no_front(drawing: str) -> None:
    stream = f"{opening(ORDER, NUMBER, 1, 1)}\nq\n{{}}\nQ\nEMC"
    texts = {"F0": {"0001": "("}}
    assert front_of(stream.format("/F0 9 Tf <0001> Tj").encode(), texts) == "q\n9 (\\() Tj\nQ\n"
    assert front_of(stream.format(drawing).encode(), texts) == ""


def test_only_a_front_is_drawn(face: Typeface) -> None:
    for front in ("", "/Picture Do", "BI /W 1 /H 1 ID <</Secret 1>>\nEI"):
        with pytest.raises(WireError):
            front_pdf(front, face)
