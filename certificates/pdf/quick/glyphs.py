"""Glyphs ready for a document: outlines without hints, deflated once a process, with the sums that a font needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from certificates.errors import RefusedError
from certificates.pdf.fonts import Glyph, Typeface, font_of
from certificates.pdf.quick.deflate import Part, deflated
from certificates.pdf.sfnt import Outlines, checksum

_WIDE = 1000  # thousandths of the type size: a glyph wider than that makes the count of characters worthless


class GlyphPart(NamedTuple):
    """One text's glyph, its fields in the order in which a font takes them by column.

    ``blocks``, ``length``, ``low`` and ``high`` are those of the deflated outline (``deflate.Part``), ``checksum`` that of
    its words; ``metrics`` is its entry of hmtx and ``word`` the same as a number; ``advance`` is in thousandths of the
    type size; ``utf16`` is what it draws, as UTF-16BE in hexadecimal.
    """

    blocks: bytes
    length: int
    low: int
    high: int
    checksum: int
    metrics: bytes
    word: int
    advance: int
    utf16: str


def is_plain(glyph: Glyph) -> bool:
    """One character, of the chain's first font and no wider than its em: what most texts are made of."""
    return font_of(glyph.plane) == 0 and len(glyph.text) == 1 and glyph.advance <= _WIDE


class GlyphStore:
    """The glyphs that documents have used so far: about 400 bytes each.

    ``plain`` has the plain ones by code point, and ``advances`` how wide these characters are (thousandths of the size).
    """

    def __init__(self, face: Typeface) -> None:
        self.face = face
        self.plain: dict[int, GlyphPart] = {}
        self.advances: dict[str, int] = {}
        self._others: dict[str, GlyphPart] = {}
        self._outlines: dict[tuple[int, int], tuple[Part, int]] = {}
        self.missing = tuple(
            self._make(place, 0, font.outlines.advance(0), "") for place, font in enumerate(face.fonts)
        )

    def part(self, glyph: Glyph) -> GlyphPart:
        if is_plain(glyph):
            code = ord(glyph.text)
            part = self.plain.get(code)
            if part is None:
                part = self.plain[code] = self._found(glyph)
                self.advances[glyph.text] = glyph.advance
            return part
        part = self._others.get(glyph.text)
        if part is None:
            part = self._others[glyph.text] = self._found(glyph)
        return part

    def learn(self, texts: Iterable[str]) -> bool:
        """Make what these need; whether they are made of plain characters alone.

        Raises RefusedError (NO_GLYPH) that names all that the first of them lacks.
        """
        plain = True
        for text in texts:
            for glyph in self.face.glyphs(text):
                self.part(glyph)
                plain = plain and is_plain(glyph)
        return plain

    def prepare(self, clusters: Iterable[str]) -> None:
        """Make these now, so that processes forked later share them; what has no glyph is left out."""
        for cluster in clusters:
            try:
                self.learn((cluster,))
            except RefusedError:
                continue

    def _found(self, glyph: Glyph) -> GlyphPart:
        return self._make(font_of(glyph.plane), glyph.gid, glyph.advance, glyph.text)

    def _make(self, place: int, gid: int, advance: int, text: str) -> GlyphPart:
        outlines: Outlines = self.face.fonts[place].outlines
        key = (place, gid)
        if key not in self._outlines:
            outline = outlines.simple(gid)
            self._outlines[key] = deflated(outline), checksum(outline)
        part, total = self._outlines[key]
        metrics = outlines.metrics(gid)
        return GlyphPart(
            *part,
            checksum=total,
            metrics=metrics,
            word=int.from_bytes(metrics, "big"),
            advance=advance,
            utf16=text.encode("utf-16-be").hex().upper(),
        )
