"""A certificate reads back, in every reader, exactly as the record says."""

from __future__ import annotations

import random
import shutil
import subprocess
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from certificates.domain.blocks import Entry, Slot
from certificates.domain.content import CertificateContent, bare
from certificates.domain.kinds import CertificateKind
from certificates.domain.resident import ResidencyStatus
from certificates.errors import RefusedError
from certificates.pdf.fonts import Typeface
from certificates.pdf.samples import sample_contents
from certificates.pdf.writing import render
from tests.certificates.paper import READERS, Write, content, mincho, resident

SAMPLES = ("household", "foreign", "individual", "seal")


@pytest.fixture(scope="module")
def face() -> Typeface:
    return mincho()


def needs(tool: str) -> None:
    if shutil.which(tool) is None:
        pytest.skip(f"{tool} is not installed")


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_reads_back_exactly(face: Typeface, write: Write, name: str, reader: str) -> None:
    if reader == "pdftotext":
        needs("pdftotext")
    sample = sample_contents(face)[name]
    assert sample.missing_from(READERS[reader](write([sample]).pdf)) == ()


def chance_name(choice: random.Random, face: Typeface) -> str:
    """Forty characters and sequences out of all that the typeface draws."""
    pool = [chr(code) for code in range(0x3041, 0x30FF)] + [chr(code) for code in range(0x4E00, 0x9FF0)]
    pool += [chr(code) for code in range(0x20000, 0x2A6D0, 7)] + [chr(code) for code in range(0xF900, 0xFA6A)]
    pool += [
        chr(code) + chr(selector) for code in range(0x4E00, 0x9FA0, 3) for selector in range(0xE0100, 0xE0105)
    ]
    found: list[str] = []
    while len(found) < 40:
        cluster = choice.choice(pool)
        try:
            face.glyphs(cluster)
        except RefusedError:  # most pairs are no sequence of the collection
            continue
        found.append(cluster)
    return "".join(found)


@pytest.fixture(scope="module")
def names(face: Typeface, write: Write) -> list[tuple[str, bytes]]:
    choice = random.Random(7)
    found = []
    for _ in range(20):
        name = chance_name(choice, face)
        certificate = content(resident(), chosen=(resident(),))
        block = {**certificate.blocks[0], Slot.NAME: Entry(label="氏名", lines=(name,))}
        found.append((name, write([replace(certificate, blocks=(block,))]).pdf))
    return found


@pytest.mark.parametrize("reader", READERS)
def test_any_characters_and_sequences_read_back_exactly(names: list[tuple[str, bytes]], reader: str) -> None:
    """Also those whose glyph id lies among the surrogates, and sequences that share the glyph of their character."""
    if reader == "pdftotext":
        needs("pdftotext")
    for name, pdf in names:
        assert bare(name) in bare(READERS[reader](pdf))


def test_glyphs_numbered_among_the_surrogates_read_back(face: Typeface, write: Write) -> None:
    """Two such codes side by side would melt into one character in a reader that takes codes for UTF-16."""
    pair = "\U0002a03f\U0002cf3e"
    assert [0xD800 <= glyph.gid < 0xE000 for glyph in face.glyphs(pair)] == [True, True]
    pdf = write([content(resident(name=f"見{pair}"))]).pdf
    for reader in ("pdfium", "pypdf"):
        assert f"見{pair}" in READERS[reader](pdf)


@pytest.mark.parametrize("name", SAMPLES)
def test_qpdf_has_nothing_to_say(face: Typeface, write: Write, name: str, tmp_path: Path) -> None:
    needs("qpdf")
    path = tmp_path / "sample.pdf"
    path.write_bytes(write([sample_contents(face)[name]]).pdf)
    checked = subprocess.run(["qpdf", "--check", str(path)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize("name", SAMPLES)
def test_every_font_is_embedded_as_a_subset(face: Typeface, name: str) -> None:
    pdf = render([sample_contents(face)[name]], face).pdf
    reader = PdfReader(BytesIO(pdf))
    seen = 0
    for page in reader.pages:
        fonts = page["/Resources"]["/Font"]
        for font in fonts.values():
            seen += 1
            descendant = font["/DescendantFonts"][0].get_object()
            assert isinstance(descendant["/FontDescriptor"]["/FontFile2"], DictionaryObject)
            assert font["/BaseFont"][7:] == "+IPAmjMincho"
            assert len(descendant["/FontDescriptor"]["/FontFile2"].get_data()) < 200_000
    assert seen
    assert b"Helvetica" not in pdf


def test_widths_agree_with_the_embedded_glyphs(face: Typeface) -> None:
    """Readers and printers place characters by W, or by the font's own metrics; they must not differ."""
    reader = PdfReader(BytesIO(render([sample_contents(face)["foreign"]], face).pdf))
    descendant = reader.pages[0]["/Resources"]["/Font"]["/F0"]["/DescendantFonts"][0].get_object()
    listed = list(descendant["/W"])
    widths = dict(zip(listed[::2], (entry[0] for entry in listed[1::2]), strict=True))
    numbers = descendant["/CIDToGIDMap"].get_data()
    with TTFont(BytesIO(descendant["/FontDescriptor"]["/FontFile2"].get_data())) as font:
        advances = [font["hmtx"][name][0] for name in font.getGlyphOrder()]
    used = {cid: int.from_bytes(numbers[2 * cid : 2 * cid + 2], "big") for cid in range(len(numbers) // 2)}
    for cid, gid in used.items():
        if gid:
            assert abs(widths.get(cid, 1000) - advances[gid] * 1000 / 2048) <= 1
    assert {widths[glyph.cid] for glyph in face.glyphs("SAMPLE")} != {1000}


def test_a_sequence_is_drawn_with_its_own_glyph(face: Typeface) -> None:
    plain, formed, default = (face.glyphs(text)[0] for text in ("辻", "辻\U000e0102", "辻\U000e0103"))
    assert plain.gid == default.gid != formed.gid
    assert (plain.plane, plain.cid) != (default.plane, default.cid)


def rendered_text(certificate: CertificateContent, write: Write) -> str:
    return READERS["pdfium"](write([certificate]).pdf)


def test_removed_members_and_items_not_asked_for_are_nowhere_in_the_file(write: Write) -> None:
    gone = resident(2, name="架空　去郎", status=ResidencyStatus.DECEASED, removed_on=date(2026, 1, 1))
    text = rendered_text(content(resident(), gone, items=frozenset()), write)
    assert "去郎" not in text
    for secret in ("123456789018", "98765432101", "見本町１番地"):
        assert secret not in text


def test_a_person_left_out_of_part_of_a_household_is_nowhere_in_the_file(write: Write) -> None:
    head, wife, child = (
        resident(1),
        resident(2, name="見本　妻", relation="妻"),
        resident(3, name="見本　童", relation="子"),
    )
    text = rendered_text(content(head, wife, child, chosen=(head, child)), write)
    assert "見本　童" in text
    assert "見本　妻" not in text


def test_the_seal_certificate_names_no_other_member(write: Write) -> None:
    text = rendered_text(
        content(
            resident(), resident(2, name="見本　童", relation="子"), kind=CertificateKind.SEAL_REGISTRATION
        ),
        write,
    )
    assert "印鑑登録証明書" in bare(text)
    assert "童" not in text
