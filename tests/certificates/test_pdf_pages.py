"""Pages belong to their order and copy: numbers, tags, digests, and the reading of friendly and hostile files."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from io import BytesIO

import pytest
from pypdf import PdfReader

from certificates.domain.blocks import Slot
from certificates.domain.content import CertificateContent, bare
from certificates.domain.kinds import CertificateKind
from certificates.domain.official_seal import SealImage
from certificates.errors import InvalidValueError
from certificates.pdf.fonts import Typeface
from certificates.pdf.reading import read_pages
from certificates.pdf.writing import render
from tests.certificates.paper import (
    NUMBER,
    ORDER,
    Write,
    content,
    copies,
    family,
    mincho,
    read_by_pdfium,
    resident,
)


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def test_the_same_contents_give_the_same_bytes(write: Write) -> None:
    assert write([family(2)]) == write([family(2)])
    assert write([family(2)]).pdf != write([family(3)]).pdf


@pytest.mark.parametrize(("members", "sheets"), [(1, 1), (4, 1), (5, 2), (8, 2), (9, 3)])
def test_four_residents_a_sheet_and_the_attestation_on_the_last_alone(
    write: Write, members: int, sheets: int
) -> None:
    certificate = family(members)
    rendered = write([certificate])
    assert [(page.page, page.pages) for page in rendered.pages] == [(n, sheets) for n in range(1, sheets + 1)]
    tags = read_pages(rendered.pdf)
    attested = [bare(certificate.statement) in bare(tag.text) for tag in tags]
    assert attested == [False] * (sheets - 1) + [True]
    assert ["この印は黒色です" in tag.text for tag in tags] == attested
    assert ["次葉に続く" in tag.text for tag in tags] == [not last for last in attested]
    assert all(str(certificate.issue_number) in tag.text for tag in tags)
    assert [f"{n}／{sheets}頁" in bare(tag.text) for n, tag in enumerate(tags, 1)] == [True] * sheets
    for index, block in enumerate(certificate.blocks):
        found = [bare(block[Slot.NAME].lines[0]) in bare(tag.text) for tag in tags]
        assert found[index // 4]


def test_unused_blocks_say_that_nothing_follows(write: Write) -> None:
    assert "以下余白" in read_by_pdfium(write([family(3)]).pdf)
    assert "以下余白" not in read_by_pdfium(write([family(4)]).pdf)


def test_every_copy_has_its_number_on_every_page(write: Write) -> None:
    contents = copies(family(5), 3)
    rendered = write(contents)
    tags = read_pages(rendered.pdf)
    assert [(str(tag.issue_number), tag.page) for tag in tags] == [
        (str(certificate.issue_number), page) for certificate in contents for page in (1, 2)
    ]
    assert len({page.sha256 for page in rendered.pages}) == 6


def test_the_reader_finds_the_tag_and_the_digest_that_the_writer_gave(write: Write) -> None:
    rendered = write(copies(family(6), 2))
    tags = read_pages(rendered.pdf)
    assert [(tag.issue_number, tag.page, tag.pages, tag.sha256) for tag in tags] == [
        (page.issue_number, page.page, page.pages, page.sha256) for page in rendered.pages
    ]
    assert {tag.order for tag in tags} == {ORDER}
    first = PdfReader(BytesIO(rendered.pdf)).pages[0]["/Contents"].get_object()
    stream = first.get_data()
    assert stream.startswith(
        f"/KofuPage <</Order ({ORDER}) /Issue ({NUMBER}) /Page 1 /Pages 2>> BDC\n".encode()
    )
    assert stream.rstrip().endswith(b"EMC")
    assert hashlib.sha256(stream).hexdigest() == rendered.pages[0].sha256


def test_text_is_read_only_when_asked_for(write: Write) -> None:
    rendered = write([family(1)])
    assert read_pages(rendered.pdf, with_text=False)[0].text == ""
    assert "住民票" in bare(read_pages(rendered.pdf)[0].text)


def test_one_other_digit_gives_another_digest(write: Write) -> None:
    one, other = (
        write([content(resident(individual_number=number))]).pages[0].sha256
        for number in ("123456789018", "123456789019")
    )
    assert one != other


def test_names_of_the_same_shape_give_other_digests(write: Write) -> None:
    """Were codes counted up in each document and nothing more, these two pages would be equal: a page of the reference
    writer has the typeface's own CIDs, one of the quick writer says what its codes stand for."""
    one, other = (
        write([content(resident(name=name, name_kana=None))]).pages[0].sha256 for name in ("甲田", "乙川")
    )
    assert one != other


def test_the_imprint_is_bound_by_the_digest(write: Write) -> None:
    plain = content(resident(), kind=CertificateKind.SEAL_REGISTRATION)
    assert plain.imprint is not None
    dotted = replace(plain, imprint=replace(plain.imprint, rows=b"\x01" + plain.imprint.rows[1:]))
    assert write([plain]).pages[0].sha256 != write([dotted]).pages[0].sha256


def test_nothing_personal_is_in_the_metadata(write: Write) -> None:
    reader = PdfReader(BytesIO(write([family(2)]).pdf))
    found = {key: str(value) for key, value in (reader.metadata or {}).items()}
    assert found["/Title"] == "住民票の写し"
    assert not [value for value in found.values() if "見本" in value or "みほん" in value]
    assert reader.root_object["/Lang"] == "ja"


def test_the_reference_writers_metadata_are_the_same_in_every_run(face: Typeface) -> None:
    reader = PdfReader(BytesIO(render([family(2)], face).pdf))
    found = {key: str(value) for key, value in (reader.metadata or {}).items()}
    assert found.pop("/Title") == "住民票の写し"
    for key in ("/CreationDate", "/ModDate"):
        assert found.pop(key).startswith("D:20000101000000")
    assert found.pop("/Trapped") == "/False"
    assert set(found.values()) == {""}
    assert reader.root_object["/Lang"] == "ja"
    assert reader.pdf_header == "%PDF-1.7"


def test_paper_is_a4_portrait_and_no_area_is_filled_but_the_seals(write: Write) -> None:
    page = PdfReader(BytesIO(write([family(4)]).pdf)).pages[0]
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox] == [0, 0, 210, 297]
    assert not {b" f", b" F", b" f*", b" B"} & {
        line[-2:] for line in page.get_contents().get_data().split(b"\n")
    }  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "contents",
    [
        [],
        [family(1), family(1)],
        [family(1), family(1, serial=9, kind=CertificateKind.SEAL_REGISTRATION)],
        [family(1), replace(family(1, serial=9), order="ff" * 16)],
    ],
)
def test_a_file_holds_copies_of_one_order_and_kind_with_a_number_each(
    write: Write, contents: list[CertificateContent]
) -> None:
    with pytest.raises(InvalidValueError):
        write(contents)


def with_seal(given: CertificateContent, seal: SealImage) -> CertificateContent:
    return replace(given, official_seal=seal)


def test_the_official_seals_image_is_bound_by_the_digest_of_the_last_page(write: Write) -> None:
    seal = SealImage(width=567, height=567, side=24.0, rows=b"\xff" * 71 * 567)
    worn = replace(seal, rows=b"\xfe" + seal.rows[1:])
    one, other = (write([with_seal(family(5), image)]).pages for image in (seal, worn))
    assert [page.sha256 for page in one][:1] == [page.sha256 for page in other][:1]
    assert one[1].sha256 != other[1].sha256
