"""A document's own font from parts: a beginning that many documents share, and the glyphs that only this one has."""

from __future__ import annotations

import struct
import sys
import zlib
from array import array
from collections.abc import Sequence
from itertools import accumulate, chain
from typing import NamedTuple

from certificates.pdf.quick.codes import HEX
from certificates.pdf.quick.deflate import Part, deflated, in_a_row, joined, stored, stream
from certificates.pdf.quick.glyphs import GlyphPart, GlyphStore
from certificates.pdf.sfnt import checksum

_WORD = 0xFFFFFFFF
_MAGIC = 0xB1B0AFBA  # OpenType 1.9, "head": checksumAdjustment
_TABLES = (b"glyf", b"head", b"hhea", b"hmtx", b"loca", b"maxp")
_START = struct.pack(">IHHHH", 0x00010000, len(_TABLES), 64, 2, 32)
_DIRECTORY = struct.Struct(">12s" + "4sIII" * len(_TABLES))
_CONSTANT_SUM = checksum(_START) + sum(map(checksum, _TABLES))
_CMAP_HEAD = (
    "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
    "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
    "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
    "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
)
_CMAP_TAIL = stored(b"endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
_LINES_AT_ONCE = 100  # of one bfchar section (Adobe TN 5411)
_LINE = "<%s> <%s>\n"
_USUAL = 1000  # DW, thousandths of the type size
_LETTERS = [chr(65 + high) + chr(65 + low) for high in range(26) for low in range(26)]


class FontFile(NamedTuple):
    """What the objects of the font hold, streams in pieces. ``size`` is that of the unfolded ``program``; ``tag`` the
    subset's name, six capital letters (ISO 32000-1, 9.6.4)."""

    program: tuple[bytes, ...]
    size: int
    to_unicode: tuple[bytes, ...]
    widths: str
    tag: str


class FontBase:
    """The glyphs that every document of one plate has of one font, in front of its own; number 0 is .notdef."""

    def __init__(self, store: GlyphStore, place: int, parts: Sequence[GlyphPart]) -> None:
        glyphs = (store.missing[place], *parts)
        self.count = len(glyphs)
        self._outlines = joined([Part(*glyph[:4]) for glyph in glyphs])
        self._glyf = sum(glyph.checksum for glyph in glyphs)
        self._places = array("I", accumulate([glyph.length for glyph in glyphs], initial=0))
        self._metrics = b"".join([glyph.metrics for glyph in glyphs])
        self._hmtx = sum(glyph.word for glyph in glyphs)
        self._widths = _widths([part.advance for part in parts], 1)
        texts = [part.utf16 for part in parts]
        self._to_unicode = deflated((_CMAP_HEAD + _sections(texts, 1)).encode("ascii"))
        self._name = zlib.crc32("".join(texts).encode("ascii"))
        outlines = store.face.fonts[place].outlines
        self._head = outlines.head[:8], outlines.head[12:50] + struct.pack(">hh", 1, 0) + bytes(2)
        self._hhea = outlines.hhea[:34]
        self._maxp = outlines.maxp[:4], outlines.maxp[6:]
        self._sums = (
            checksum(bytes(4).join(self._head)),
            checksum(self._hhea),
            checksum(b"\0\0".join(self._maxp)),
        )

    def font(self, own: Sequence[GlyphPart]) -> FontFile:
        """The font of a document whose further glyphs are ``own``, numbered from ``count``."""
        columns = zip(*own, strict=True) if own else [()] * len(GlyphPart._fields)
        blocks, lengths, lows, highs, checksums, metrics, words, advances, texts = columns
        outlines = in_a_row(blocks, lengths, lows, highs)
        program, size = self._program(outlines, lengths, sum(checksums), b"".join(metrics), sum(words))
        name = zlib.crc32("".join(texts).encode("ascii"), self._name)
        lines = stored(_sections(texts, self.count).encode("ascii"))
        return FontFile(
            program,
            size,
            stream((self._to_unicode, lines, _CMAP_TAIL)),
            self._widths + _widths(advances, self.count),
            _LETTERS[name % 676] + _LETTERS[name // 676 % 676] + _LETTERS[name // 456976 % 676],
        )

    def _program(
        self, outlines: Part, lengths: Sequence[int], glyf: int, metrics: bytes, words: int
    ) -> tuple[tuple[bytes, ...], int]:
        """The TrueType file, deflated: the small tables as they are, then the outlines."""
        count = self.count + len(lengths)
        places = self._places[:-1]
        places.extend(accumulate(lengths, initial=self._places[-1]))
        glyf_length = places[-1]
        sums = (
            self._glyf + glyf & _WORD,
            self._sums[0],
            self._sums[1] + count & _WORD,
            self._hmtx + words & _WORD,
            sum(places) & _WORD,
            self._sums[2] + (count << 16) & _WORD,
        )
        if sys.byteorder == "little":
            places.byteswap()
        loca = places.tobytes()
        hmtx = self._metrics + metrics
        lengths_of = (glyf_length, 54, 36, len(hmtx), len(loca), len(self._maxp[0]) + len(self._maxp[1]) + 2)
        small_places = [*accumulate((56, 36, lengths_of[5], len(hmtx), len(loca)), initial=_DIRECTORY.size)]
        head, hhea, maxp, hmtx_place, loca_place, glyf_place = small_places
        table_places = (glyf_place, head, hhea, hmtx_place, loca_place, maxp)
        entries = chain.from_iterable(zip(_TABLES, sums, table_places, lengths_of, strict=True))
        # the directory's own sum, and then those of the tables once more for the tables themselves
        total = _CONSTANT_SUM + 2 * sum(sums) + sum(table_places) + sum(lengths_of)
        small = b"".join(
            (
                _DIRECTORY.pack(_START, *entries),
                self._head[0],
                (_MAGIC - total & _WORD).to_bytes(4, "big"),
                self._head[1],
                self._hhea,
                count.to_bytes(2, "big"),
                self._maxp[0],
                count.to_bytes(2, "big"),
                self._maxp[1],
                hmtx,
                loca,
            )
        )
        return stream((stored(small), self._outlines, outlines)), glyf_place + glyf_length


def _widths(advances: Sequence[int], first: int) -> str:
    """Entries of the W array: only what differs from DW (ISO 32000-1, 9.7.4.3)."""
    if advances.count(_USUAL) == len(advances):
        return ""
    return "".join(
        [f" {number} [{advance}]" for number, advance in enumerate(advances, first) if advance != _USUAL]
    )


def _sections(texts: Sequence[str], first: int) -> str:
    sections = []
    for start in range(0, len(texts), _LINES_AT_ONCE):
        section = texts[start : start + _LINES_AT_ONCE]
        codes = HEX[first + start : first + start + len(section)]
        lines = _LINE * len(section) % tuple(chain.from_iterable(zip(codes, section, strict=True)))
        sections.append(f"{len(section)} beginbfchar\n{lines}endbfchar\n")
    return "".join(sections)
