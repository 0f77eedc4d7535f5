"""Reading our own files back: what the writer stated, and nothing that was touched since."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.domain.content import CertificateContent
from certificates.errors import WireError
from certificates.pdf.fax import inline_mask
from certificates.pdf.fonts import Typeface
from certificates.pdf.images import ImageReader
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from certificates.pdf.samples import sample_contents
from certificates.pdf.writing import render
from tests.certificates.paper import content, copies, family, mincho, resident

PROGRAM, TO_UNICODE = 8, 9  # objects of a file of one page


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


@pytest.fixture(scope="module")
def quick(face: Typeface) -> QuickWriter:
    return QuickWriter(face)


@pytest.fixture(scope="module")
def reader(face: Typeface) -> OwnReader:
    return OwnReader(face)


@pytest.mark.parametrize("name", ["household", "foreign", "individual", "seal", "items"])
def test_tags_digests_and_text_are_those_that_others_read(
    face: Typeface, quick: QuickWriter, reader: OwnReader, name: str
) -> None:
    sample = sample_contents(face)[name]
    pdf = quick.render([sample]).pdf
    found = reader.read(pdf)
    assert [(tag.order, tag.issue_number, tag.page, tag.pages, tag.sha256) for tag in found] == [
        (tag.order, tag.issue_number, tag.page, tag.pages, tag.sha256) for tag in read_pages(pdf)
    ]
    assert sample.missing_from("".join(tag.text for tag in found)) == ()


def test_every_page_of_every_copy_is_read(quick: QuickWriter, reader: OwnReader) -> None:
    contents = copies(family(5), 3)
    found = reader.read(quick.render(contents).pdf)
    assert [(tag.issue_number, tag.page) for tag in found] == [
        (one.issue_number, page) for one in contents for page in (1, 2)
    ]


def test_a_file_of_another_writer_is_not_ours_to_read(face: Typeface, reader: OwnReader) -> None:
    with pytest.raises(WireError):
        reader.read(render([family(1)], face).pdf)


def stream_of(pdf: bytes, number: int) -> tuple[bytes, bytes]:
    """An object's stream, unfolded, and the object's bytes."""
    found = re.search(rb"(?s)\n%d 0 obj\n.*?\nendobj\n" % number, pdf)
    assert found is not None
    return zlib.decompress(found[0].partition(b"stream\n")[2]), found[0]


def with_stream(pdf: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    """The file with one stream changed, and the cross-reference table as if it had been written so."""
    data, old = stream_of(pdf, number)
    packed = zlib.compress(change(data))
    head = re.sub(rb"/Length \d+/F", b"/Length %d/F" % len(packed), old.partition(b"stream\n")[0])
    changed = pdf.replace(old, head + b"stream\n" + packed + b"\nendstream\nendobj\n")
    body, _, tail = changed.partition(b"xref\n0 ")
    places = [found.end(1) for found in re.finditer(rb"(?s)(\A|\n)\d+ 0 obj\n", body)]
    lines = iter([b"%010d 00000 n \n" % place for place in places])
    tail = re.sub(rb"\d{10} 00000 n \n", lambda _: next(lines), tail)
    tail = re.sub(rb"startxref\n\d+", b"startxref\n%d" % len(body), tail)
    return body + b"xref\n0 " + tail


@pytest.fixture(scope="module")
def pdf(quick: QuickWriter) -> bytes:
    return quick.render([content(resident(name="見本　花子"))]).pdf


def test_the_way_of_changing_a_stream_is_sound(pdf: bytes, reader: OwnReader) -> None:
    assert reader.read(with_stream(pdf, PROGRAM, lambda data: data)) == reader.read(pdf)


def test_a_glyph_that_draws_something_else_is_found(pdf: bytes, reader: OwnReader) -> None:
    """The text of such a file reads back right in every reader; only its outlines tell."""
    damaged = with_stream(pdf, PROGRAM, lambda font: font[:-40] + bytes([font[-40] ^ 1]) + font[-39:])
    assert "見本　花子" in read_pages(damaged)[0].text
    with pytest.raises(WireError, match="draws another glyph"):
        reader.read(damaged)


def test_a_code_with_another_text_is_found(pdf: bytes, reader: OwnReader) -> None:
    damaged = with_stream(
        pdf, TO_UNICODE, lambda cmap: cmap.replace("花".encode("utf-16-be").hex().upper().encode(), b"4E00")
    )
    with pytest.raises(WireError):
        reader.read(damaged)


def test_a_code_without_text_or_with_two_is_found(pdf: bytes, reader: OwnReader) -> None:
    for change in (
        lambda cmap: re.sub(rb"<0005> <[0-9A-F]+>\n", b"", cmap),
        lambda cmap: re.sub(rb"(<0005> <[0-9A-F]+>\n)", rb"\1\1", cmap),
    ):
        with pytest.raises(WireError):
            reader.read(with_stream(pdf, TO_UNICODE, change))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_a_file_that_was_touched_is_refused_or_says_the_same(data: st.DataObject) -> None:
    """Whatever byte is changed: never other text under the digest that the writer stated."""
    pdf, stated, certificate = _written()
    place = data.draw(st.integers(0, len(pdf) - 1))
    touched = pdf[:place] + bytes([pdf[place] ^ data.draw(st.integers(1, 255))]) + pdf[place + 1 :]
    try:
        found = OwnReader(mincho()).read(touched)
    except WireError:
        return
    if found[0].sha256 == stated:
        assert certificate.missing_from(found[0].text) == ()


def _written() -> tuple[bytes, str, CertificateContent]:
    certificate = family(1)
    rendered = QuickWriter(mincho()).render([certificate])
    return rendered.pdf, rendered.pages[0].sha256, certificate


@given(st.binary(max_size=400))
def test_any_bytes_are_refused(data: bytes) -> None:
    reader = OwnReader(mincho())
    for pdf in (data, b"%PDF-1.7\n" + data, b"%PDF-1.7\n" + data + b"startxref\n9\n%%EOF\n"):
        with pytest.raises(WireError):
            reader.read(pdf)


def test_an_image_that_is_drawn_in_another_way_is_not_taken_for_ours() -> None:
    ours = (
        "\nq 10.000 0 0 10.000 20.000 20.000 cm\n"
        + inline_mask(567, 567, b"\x01" + b"\0" * (71 * 567 - 1))
        + "\nQ\n"
    ).encode()
    reader = ImageReader()
    (image,) = reader.read(ours)
    assert (image.width, image.width_mm) == (567, round(10 / 72 * 25.4, 2))
    assert reader.read(b"q\nQ") == ()
    for old, new in (
        (b"10.000 0 0", b"10.000 1 0"),
        (b"[1 0]", b"[0 1]"),
        (b"/K -1", b"/K 0"),
        (b"/W 567", b"/W 566"),
    ):
        assert old in ours
        with pytest.raises(WireError):
            reader.read(ours.replace(old, new, 1))
