"""All copies of one order as one PDF, some hundred times as fast as the reference writer and with the same pixels.

What a document has in common with others (rules, labels, 認証文, official seal, their glyphs) is laid out and deflated
once; its own glyphs were deflated when they were first met. What remains is the coding of the values, a few sums and
the joining of bytes. The file has no cross-reference streams: the centre appends to it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence

from certificates.domain.content import CertificateContent
from certificates.errors import InvalidValueError
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Metrics, Typeface
from certificates.pdf.quick.codes import FONT
from certificates.pdf.quick.font import FontFile
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.quick.page import Page, PageWriter
from certificates.pdf.quick.plate import Plate, make_plate, shape_of, values_of
from certificates.pdf.sheet import PAPER
from certificates.pdf.writing import Rendered, RenderedPage, require_one_order

_PLATES = 256
_HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
_CATALOG, _TREE, _INFO, _FONT, _CID_FONT, _DESCRIPTOR, _PROGRAM, _TO_UNICODE, _FIRST_PAGE = range(1, 10)
_END_OF_OBJECT = b"\nendobj\n"
_SYMBOLIC_SERIF = 4 | 2  # ISO 32000-1, table 123
_MEDIA = f"[0 0 {PAPER[0] * POINTS:.4f} {PAPER[1] * POINTS:.4f}]"


class QuickWriter:
    """One for a process; not for several threads at once. ``render`` is that of ``certificates.pdf.writing``."""

    def __init__(self, face: Typeface) -> None:
        self._face = face
        self._store = GlyphStore(face)
        self._plates: OrderedDict[Hashable, Plate] = OrderedDict()
        self._descriptor = _descriptor(face.metrics)

    def prepare(self, characters: Iterable[str], contents: Iterable[CertificateContent] = ()) -> None:
        """Make glyphs and plates now, so that processes forked from this one share them; what has no glyph is left out."""
        self._store.prepare(characters)
        for content in contents:
            self._plate(content)

    def render(self, contents: Sequence[CertificateContent]) -> Rendered:
        """The same contents give the same bytes.

        Raises what ``certificates.pdf.writing.render`` does, and InvalidValueError when the copies differ in more than
        their numbers.
        """
        require_one_order(contents)
        first = contents[0]
        shape, values = shape_of(first), values_of(first)
        for other in contents[1:]:
            if (shape_of(other), values_of(other), other.imprint) != (shape, values, first.imprint):
                raise InvalidValueError("contents", "copies of one order must say the same")
        plate = self._plate(first, shape)
        codes = plate.begin(self._store)
        writer = PageWriter(self._store, codes, values)
        count = len(plate.pages)
        pages: list[Page] = []
        stated: list[RenderedPage] = []
        for content in contents:
            for number, page_plate in enumerate(plate.pages, 1):
                page = writer.write(page_plate, content, number, count)
                pages.append(page)
                stated.append(
                    RenderedPage(
                        issue_number=content.issue_number, page=number, pages=count, sha256=page.sha256
                    )
                )
        pdf = self._file(first.title, pages, plate.base.font(codes.own))
        return Rendered(pdf=pdf, pages=tuple(stated))

    def _plate(self, content: CertificateContent, shape: Hashable = None) -> Plate:
        shape = shape_of(content) if shape is None else shape
        plate = self._plates.get(shape)
        if plate is None:
            plate = make_plate(content, self._store)
            self._plates[shape] = plate
            if len(self._plates) > _PLATES:
                self._plates.popitem(last=False)
        return plate

    def _file(self, title: str, pages: Sequence[Page], font: FontFile) -> bytes:
        name = f"/{font.tag}+{self._face.name}"
        kids = " ".join([f"{_FIRST_PAGE + 2 * place} 0 R" for place in range(len(pages))])
        font_entry = (
            f"<</Type/Font/Subtype/Type0/BaseFont{name}/Encoding/Identity-H"
            f"/DescendantFonts[{_CID_FONT} 0 R]/ToUnicode {_TO_UNICODE} 0 R>>"
        )
        cid_font = (
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont{name}/CIDToGIDMap/Identity/DW 1000/W[{font.widths}]"
            "/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {_DESCRIPTOR} 0 R>>"
        )
        words = (
            f"<</Type/Catalog/Pages {_TREE} 0 R/Lang(ja)/ViewerPreferences<</DisplayDocTitle true>>>>",
            f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>",
            f"<</Title<FEFF{title.encode('utf-16-be').hex().upper()}>>>",
            font_entry,
            cid_font,
            f"<</Type/FontDescriptor/FontName{name}{self._descriptor}/FontFile2 {_PROGRAM} 0 R>>",
        )
        objects: list[tuple[bytes, ...]] = [(word.encode("ascii"),) for word in words]
        objects += (_stream(font.program, f"/Length1 {font.size}"), _stream(font.to_unicode))
        for place, page in enumerate(pages):
            contents = _FIRST_PAGE + 2 * place + 1
            entry = (
                f"<</Type/Page/Parent {_TREE} 0 R/MediaBox{_MEDIA}/Contents {contents} 0 R"
                f"/Resources<</Font<</{FONT} {_FONT} 0 R>>>>>>"
            )
            objects += ((entry.encode("ascii"),), _stream(page.content))
        return _assembled(objects, "".join([page.sha256 for page in pages]))


def _descriptor(metrics: Metrics) -> str:
    return (
        f"/Flags {_SYMBOLIC_SERIF}/FontBBox[{' '.join(map(str, metrics.box))}]/ItalicAngle 0"
        f"/Ascent {metrics.ascent}/Descent {metrics.descent}/CapHeight {metrics.cap_height}/StemV 80"
    )


def _stream(data: tuple[bytes, ...], entries: str = "") -> tuple[bytes, ...]:
    head = f"<</Length {sum(map(len, data))}/Filter/FlateDecode{entries}>>stream\n"
    return (head.encode("ascii"), *data, b"\nendstream")


def _assembled(objects: Sequence[tuple[bytes, ...]], pages: str) -> bytes:
    """The file with its cross-reference table (ISO 32000-1, 7.5.4); its ID is made of the pages' digests."""
    parts = [_HEADER]
    place = len(_HEADER)
    lines = ["0000000000 65535 f \n"]
    for number, body in enumerate(objects, 1):
        lines.append(f"{place:010d} 00000 n \n")
        head = b"%d 0 obj\n" % number
        parts += (head, *body, _END_OF_OBJECT)
        place += len(head) + sum(map(len, body)) + len(_END_OF_OBJECT)
    identity = hashlib.sha256(pages.encode("ascii")).hexdigest()[:32].upper()
    tail = (
        f"xref\n0 {len(lines)}\n{''.join(lines)}trailer\n<</Size {len(lines)}/Root {_CATALOG} 0 R"
        f"/Info {_INFO} 0 R/ID[<{identity}><{identity}>]>>\nstartxref\n{place}\n%%EOF\n"
    )
    return b"".join([*parts, tail.encode("ascii")])
