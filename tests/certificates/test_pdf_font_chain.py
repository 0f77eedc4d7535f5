"""A chain of fonts: one owner for each character, each font embedded where it draws, refused where none does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from certificates.domain.content import CertificateContent
from certificates.errors import ConfigurationError, RefusedError, WireError
from certificates.pdf.fonts import Typeface, find_chain, font_of
from certificates.pdf.imprint import draw_imprint
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.writer import QuickWriter
from certificates.problems import ProblemCode
from tests.certificates.paper import IPAEX, READERS, WRITERS, Write, chain, content, copies, mincho, resident
from tests.certificates.pixels import pictures, within_a_pixel

ONLY_SECOND = "⺅"  # IPAex明朝 has it, IPAmj明朝 has not
SEQUENCE = "倦\U000e0100"  # Adobe-Japan1, of which IPAex明朝 has some
NAME = f"{ONLY_SECOND}木　{SEQUENCE}子"


@pytest.fixture(scope="module")
def face() -> Typeface:
    return chain()


@pytest.fixture(scope="module", params=sorted(WRITERS))
def write(request: pytest.FixtureRequest, face: Typeface) -> Write:
    return WRITERS[request.param](face)


@pytest.fixture(scope="module")
def mixed() -> CertificateContent:
    """Both fonts in one value, in a long one that has to shrink, and in one of the second font alone."""
    head = resident(1, name=NAME, household_head=NAME, former_surname=ONLY_SECOND)
    moved = "架空県" + ONLY_SECOND * 3 + "町一番地" * 8
    child = resident(2, name="見本　子", relation="子", household_head=NAME, previous_address=moved)
    return content(head, child)


def test_the_first_font_that_has_a_character_or_sequence_owns_it(face: Typeface) -> None:
    owners = [font_of(glyph.plane) for glyph in face.glyphs("倦" + SEQUENCE + ONLY_SECOND + "\u3000")]
    assert owners == [0, 1, 1, 0]
    alone = mincho()
    for character in "倦辻𠮷　a":
        assert face.glyphs(character) == alone.glyphs(character)


def test_what_the_first_font_lacks_is_refused_when_it_is_alone() -> None:
    for text in (ONLY_SECOND, SEQUENCE):
        with pytest.raises(RefusedError) as caught:
            mincho().glyphs(text)
        assert caught.value.code is ProblemCode.NO_GLYPH
        assert text in caught.value.detail


@pytest.mark.parametrize("reader", READERS)
def test_a_certificate_of_two_fonts_reads_back_exactly(
    write: Write, mixed: CertificateContent, reader: str
) -> None:
    if reader == "pdftotext" and shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed")
    assert mixed.missing_from(READERS[reader](write([mixed]).pdf)) == ()


def test_each_font_is_embedded_once_and_only_where_it_draws(
    write: Write, mixed: CertificateContent, tmp_path: Path
) -> None:
    def embedded(contents: Sequence[CertificateContent]) -> list[str]:
        path = tmp_path / "paper.pdf"
        path.write_bytes(write(contents).pdf)
        fonts = PdfReader(path).pages[0]["/Resources"]["/Font"]  # type: ignore[index]
        names = {
            font["/DescendantFonts"][0].get_object()["/FontDescriptor"]["/FontName"].partition("+")[2]
            for font in (entry.get_object() for entry in fonts.values())
        }
        return sorted(names)

    assert embedded(copies(mixed, 2)) == ["IPAexMincho", "IPAmjMincho"]
    assert embedded([content(resident())]) == ["IPAmjMincho"]


def test_both_writers_draw_the_same_pixels(face: Typeface, mixed: CertificateContent) -> None:
    one, other = (pictures(WRITERS[name](face)([mixed]).pdf) for name in ("reference", "quick"))
    assert len(one) == len(other) == 1
    assert within_a_pixel(one[0], other[0])


def test_our_own_reader_compares_the_outlines_of_both(face: Typeface, mixed: CertificateContent) -> None:
    pdf = WRITERS["quick"](face)([mixed]).pdf
    (tag,) = OwnReader(face).read(pdf)
    assert mixed.missing_from(tag.text) == ()
    with pytest.raises(WireError):  # one who has the first font alone cannot say what the second should draw
        OwnReader(mincho()).read(pdf)


def test_the_same_input_gives_the_same_bytes_whatever_was_written_before(
    face: Typeface, mixed: CertificateContent
) -> None:
    used = QuickWriter(face)
    used.render([content(resident(name="架空　" + ONLY_SECOND))])
    used.prepare(SEQUENCE + "倦")
    assert used.render([mixed]) == QuickWriter(face).render([mixed])


def test_a_seal_is_drawn_with_the_font_that_owns_its_character(face: Typeface) -> None:
    imprint = draw_imprint(f"{ONLY_SECOND}木", face)
    assert imprint.rows != draw_imprint("木木", face).rows


def test_the_setting_names_fonts_in_order() -> None:
    first = mincho().fonts[0].path
    assert find_chain("", setting="X") == (first,)
    assert find_chain(os.pathsep.join((str(first), str(IPAEX))), setting="X") == (first, IPAEX)
    with pytest.raises(ConfigurationError, match=r"X.*/nowhere/font\.ttf"):
        find_chain(f"{first}{os.pathsep}/nowhere/font.ttf", setting="X")
    with pytest.raises(ConfigurationError, match="twice"):
        find_chain(f"{first}{os.pathsep}{first}", setting="X")


def test_a_chain_begins_with_a_font_that_has_variation_sequences() -> None:
    plain = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
    if not plain.is_file():
        pytest.skip("DejaVu Sans is not installed")
    with pytest.raises(ConfigurationError, match="variation sequences"):
        Typeface.load((plain, mincho().fonts[0].path))


@settings(deadline=None, max_examples=60)
@given(
    name=st.text(
        alphabet=st.sampled_from("⺅木辻𠮷\U000e0100\U000e0102倦a　ー⾂\ue000"), min_size=1, max_size=40
    )
)
def test_any_text_is_issued_or_refused_by_both_writers_alike(name: str) -> None:
    face = chain()
    certificate = content(resident(name=f"見{name}"))
    found = {}
    for writer in WRITERS:
        try:
            pdf = WRITERS[writer](face)([certificate]).pdf
            assert certificate.missing_from(READERS["pdfium"](pdf)) == ()
            found[writer] = None
        except RefusedError as refusal:
            found[writer] = refusal.code
    assert found["quick"] is found["reference"]
