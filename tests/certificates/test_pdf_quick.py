"""The quick writer draws what the reference writer draws, and refuses what it refuses."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import date
from io import BytesIO

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from certificates.domain.content import CertificateContent
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.errors import ConfigurationError, InvalidValueError, RefusedError
from certificates.pdf.fonts import Typeface
from certificates.pdf.gallery import gallery, plain_sheets
from certificates.pdf.quick import codes
from certificates.pdf.quick.deflate import Part, deflated, joined, stored, stream
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.samples import sample_contents
from certificates.pdf.sfnt import checksum
from certificates.pdf.writing import render
from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from sync.town import invent
from tests.certificates.paper import (
    Write,
    content,
    copies,
    family,
    foreigner,
    mincho,
    read_by_pdfium,
    resident,
)
from tests.certificates.pixels import pictures, within_a_pixel


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


@pytest.fixture(scope="module")
def quick(face: Typeface) -> QuickWriter:
    return QuickWriter(face)


def assert_same_pixels(face: Typeface, quick: QuickWriter, *contents: CertificateContent) -> None:
    """Equal to the last grey level, but for texts that the reference writer shows in several runs: a reader rounds the
    place of each run to a pixel, so there an edge may lie one pixel aside."""
    expected, found = pictures(render(contents, face).pdf), pictures(quick.render(contents).pdf)
    assert len(found) == len(expected)
    in_runs = any(glyph.plane for value in contents[0].values() for glyph in face.glyphs(value))
    for one, other in zip(expected, found, strict=True):
        assert np.array_equal(one, other) or (in_runs and within_a_pixel(one, other))


def test_every_kind_in_every_shape_has_the_same_pixels(face: Typeface, quick: QuickWriter) -> None:
    contents = gallery(face)
    assert {one.kind for one in contents.values()} == set(CertificateKind)
    assert {one.kind for one in plain_sheets(face, set(CertificateKind)).values()} == set(CertificateKind)
    for certificate in contents.values():
        assert_same_pixels(face, quick, certificate)


@pytest.mark.parametrize("code", ["993212", "981010"])
def test_a_sheet_of_each_municipality_has_the_same_pixels(
    face: Typeface, quick: QuickWriter, code: str
) -> None:
    certificate = content(resident(), municipality=load_profile(shipped_profile(code)), day=date(2026, 11, 1))
    assert_same_pixels(face, quick, certificate)
    assert len(quick.render([certificate]).pdf) <= 45_000


def test_copies_of_several_pages_have_the_same_pixels(face: Typeface, quick: QuickWriter) -> None:
    assert_same_pixels(face, quick, *copies(family(6), 2))


def code_of(write: Write, certificate: CertificateContent) -> ProblemCode | None:
    """Why it is refused, or None."""
    try:
        write([certificate])
    except RefusedError as refusal:
        return refusal.code
    return None


def test_the_households_of_a_town_have_the_same_pixels(face: Typeface, quick: QuickWriter) -> None:
    """Some two hundred people, of all kinds that the town has."""
    rows: dict[str, list[Resident]] = {}
    for row in invent(20261121, 270).residents:
        if row.is_current:
            rows.setdefault(row.household, []).append(row)
    written = 0
    for members in rows.values():
        certificate = content(*members, items=frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI}))
        refused = code_of(lambda contents: render(contents, face), certificate)
        assert code_of(quick.render, certificate) is refused
        if refused is None:
            assert_same_pixels(face, quick, certificate)
            written += len(members)
    assert written > 200


def test_copies_that_say_different_things_are_not_taken_for_one_order(quick: QuickWriter) -> None:
    one, other = family(1), replace(family(2), issue_number=copies(family(2), 2)[1].issue_number)
    with pytest.raises(InvalidValueError):
        quick.render([one, other])


def test_more_different_characters_than_are_numbered_are_refused(
    face: Typeface, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("見本架空雛形", "見本架空辻\U000e0102"):
        writer = QuickWriter(face)
        writer.prepare("", [content(resident())])
        monkeypatch.setattr(codes, "HEX", codes.HEX[: next(iter(writer._plates.values())).counts[0] + 3])
        with pytest.raises(RefusedError, match="different characters"):
            writer.render([content(resident(name=name))])
        monkeypatch.undo()


def test_a_plate_that_was_used_before_changes_no_byte(face: Typeface) -> None:
    fresh, used = QuickWriter(face), QuickWriter(face)
    used.render([content(resident(name="架空　別人"))])
    used.prepare("国字一覧\U0001f600", [family(1)])
    assert used.render([family(1)]) == fresh.render([family(1)])


def test_what_is_prepared_is_jis_x_0208(face: Typeface) -> None:
    characters = jis_x_0208()
    assert sum("\u4e00" <= character <= "\u9fff" for character in characters) == 6356  # and 仝, a sign
    assert len(characters) == len(set(characters)) == 6879
    writer = QuickWriter(face)
    writer.prepare(characters)
    assert writer.render([family(1)]) == QuickWriter(face).render([family(1)])


def test_it_is_small(quick: QuickWriter, face: Typeface) -> None:
    """45 KB is what the four-member sheet may take."""
    assert len(quick.render([sample_contents(face)["household"]]).pdf) <= 45_000


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("見本　\U0001f600", ProblemCode.NO_GLYPH),
        ("見本\n一郎", ProblemCode.NO_GLYPH),
        ("見本\ue000", ProblemCode.NO_GLYPH),
        ("辻\U000e0100", ProblemCode.NO_GLYPH),  # a sequence of another collection
        ("\U000e0102辻", ProblemCode.NO_GLYPH),
        ("見本　" + "長" * 200, ProblemCode.DOES_NOT_FIT),
        ("辻\U000e0102" * 200, ProblemCode.DOES_NOT_FIT),
    ],
)
def test_what_cannot_be_drawn_whole_is_refused(
    face: Typeface, quick: QuickWriter, name: str, code: ProblemCode
) -> None:
    certificate = content(resident(name=name, household_head="見本"))
    with pytest.raises(RefusedError) as expected:
        render([certificate], face)
    with pytest.raises(RefusedError) as found:
        quick.render([certificate])
    assert found.value.code is expected.value.code is code
    assert found.value.detail == expected.value.detail


def test_a_lone_surrogate_never_takes_the_place_of_a_sequence(quick: QuickWriter) -> None:
    """Within one document a surrogate stands in for a sequence; one that comes as text is refused all the same."""
    certificate = content(resident(name="辻\U000e0102", household_head="見\ud800"))
    with pytest.raises(RefusedError) as found:
        quick.render([certificate])
    assert found.value.code is ProblemCode.NO_GLYPH


def fuzzed() -> tuple[CertificateContent, ...]:
    return (
        content(resident()),
        content(foreigner()),
        content(resident(1), resident(2, relation="子"), chosen=(resident(1),)),
        content(resident(), kind=CertificateKind.SEAL_REGISTRATION),
    )


@settings(deadline=None, max_examples=200)
@given(
    which=st.integers(0, len(fuzzed()) - 1),
    place=st.integers(0, 30),
    lines=st.lists(
        st.text(st.characters(), max_size=30)
        | st.text(
            st.sampled_from("見本町一丁目２番３－辻\U000e0102\U000e0100𠮷 　a\n\ue000\ud800"), max_size=60
        ),
        max_size=2,
    ),
)
def test_any_text_in_any_value_is_issued_or_refused_by_both_alike(
    which: int, place: int, lines: list[str]
) -> None:
    face = mincho()
    certificate = fuzzed()[which]
    blocks = [certificate.head, *certificate.blocks]
    slots = [(number, slot) for number, block in enumerate(blocks) for slot in block]
    number, slot = slots[place % len(slots)]
    blocks[number] = {**blocks[number], slot: replace(blocks[number][slot], lines=tuple(lines))}
    certificate = replace(certificate, head=blocks[0], blocks=tuple(blocks[1:]))
    writer = QuickWriter(face)
    refused = code_of(lambda contents: render(contents, face), certificate)
    assert code_of(writer.render, certificate) is refused
    assert refused in (None, ProblemCode.NO_GLYPH, ProblemCode.DOES_NOT_FIT)
    if refused is None:
        assert certificate.missing_from(read_by_pdfium(writer.render([certificate]).pdf)) == ()


def test_the_embedded_font_is_sound_and_its_widths_agree(face: Typeface, quick: QuickWriter) -> None:
    reader = PdfReader(BytesIO(quick.render([sample_contents(face)["foreign"]]).pdf))
    font = reader.pages[0]["/Resources"]["/Font"]["/F0"]  # type: ignore[index]
    descendant = font["/DescendantFonts"][0].get_object()
    program = descendant["/FontDescriptor"]["/FontFile2"].get_data()
    assert checksum(program) == 0xB1B0AFBA  # OpenType 1.9, "head": what the whole file must sum to
    listed = list(descendant["/W"])
    widths = dict(zip(listed[::2], (entry[0] for entry in listed[1::2]), strict=True))
    with TTFont(BytesIO(program), checkChecksums=2) as parsed:
        glyphs = parsed.getGlyphOrder()
        for number, name in enumerate(glyphs[1:], 1):
            assert abs(widths.get(number, 1000) - parsed["hmtx"][name][0] * 1000 / 2048) <= 1
            parsed["glyf"][name].expand(parsed["glyf"])
    assert font["/BaseFont"][7:] == "+IPAmjMincho"
    assert descendant["/FontDescriptor"]["/FontName"] == descendant["/BaseFont"] == font["/BaseFont"]


def test_a_font_whose_glyphs_are_made_of_others_is_not_taken(face: Typeface) -> None:
    composite = replace(face.fonts[0].outlines, data=b"\xff\xff" + bytes(30), glyf=0, loca=[0, 32])  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError):
        composite.simple(0)


@given(st.lists(st.tuples(st.binary(max_size=300), st.booleans()), max_size=8))
def test_deflated_parts_in_a_row_unfold_to_their_bytes_in_a_row(pieces: list[tuple[bytes, bool]]) -> None:
    parts: list[Part] = [deflated(data) if often else stored(data) for data, often in pieces]
    whole = b"".join(data for data, _ in pieces)
    assert zlib.decompress(b"".join(stream(parts or [stored(b"")]))) == whole
    assert zlib.decompress(b"".join(stream([joined(parts[:3]), joined(parts[3:])]))) == whole


def test_a_long_part_is_stored_in_several_blocks() -> None:
    data = bytes(range(256)) * 600
    assert zlib.decompress(b"".join(stream([stored(data)]))) == data
