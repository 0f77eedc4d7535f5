"""Marked files: the municipality's content as it came, ground below it, a back behind every front, CMYK throughout."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import reportlab
from pypdf import PdfReader
from pypdf.generic import StreamObject

from anti_forgery.marking import mark, prepare
from anti_forgery.note import NOTES
from anti_forgery.profile import USUAL_WORD, PrinterProfile
from anti_forgery.sheet import MAX_TEXT
from certificates.errors import BindingError, ConfigurationError, RefusedError, WireError
from certificates.problems import ProblemCode
from tests.anti_forgery.marks_world import INQUIRY_SITE, fronts, picture, profile, sealer, sheet, sheets


def reader(pdf: bytes, folder: Path) -> PdfReader:
    path = folder / "read.pdf"
    path.write_bytes(pdf)
    return PdfReader(path, strict=True)


def qpdf(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    if shutil.which("qpdf") is None:
        pytest.skip("qpdf is not installed")
    return subprocess.run(["qpdf", *arguments], capture_output=True, timeout=60, check=False)


def with_xref_streams(pdf: bytes, folder: Path) -> bytes:
    """The same document with object streams and a cross-reference stream, as newer builders write it."""
    (folder / "plain.pdf").write_bytes(pdf)
    made = qpdf(
        "--object-streams=generate", "--deterministic-id", str(folder / "plain.pdf"), str(folder / "new.pdf")
    )
    assert made.returncode == 0
    return (folder / "new.pdf").read_bytes()


def streams(pdf: bytes, folder: Path, page: int) -> list[StreamObject]:
    contents = reader(pdf, folder).pages[page]["/Contents"].get_object()
    if isinstance(contents, StreamObject):
        return [contents]
    return [stream.get_object() for stream in contents]  # type: ignore[union-attr]  # an array of streams


def test_every_front_has_a_back(marked: bytes, tmp_path: Path) -> None:
    pages = reader(marked, tmp_path).pages
    texts = [page.extract_text() for page in pages]
    assert len(pages) == 4
    assert "specimen page 1" in texts[0]
    assert "1 / 2" in texts[1]
    assert "specimen page 2" in texts[2]
    assert "2 / 2" in texts[3]


def test_the_file_begins_with_the_bytes_that_came(marked: bytes) -> None:
    assert marked.startswith(fronts(2))


def test_the_content_of_the_municipality_is_a_stream_of_its_own_byte_for_byte(
    marked: bytes, tmp_path: Path
) -> None:
    before = streams(fronts(2), tmp_path, 0)
    after = streams(marked, tmp_path, 0)
    assert len(before) == 1
    assert len(after) == 2
    assert after[0].get_data().startswith(b"q /KofuGround Do Q")
    assert after[1].get_data() == before[0].get_data()
    assert after[1]._data == before[0]._data


def test_what_the_municipality_printed_is_unchanged_above_the_ground(marked: bytes) -> None:
    before, after = (
        np.asarray(drawn.crop((0, 0, drawn.width, drawn.height // 2))).astype(np.int16)
        for drawn in (picture(fronts(2), 0, 300), picture(marked, 0, 300))
    )
    black = (before == before.min(axis=(0, 1))).all(axis=2)
    assert black.sum() > 20_000
    # One level of 255 at the rim of a stroke is the renderer's rounding of what lies under a nearly full pixel.
    assert abs(after[black] - before[black]).max() <= 1
    assert (after[black] != before[black]).any(axis=1).mean() < 0.001
    # Ink is only added, and it is cyan: the red channel takes it, the blue one hardly does.
    assert (after <= before).all()
    assert (before - after)[:, :, 0].max() > 200
    assert (before - after)[:, :, 2].max() < 40


def test_the_back_says_how_to_check_it(marked: bytes, tmp_path: Path) -> None:
    text = reader(marked, tmp_path).pages[1].extract_text()
    for words in ("992011-0000001234-3", INQUIRY_SITE, *NOTES):
        assert words.format(word=USUAL_WORD) in text


def test_every_font_of_a_back_is_embedded(marked: bytes, tmp_path: Path) -> None:
    page = reader(marked, tmp_path).pages[1]
    fonts = page["/Resources"]["/Font"]  # type: ignore[index]  # pypdf cannot know what the keys hold
    assert list(fonts) == ["/F"]
    for font in fonts.values():
        descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
        assert descriptor["/FontFile2"].get_data().startswith(b"\0\1\0\0")


def test_the_marks_are_in_cmyk(marked: bytes, tmp_path: Path) -> None:
    added = marked[len(fronts(2)) :]
    assert b"DeviceRGB" not in added
    assert b"DeviceGray" not in added
    for page in (1, 3):
        operators = b" ".join(stream.get_data() for stream in streams(marked, tmp_path, page)).split()
        assert b"k" in operators
        assert not {b"rg", b"RG", b"g", b"G", b"sc", b"scn", b"cs"} & set(operators)
    assert b"0 0 0 1 k" in streams(marked, tmp_path, 0)[1].get_data()


def test_qpdf_finds_nothing_wrong(marked: bytes, tmp_path: Path) -> None:
    (tmp_path / "marked.pdf").write_bytes(marked)
    checked = qpdf("--check", str(tmp_path / "marked.pdf"))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_file_with_cross_reference_streams_is_marked_in_its_own_form(tmp_path: Path) -> None:
    source = with_xref_streams(fronts(2), tmp_path)
    assert b"/XRef" in source
    marked = mark(source, sheets(2), sealer(), profile())
    assert marked.startswith(source)
    assert b"\nxref\n" not in marked
    (tmp_path / "marked.pdf").write_bytes(marked)
    checked = qpdf("--check", str(tmp_path / "marked.pdf"))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert (
        picture(marked, 2, 72).tobytes()
        == picture(mark(fronts(2), sheets(2), sealer(), profile()), 2, 72).tobytes()
    )


def test_pages_that_inherit_from_their_tree_keep_what_they_inherit(tmp_path: Path) -> None:
    source = fronts(1)
    box = source[source.index(b"/MediaBox") : source.index(b"]", source.index(b"/MediaBox")) + 1]
    moved = source.replace(box, b" " * len(box)).replace(b"/Count 1", b"/Count 1" + b" " + box)
    (tmp_path / "moved.pdf").write_bytes(moved)
    qpdf("--deterministic-id", str(tmp_path / "moved.pdf"), str(tmp_path / "sound.pdf"))
    marked = mark((tmp_path / "sound.pdf").read_bytes(), sheets(1), sealer(), profile())
    assert reader(marked, tmp_path).pages[0].mediabox.width == pytest.approx(595.2756)


def test_the_same_input_and_the_same_random_bytes_give_the_same_file(marked: bytes) -> None:
    assert mark(fronts(2), sheets(2), sealer(), profile()) == marked
    assert mark(fronts(2), sheets(2), sealer(2), profile()) != marked


def test_two_backs_of_one_file_share_a_data_key_and_never_a_nonce() -> None:
    drawn: list[bytes] = []

    def counted(length: int) -> bytes:
        drawn.append(bytes([len(drawn) + 1]) * length)
        return drawn[-1]

    mark(fronts(2), sheets(2), replace(sealer(), random_bytes=counted), profile())
    assert [len(part) for part in drawn] == [32, 12, 12]


def test_several_copies_in_one_file_each_have_their_number() -> None:
    copies = [
        sheet(issue_number=f"992011-000000{n}-0", copy=n, page=p, pages=2) for n in (1, 2) for p in (1, 2)
    ]
    assert mark(fronts(4), copies, sealer(), profile())


@pytest.mark.parametrize(
    "given_sheets",
    [
        [],
        [sheet(pages=2), sheet(page=1, pages=2)],
        [sheet(page=2, pages=2), sheet(page=1, pages=2)],
        [sheet(), sheet()],
        [sheet(), sheet(issue_number="992011-0000001235-3", order="f" * 32)],
        [sheet(pages=3), sheet(page=2, pages=3)],
        [sheet(pages=2), sheet(page=2, pages=2, issue_number="992011-0000001235-3")],
    ],
    ids=[
        "none",
        "a page twice",
        "out of order",
        "a number twice",
        "two orders",
        "a page missing",
        "mixed numbers",
    ],
)
def test_sheets_that_do_not_belong_together_stop_the_line(given_sheets: list[object]) -> None:
    with pytest.raises(BindingError):
        mark(fronts(2), given_sheets, sealer(), profile())  # type: ignore[arg-type]  # SheetFacts all


def test_more_or_fewer_pages_than_sheets_stop_the_line() -> None:
    for pages in (1, 3):
        with pytest.raises(BindingError, match="pages"):
            mark(fronts(pages), sheets(2), sealer(), profile())


def test_a_file_is_not_marked_twice() -> None:
    once = mark(fronts(1), sheets(1), sealer(), profile())
    with pytest.raises(WireError, match="marked before"):
        mark(once, sheets(2), sealer(), profile())


@pytest.mark.parametrize("length", [2000, MAX_TEXT])
def test_a_front_with_too_much_text_for_its_back_is_refused(length: int) -> None:
    crowded = "".join(chr(0x4E00 + i * 7919 % 20000) for i in range(length))
    with pytest.raises(RefusedError) as caught:
        mark(fronts(1), [sheet(text=crowded)], sealer(), profile())
    assert caught.value.code is ProblemCode.DOES_NOT_FIT


def test_a_number_that_the_font_cannot_write_is_refused() -> None:
    with pytest.raises(RefusedError) as caught:
        mark(fronts(1), [sheet(issue_number="鷗-1")], sealer(), profile())
    assert caught.value.code is ProblemCode.NO_GLYPH


def test_an_address_that_is_too_wide_for_its_line_is_refused() -> None:
    wide = PrinterProfile(font=profile().font, inquiry_site="W" * 64)
    with pytest.raises(ConfigurationError, match="too long"):
        mark(fronts(1), sheets(1), sealer(), wide)


def test_a_profile_whose_font_lacks_a_character_of_the_note_is_refused_at_the_start() -> None:
    latin = Path(reportlab.__file__).parent / "fonts" / "Vera.ttf"
    with pytest.raises(ConfigurationError, match=r"has no U\+"):
        prepare(PrinterProfile(font=latin, inquiry_site=INQUIRY_SITE))
    prepare(profile())


def test_a_font_that_is_none_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "font.ttf"
    for number, content in enumerate((b"", b"not a font", b"OTTO" + bytes(100))):
        broken.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"PrinterProfile\.font"):
            mark(
                fronts(1),
                sheets(1),
                sealer(),
                PrinterProfile(font=broken, inquiry_site=f"case {number}"),
            )
    with pytest.raises(ConfigurationError):
        mark(fronts(1), sheets(1), sealer(), PrinterProfile(font=tmp_path / "none.ttf", inquiry_site="x"))
