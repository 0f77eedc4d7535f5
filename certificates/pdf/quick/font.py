"""A document's own font from parts: a beginning that many documents share, and the glyphs that only this one has."""

from __future__ import annotations

import hashlib
import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain

from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.codes import HEX
from certificates.pdf.quick.deflate import Part, deflated, in_a_row, joined, stored, stream
from certificates.pdf.quick.glyphs import GlyphPart, GlyphStore
from certificates.pdf.sfnt import checksum

_WORD = 0xFFFFFFFF
_MAGIC = 0xB1B0AFBA  # OpenType 1.9, "head": checksumAdjustment
_TABLES = 6
_DIRECTORY = struct.pack(">IHHHH", 0x00010000, _TABLES, 64, 2, 32)
_HEAD_PLACE = 12 + 16 * _TABLES
_LINES_AT_ONCE = 100  # of one bfchar section (Adobe TN 5411)
_LINE = "<%s> <%s>\n"
_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
_CMAP_TAIL = stored(b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class FontFile:
    """What the objects of the font hold, streams in pieces. ``size`` is that of the unfolded ``program``; ``tag`` is the
    subset's name."""

    program: tuple[bytes, ...]
    size: int
    to_unicode: tuple[bytes, ...]
    widths: str
    tag: str


class FontBase:
    """The glyphs that every document of one plate has, in front of its own; number 0 is .notdef."""

    def __init__(self, store: GlyphStore, parts: Sequence[GlyphPart]) -> None:
        glyphs = (store.missing, *parts)
        self.count = len(glyphs)
        self._outlines = joined([Part(*glyph[:4]) for glyph in glyphs])
        self._glyf = sum(glyph.checksum for glyph in glyphs)
        self._places = array("I", accumulate([glyph.length for glyph in glyphs], initial=0))
        self._metrics = b"".join([glyph.metrics for glyph in glyphs])
        self._hmtx = sum(glyph.word for glyph in glyphs)
        self._widths = _widths([part.advance for part in parts], 1)
        texts = [part.utf16 for part in parts]
        self._to_unicode = deflated((_CMAP_HEAD + _sections(texts, 1)).encode("ascii"))
        self._name = hashlib.sha256("".join(texts).encode("ascii"))
        face: Typeface = store.face
        outlines = face.outlines
        self._head = outlines.head[:8] + bytes(4) + outlines.head[12:50] + struct.pack(">hh", 1, 0) + bytes(2)
        self._hhea = outlines.hhea[:34] + bytes(2)
        self._maxp = outlines.maxp[:4] + bytes(2) + outlines.maxp[6:]
        self._sums = checksum(self._head), checksum(self._hhea), checksum(self._maxp)

    def font(self, own: Sequence[GlyphPart]) -> FontFile:
        """The font of a document whose further glyphs are ``own``, numbered from ``count``."""
        columns = [*zip(*own, strict=True)] if own else [()] * len(GlyphPart._fields)
        blocks, lengths, lows, highs, checksums, metrics, words, advances, texts = columns
        outlines = in_a_row(blocks, lengths, lows, highs)
        program, size = self._program(outlines, lengths, sum(checksums), b"".join(metrics), sum(words))
        name = self._name.copy()
        name.update("".join(texts).encode("ascii"))
        lines = stored(_sections(texts, self.count).encode("ascii"))
        return FontFile(
            program=program,
            size=size,
            to_unicode=stream([self._to_unicode, lines, _CMAP_TAIL]),
            widths=self._widths + _widths(advances, self.count),
            # six capital letters that stand for these glyphs in this order (ISO 32000-1, 9.6.4)
            tag="".join([chr(65 + byte % 26) for byte in name.digest()[:6]]),
        )

    def _program(
        self, outlines: Part, lengths: Sequence[int], glyf: int, metrics: bytes, words_sum: int
    ) -> tuple[tuple[bytes, ...], int]:
        """The TrueType file, deflated: the small tables as they are, then the outlines."""
        count = self.count + len(lengths)
        places = self._places + array("I", [*accumulate(lengths, initial=self._places[-1])][1:])
        glyf_length = places[-1]
        loca_sum = sum(places)
        if sys.byteorder == "little":
            places.byteswap()
        loca = places.tobytes()
        hmtx = self._metrics + metrics
        head_sum, hhea_sum, maxp_sum = self._sums
        hhea_place = _HEAD_PLACE + len(self._head)
        maxp_place = hhea_place + len(self._hhea)
        hmtx_place = maxp_place + len(self._maxp)
        loca_place = hmtx_place + len(hmtx)
        glyf_place = loca_place + len(loca)
        words = (
            (b"glyf", self._glyf + glyf, glyf_place, glyf_length),
            (b"head", head_sum, _HEAD_PLACE, 54),
            (b"hhea", hhea_sum + count, hhea_place, 36),
            (b"hmtx", self._hmtx + words_sum, hmtx_place, len(hmtx)),
            (b"loca", loca_sum, loca_place, len(loca)),
            (b"maxp", maxp_sum + (count << 16), maxp_place, len(self._maxp)),
        )
        directory = _DIRECTORY + b"".join(
            [struct.pack(">4sIII", tag, total & _WORD, place, size) for tag, total, place, size in words]
        )
        adjustment = (_MAGIC - checksum(directory) - sum([word[1] for word in words])) & _WORD
        small = b"".join(
            (
                directory,
                self._head[:8],
                adjustment.to_bytes(4, "big"),
                self._head[12:],
                self._hhea[:34],
                count.to_bytes(2, "big"),
                self._maxp[:4],
                count.to_bytes(2, "big"),
                self._maxp[6:],
                hmtx,
                loca,
            )
        )
        return stream([stored(small), self._outlines, outlines]), glyf_place + glyf_length


def _widths(advances: Sequence[int], first: int) -> str:
    """Entries of the W array: only what differs from DW (ISO 32000-1, 9.7.4.3)."""
    return "".join(
        [f" {number} [{advance}]" for number, advance in enumerate(advances, first) if advance != 1000]
    )


def _sections(texts: Sequence[str], first: int) -> str:
    sections = []
    for start in range(0, len(texts), _LINES_AT_ONCE):
        section = texts[start : start + _LINES_AT_ONCE]
        codes = HEX[first + start : first + start + len(section)]
        lines = _LINE * len(section) % tuple(chain.from_iterable(zip(codes, section, strict=True)))
        sections.append(f"{len(section)} beginbfchar\n{lines}endbfchar\n")
    return "".join(sections)
