"""The document's own font: only the glyphs used, with widths and the text of each, so that it reads back exactly."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFDocument, PDFStream, PDFZCompress

from certificates.pdf.font_source import FontSource
from certificates.pdf.fonts import Glyph, Typeface, font_of

_CMAP_HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
"""
_CMAP_TAIL = "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
_SYMBOLIC_SERIF = 4 | 2  # ISO 32000-1, table 123


def resource_name(plane: int) -> str:
    """The name of the font of ``plane`` in the page's resources."""
    return f"F{plane}"


def embed(document: PDFDocument, fonts: PDFDictionary, face: Typeface, used: Iterable[Glyph]) -> None:
    """Add the Type 0 fonts that ``used`` needs to ``document``, and their names to ``fonts``.

    One file is embedded for each font of the chain that draws something; its two planes share it. CIDs are those of the
    typeface (see Glyph), mapped to the file by CIDToGIDMap.
    """
    ordered = sorted(set(used), key=lambda glyph: (glyph.plane, glyph.cid))
    for place, members in groupby(ordered, lambda glyph: font_of(glyph.plane)):
        _embed_one(document, fonts, face.fonts[place], list(members))


def _embed_one(
    document: PDFDocument, fonts: PDFDictionary, source: FontSource, glyphs: Sequence[Glyph]
) -> None:
    gids = sorted({glyph.gid for glyph in glyphs})
    file, numbers = source.outlines.subset(gids)
    name = f"{_subset_tag(gids)}+{source.name}"
    metrics = source.metrics
    first = resource_name(glyphs[0].plane)
    program = document.Reference(_stream(file, {"Length1": len(file)}), f"{first}.file")
    descriptor = PDFDictionary(
        {
            "Type": "/FontDescriptor",
            "FontName": f"/{name}",
            "Flags": _SYMBOLIC_SERIF,
            "FontBBox": "[{} {} {} {}]".format(*metrics.box),
            "ItalicAngle": 0,
            "Ascent": metrics.ascent,
            "Descent": metrics.descent,
            "CapHeight": metrics.cap_height,
            "StemV": 80,
            "FontFile2": program,
        }
    )
    shared = document.Reference(descriptor, f"{first}.descriptor")
    for plane, group in groupby(glyphs, attrgetter("plane")):
        members = list(group)
        resource = resource_name(plane)
        descendant = PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": f"/{name}",
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "DW": 1000,
                "W": _widths(members),
                "CIDToGIDMap": document.Reference(_stream(_cid_to_gid(members, numbers)), f"{resource}.map"),
                "FontDescriptor": shared,
            }
        )
        font = PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": f"/{name}",
                "Encoding": "/Identity-H",
                "DescendantFonts": PDFArray([document.Reference(descendant, f"{resource}.cid")]),
                "ToUnicode": document.Reference(_stream(_to_unicode(members)), f"{resource}.text"),
            }
        )
        fonts[resource] = document.Reference(font, resource)


def _stream(content: bytes, entries: dict[str, int] | None = None) -> PDFStream:
    return PDFStream(PDFDictionary(entries or {}), content, [PDFZCompress])


def _subset_tag(gids: Sequence[int]) -> str:
    """Six capital letters that stand for this set of glyphs (ISO 32000-1, 9.6.4)."""
    digest = hashlib.sha256(struct.pack(f">{len(gids)}H", *gids)).digest()
    return "".join(chr(65 + byte % 26) for byte in digest[:6])


def _widths(glyphs: Sequence[Glyph]) -> str:
    """The W array: only what differs from DW (ISO 32000-1, 9.7.4.3)."""
    return "[" + " ".join(f"{glyph.cid} [{glyph.advance}]" for glyph in glyphs if glyph.advance != 1000) + "]"


def _cid_to_gid(glyphs: Sequence[Glyph], numbers: dict[int, int]) -> bytes:
    table = bytearray(2 * (max(glyph.cid for glyph in glyphs) + 1))
    for glyph in glyphs:
        struct.pack_into(">H", table, 2 * glyph.cid, numbers[glyph.gid])
    return bytes(table)


def _to_unicode(glyphs: Sequence[Glyph]) -> bytes:
    """UTF-16BE with surrogates and variation selectors, at most 100 lines a section (Adobe TN 5411)."""
    parts = [_CMAP_HEAD]
    for start in range(0, len(glyphs), 100):
        section = glyphs[start : start + 100]
        parts.append(f"{len(section)} beginbfchar\n")
        parts += [
            f"<{glyph.cid:04X}> <{glyph.text.encode('utf-16-be').hex().upper()}>\n" for glyph in section
        ]
        parts.append("endbfchar\n")
    parts.append(_CMAP_TAIL)
    return "".join(parts).encode("ascii")
