"""Every claim of docs/pdf-conformance.md: what ISO 32000-1 and ISO 19005-2 (PDF/A-2u) ask, clause by clause."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from PIL import ImageCms
from pypdf import PdfReader
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, StreamObject

from certificates.domain.kinds import CertificateKind
from certificates.pdf.front import texts_from_cmap
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.writing import render
from certificates.profiles.reading import load_profile, shipped_profile
from tests.certificates.paper import WRITERS, content, family, mincho, resident

# ISO 32000-1, annex A: what a page of ours is drawn with. No operator sets a colour, so everything is DeviceGray black.
_OPERATORS = frozenset(b"q Q cm w J m l re S BT ET Tc Tf Tm Td Tr Tj BDC EMC DP".split()) | {b"INLINE IMAGE"}
_FILTERS = {"/FlateDecode"}
_TOWN = load_profile(shipped_profile("993212"))
PDFA = {"pdfaid": "http://www.aiim.org/pdfa/ns/id/", "dc": "http://purl.org/dc/elements/1.1/"}
CERTIFICATES = {
    "household": lambda: family(5),
    "official seal image": lambda: content(resident(name="𠮷見　葛\U000e0102"), municipality=_TOWN),
    "imprint": lambda: content(resident(), kind=CertificateKind.SEAL_REGISTRATION),
}


@pytest.fixture(scope="module", params=[(w, c) for w in WRITERS for c in CERTIFICATES], ids=" ".join)
def pdf(request: pytest.FixtureRequest) -> bytes:
    writer, certificate = request.param
    return WRITERS[writer](mincho())([CERTIFICATES[certificate]()]).pdf


def objects(reader: PdfReader) -> Iterator[Any]:
    for number in range(1, int(reader.trailer["/Size"])):
        yield reader.get_object(number)


def dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """All of them, those inside others included."""
    waiting = list(objects(reader))
    while waiting:
        one = waiting.pop()
        if isinstance(one, DictionaryObject):
            yield one
            waiting += [value for value in one.values() if isinstance(value, DictionaryObject | ArrayObject)]
        elif isinstance(one, ArrayObject):
            waiting += list(one)


def test_6_1_the_files_frame_is_as_archives_want_it(pdf: bytes) -> None:
    lines = pdf.split(b"\n", 2)
    assert lines[0] == b"%PDF-1.7"
    assert lines[1].startswith(b"%")
    assert all(byte > 127 for byte in lines[1][1:5])
    assert re.search(rb"startxref\n\d+\n%%EOF\n\Z", pdf)
    assert re.search(rb"\nxref\n0 \d+\n0000000000 65535 f ", pdf)
    assert len(re.findall(rb"\n\d+ 0 obj\n", pdf)) == len(re.findall(rb"\nendobj\n", pdf))
    trailer = PdfReader(BytesIO(pdf), strict=True).trailer
    assert len(trailer["/ID"]) == 2
    assert "/Encrypt" not in trailer


def test_6_1_7_streams_are_as_long_as_they_say_and_deflated_or_plain(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf), strict=True)
    streams = [one for one in objects(reader) if isinstance(one, StreamObject)]
    assert len(re.findall(rb">>\s?stream\n", pdf)) == len(streams)
    lengths = list(re.finditer(rb"/Length (\d+)[^>]*>>\s?stream\n", pdf))
    assert len(lengths) == len(streams)
    for match in lengths:
        assert pdf[match.end() + int(match[1]) :].startswith(b"\nendstream"), match[0]
    for stream in streams:
        filters = stream.get("/Filter", [])
        assert set(filters if isinstance(filters, ArrayObject) else [filters]) <= _FILTERS
        assert not {"/F", "/FFilter", "/FDecodeParms"} & set(stream)


def test_6_1_13_and_6_2_2_pages_use_defined_operators_within_the_limits(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf), strict=True)
    for page in reader.pages:
        assert "/Resources" in page
        depth = deepest = 0
        stream = page["/Contents"].get_object()
        for operands, operator in ContentStream(stream, reader).operations:
            assert operator in _OPERATORS
            depth += {b"q": 1, b"Q": -1}.get(operator, 0)
            deepest = max(deepest, depth)
            if operator == b"INLINE IMAGE":
                settings = operands["settings"]
                assert set(settings["/F"]) <= {"/AHx", "/Fl", "/CCF"}
                assert "/I" not in settings
        assert depth == 0
        assert deepest <= 28
        data = stream.get_data()
        assert max(map(len, re.findall(rb"<([0-9A-F]*)>", data))) / 2 < 32_767
        assert all(len(found) % 2 == 0 for found in re.findall(rb"<([0-9A-F]*)>", data))


def test_6_2_to_6_5_nothing_is_in_the_file_that_acts_fills_in_or_shines_through(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf), strict=True)
    forbidden = {"/ExtGState", "/XObject", "/Annots", "/AA", "/OpenAction", "/AcroForm", "/Names", "/SMask"}
    for dictionary in dictionaries(reader):
        assert not forbidden & set(dictionary)
        assert dictionary.get("/S") not in {"/JavaScript", "/Launch", "/URI", "/Transparency"}


def test_6_2_11_every_code_that_is_shown_has_an_embedded_glyph_its_width_and_its_text(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf), strict=True)
    shown: dict[str, set[str]] = {}
    for page in reader.pages:
        data = page["/Contents"].get_object().get_data().decode("ascii")
        for font, run in re.findall(r"/(F\d+) [\d.]+ Tf <([0-9A-F]*)> Tj", data):
            shown.setdefault(font, set()).update(re.findall("....", run))
    fonts = reader.pages[0]["/Resources"]["/Font"]
    assert set(fonts) == {f"/{name}" for name in shown}
    for name, codes in shown.items():
        font = fonts[f"/{name}"]
        assert (font["/Subtype"], font["/Encoding"]) == ("/Type0", "/Identity-H")
        texts = texts_from_cmap(font["/ToUnicode"].get_data())
        assert codes <= set(texts)
        assert not any({"\0", "\ufeff", "\ufffe"} & set(text) for text in texts.values())
        (descendant,) = (one.get_object() for one in font["/DescendantFonts"])
        descriptor = descendant["/FontDescriptor"]
        assert descendant["/Subtype"] == "/CIDFontType2"
        assert descendant["/BaseFont"] == font["/BaseFont"] == descriptor["/FontName"]
        assert re.fullmatch(r"/[A-Z]{6}\+\w+", font["/BaseFont"])
        assert "/CIDSet" not in descriptor
        program = TTFont(BytesIO(descriptor["/FontFile2"].get_data()))
        assert_glyphs(program, descendant, codes)


def assert_glyphs(program: TTFont, descendant: DictionaryObject, codes: set[str]) -> None:
    """No code shows .notdef, and the file's width of each is the font program's."""
    mapping = descendant["/CIDToGIDMap"]
    gids = None if mapping == "/Identity" else mapping.get_object().get_data()
    widths: dict[int, float] = {}
    entries = list(descendant["/W"])
    while entries:
        first, values = int(entries.pop(0)), entries.pop(0)
        widths |= {first + place: float(value) for place, value in enumerate(values)}
    order, units = program.getGlyphOrder(), program["head"].unitsPerEm
    for cid in (int(code, 16) for code in codes):
        gid = cid if gids is None else int.from_bytes(gids[2 * cid : 2 * cid + 2])
        assert 0 < gid < len(order)
        advance, _ = program["hmtx"][order[gid]]
        assert widths.get(cid, 1000) == pytest.approx(advance * 1000 / units, abs=1)


def test_language_and_title_are_told_to_whoever_reads_aloud(pdf: bytes) -> None:
    reader = PdfReader(BytesIO(pdf), strict=True)
    assert reader.root_object["/Lang"] == "ja"
    assert reader.root_object["/ViewerPreferences"]["/DisplayDocTitle"] == True  # noqa: E712 - a PDF's own true
    assert reader.metadata is not None
    assert reader.metadata.title in ("住民票の写し", "印鑑登録証明書")


def test_6_6_4_the_reference_writer_says_that_it_is_a_pdf_a_2u_and_what_its_black_is() -> None:
    reader = PdfReader(BytesIO(render([family(2)], mincho()).pdf), strict=True)
    stream = reader.root_object["/Metadata"]
    assert not stream.get("/Filter")
    packet = stream.get_data().decode("utf-8")
    assert packet.startswith('<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>')
    tree = ElementTree.fromstring(re.sub(r"<\?xpacket[^>]*>", "", packet))
    assert [tree.findtext(f".//pdfaid:{name}", namespaces=PDFA) for name in ("part", "conformance")] == [
        "2",
        "U",
    ]
    titles = [
        element.text for element in tree.iterfind(".//dc:title//*", PDFA) if (element.text or "").strip()
    ]
    assert titles == [reader.metadata and reader.metadata.title]
    assert "見本" not in packet
    (intent,) = reader.root_object["/OutputIntents"]
    assert intent.get_object()["/S"] == "/GTS_PDFA1"
    profile = intent.get_object()["/DestOutputProfile"].get_object()
    assert profile["/N"] == 1
    opened = ImageCms.getOpenProfile(BytesIO(profile.get_data())).profile
    assert (opened.xcolor_space.strip(), opened.device_class) == ("GRAY", "mntr")
    assert opened.version < 5


def test_the_quick_writer_claims_nothing_that_the_centres_marks_would_break() -> None:
    reader = PdfReader(BytesIO(QuickWriter(mincho()).render([family(2)]).pdf), strict=True)
    assert not {"/Metadata", "/OutputIntents", "/StructTreeRoot", "/MarkInfo"} & set(reader.root_object)
