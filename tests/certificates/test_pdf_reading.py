"""Reading a file back: friendly ones that a later hop has marked, and hostile ones."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DecodedStreamObject, NameObject

from certificates.domain.content import bare
from certificates.errors import InvalidValueError, WireError
from certificates.pdf import reading
from certificates.pdf.fonts import Typeface
from certificates.pdf.page_tag import opening, tag_of
from certificates.pdf.reading import read_pages
from certificates.pdf.writing import Rendered
from tests.certificates.paper import NUMBER, ORDER, Write, copies, family, mincho


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


@pytest.fixture(scope="module")
def whole(write: Write) -> Rendered:
    """A file with one page, to be damaged."""
    return write([family(1)])


def reworked(rendered: Rendered, change: Callable[[PdfWriter], None]) -> bytes:
    writer = PdfWriter(clone_from=BytesIO(rendered.pdf))
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def around(writer: PdfWriter, before: bytes, after: bytes) -> None:
    for page in writer.pages:
        parts = ArrayObject([page.raw_get("/Contents")])
        for data, place in ((before, 0), (after, len(parts) + 1)):
            stream = DecodedStreamObject()
            stream.set_data(data)
            parts.insert(place, writer._add_object(stream))
        page[NameObject("/Contents")] = parts


def test_content_put_around_ours_changes_neither_tag_nor_digest(write: Write) -> None:
    rendered = write(copies(family(5), 2))
    marked = reworked(rendered, lambda writer: around(writer, b"q 1 0 0 rg 0 0 5 5 re f Q\n", b"q Q\n"))
    assert [tag.sha256 for tag in read_pages(marked)] == [page.sha256 for page in rendered.pages]
    assert [bare(tag.text) for tag in read_pages(marked)] == [
        bare(tag.text) for tag in read_pages(rendered.pdf)
    ]


def test_backs_of_sheets_are_left_out_when_they_are_expected(write: Write) -> None:
    rendered = write([family(5)])

    def add_backs(writer: PdfWriter) -> None:
        for index in (1, 3):
            writer.insert_blank_page(595, 842, index)

    duplex = reworked(rendered, add_backs)
    assert [tag.sha256 for tag in read_pages(duplex, backs=True)] == [page.sha256 for page in rendered.pages]
    with pytest.raises(WireError):
        read_pages(duplex)
    with pytest.raises(WireError):
        read_pages(rendered.pdf, backs=True)
    with pytest.raises(WireError):
        read_pages(
            reworked(rendered, lambda writer: writer.insert_blank_page(595, 842, 1) and None), backs=True
        )


def test_a_page_with_two_tags_is_not_accepted(write: Write) -> None:
    tag = opening(ORDER, NUMBER, 1, 1).encode() + b"\nEMC\n"
    doubled = reworked(write([family(1)]), lambda writer: around(writer, tag, b""))
    with pytest.raises(WireError, match="exactly one"):
        read_pages(doubled)


def only(data: bytes) -> Callable[[PdfWriter], None]:
    def change(writer: PdfWriter) -> None:
        stream = DecodedStreamObject()
        stream.set_data(data)
        writer.pages[0][NameObject("/Contents")] = writer._add_object(stream)

    return change


@pytest.mark.parametrize(
    "stream",
    [
        b"q Q",
        b"/KofuPage <</Order (x)>> BDC\nEMC",
        opening(ORDER, NUMBER, 1, 1).replace(str(NUMBER)[-1] + ")", "0)").encode() + b"\nEMC",
        opening(ORDER, NUMBER, 2, 1).encode() + b"\nEMC",
        opening(ORDER, NUMBER, 1, 1).upper().encode() + b"\nEMC",
        b" " + opening(ORDER, NUMBER, 1, 1).encode() + b"\nEMC",
    ],
)
def test_a_page_without_a_proper_tag_is_not_accepted(write: Write, stream: bytes) -> None:
    with pytest.raises(WireError):
        read_pages(reworked(write([family(1)]), only(stream)))


def test_a_tag_says_which_page_of_which_copy() -> None:
    tag = tag_of(opening(ORDER, NUMBER, 3, 12).encode() + b"\nq")
    assert tag == (ORDER, NUMBER, 3, 12)
    with pytest.raises(InvalidValueError):
        tag_of(b"q")


def test_an_encrypted_file_is_not_accepted(write: Write) -> None:
    locked = reworked(write([family(1)]), lambda writer: writer.encrypt("", "owner", algorithm="RC4-128"))
    with pytest.raises(WireError):
        read_pages(locked)


def test_a_file_beyond_the_limits_is_not_accepted(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = write([family(5)]).pdf
    for limit, value in (("MAX_FILE", len(pdf) - 1), ("MAX_PAGES", 1), ("MAX_CONTENT", 100)):
        with monkeypatch.context() as patch:
            patch.setattr(reading, limit, value)
            with pytest.raises(WireError):
                read_pages(pdf)
    assert len(read_pages(pdf)) == 2


def test_a_page_without_content_is_not_accepted() -> None:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    out = BytesIO()
    writer.write(out)
    with pytest.raises(WireError):
        read_pages(out.getvalue())


@settings(max_examples=150, deadline=None)
@given(data=st.binary(max_size=300))
def test_foreign_bytes_are_refused_and_nothing_else(data: bytes) -> None:
    for file in (data, b"%PDF-1.7\n" + data + b"\nstartxref\n9\n%%EOF"):
        with pytest.raises(WireError):
            read_pages(file)


@settings(max_examples=150, deadline=None)
@given(place=st.floats(0, 1), size=st.integers(0, 40), junk=st.binary(max_size=40))
def test_a_damaged_file_is_refused_or_does_not_have_the_digest_of_another_page(
    whole: Rendered, place: float, size: int, junk: bytes
) -> None:
    start = int(place * len(whole.pdf))
    damaged = whole.pdf[:start] + junk + whole.pdf[start + size :]
    try:
        (tag,) = read_pages(damaged, with_text=False)
    except WireError:
        return
    (page,) = whole.pages
    if tag.sha256 == page.sha256:
        assert (tag.order, tag.issue_number, tag.page) == (ORDER, page.issue_number, page.page)
