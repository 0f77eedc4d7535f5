"""Glyphs ready for a document: outlines without hints, deflated once a process, with the sums that a font needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from certificates.errors import RefusedError
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.deflate import Part, deflated
from certificates.pdf.sfnt import checksum


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


class GlyphStore:
    """The glyphs of one typeface that documents have used so far: about 400 bytes each."""

    def __init__(self, face: Typeface) -> None:
        self.face = face
        self.characters: dict[int, GlyphPart] = {}
        self._sequences: dict[str, GlyphPart] = {}
        self._outlines: dict[int, tuple[Part, int]] = {}
        self.missing = self._make(0, face.outlines.advance(0), "")

    def character(self, code: int) -> GlyphPart:
        """What draws a character. Raises RefusedError (NO_GLYPH)."""
        part = self.characters.get(code)
        if part is None:
            part = self.characters[code] = self._found(chr(code))
        return part

    def part(self, cluster: str) -> GlyphPart:
        """What draws a character or sequence. Raises RefusedError (NO_GLYPH)."""
        if len(cluster) == 1:
            return self.character(ord(cluster))
        part = self._sequences.get(cluster)
        if part is None:
            part = self._sequences[cluster] = self._found(cluster)
        return part

    def prepare(self, clusters: Iterable[str]) -> None:
        """Make these now, so that processes forked later share them; what has no glyph is left out."""
        for cluster in clusters:
            try:
                self.part(cluster)
            except RefusedError:
                continue

    def _found(self, cluster: str) -> GlyphPart:
        (glyph,) = self.face.glyphs(cluster)
        return self._make(glyph.gid, glyph.advance, cluster)

    def _make(self, gid: int, advance: int, text: str) -> GlyphPart:
        outlines = self.face.outlines
        if gid not in self._outlines:
            outline = outlines.simple(gid)
            self._outlines[gid] = deflated(outline), checksum(outline)
        part, total = self._outlines[gid]
        metrics = outlines.metrics(gid)
        return GlyphPart(
            *part,
            checksum=total,
            metrics=metrics,
            word=int.from_bytes(metrics, "big"),
            advance=advance,
            utf16=text.encode("utf-16-be").hex().upper(),
        )
