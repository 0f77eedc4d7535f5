"""The codes of one document: which two bytes stand for which character, given out as characters are met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from certificates.pdf.fonts import Glyph
from certificates.pdf.quick.glyphs import GlyphPart, GlyphStore

FONT = "F0"
HEX = tuple(f"{number:04X}" for number in range(1 << 16))
"""Codes as they stand in a content stream."""
# A lone surrogate is no character of any text, so within one document it can stand in for a sequence.
_STAND_INS = 0xD800
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_SEQUENCE = re.compile(f"(?s).{_SELECTOR.pattern}|[\ud800-\udfff]")


class Codes(dict[int, str]):
    """Code point → code in hexadecimal, made for ``str.translate``.

    ``own`` are the glyphs beyond those of the plate, in the order of their codes.
    """

    def __init__(
        self, store: GlyphStore, known: Mapping[int, str], sequences: Mapping[str, str], count: int
    ) -> None:
        super().__init__(known)
        self._known = store.characters
        self._store = store
        self._sequences = dict(sequences)
        self._stood_in: dict[str, str] = {}
        self._count = count
        self.own: list[GlyphPart] = []

    def __missing__(self, code: int) -> str:
        part = self._known.get(code) or self._store.character(code)
        own = self.own
        text = self[code] = HEX[self._count + len(own)]
        own.append(part)
        return text

    def coded(self, text: str) -> str:
        """The codes of ``text``. Raises RefusedError (NO_GLYPH)."""
        if _SELECTOR.search(text):
            text = _SEQUENCE.sub(self._stand_in, text)
        return text.translate(self)

    def _stand_in(self, found: re.Match[str]) -> str:
        return self._stand_in_for(found[0])

    def _stand_in_for(self, cluster: str) -> str:
        if cluster not in self._sequences:
            self._sequences[cluster] = HEX[self._count + len(self.own)]
            self.own.append(self._store.part(cluster))
        if cluster not in self._stood_in:
            code = _STAND_INS + len(self._stood_in)
            self._stood_in[cluster] = chr(code)
            self[code] = self._sequences[cluster]
        return self._stood_in[cluster]

    def show(self, glyphs: Sequence[Glyph], size: str) -> str:
        """See ``certificates.pdf.drawing.Show``."""
        return f"/{FONT} {size} Tf <{''.join([self._code(glyph.text) for glyph in glyphs])}> Tj"

    def _code(self, cluster: str) -> str:
        return self[ord(cluster)] if len(cluster) == 1 else self[ord(self._stand_in_for(cluster))]

    @property
    def meaning(self) -> str:
        """The operator that says which texts the codes of ``own`` stand for, from which code on.

        Codes are counted up in each document; without it two pages with other names would be the same bytes, and the
        digest of a page would bind nothing. A marked-content point (ISO 32000-1, 14.6) draws nothing.
        """
        texts = "000A".join([part.utf16 for part in self.own])
        return f"/KofuCodes <</First {self._count} /Text <{texts}>>> DP"

    def settled(self) -> tuple[dict[int, str], dict[str, str]]:
        """Codes of characters and of sequences, to begin other documents with."""
        stood_in = {ord(code) for code in self._stood_in.values()}
        characters = {code: text for code, text in self.items() if code not in stood_in}
        return characters, dict(self._sequences)
