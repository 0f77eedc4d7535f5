"""The codes of one document: which two bytes stand for which character, given out as characters are met."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby, islice

from certificates.errors import RefusedError
from certificates.pdf.fonts import Glyph, font_of
from certificates.pdf.quick.glyphs import GlyphPart, GlyphStore, is_plain
from certificates.problems import ProblemCode

HEX = tuple(f"{number:04X}" for number in range(1 << 13))
"""Codes as they stand in a content stream; no certificate has nearly as many different characters."""
_LINE_BREAK = 0x0A


def resource_name(place: int) -> str:
    """What a page's resources call the font at this place of the chain."""
    return f"F{place}"


class Codes:
    """Each font of the chain counts its own codes. ``own`` are, font by font, the glyphs beyond those of the plate."""

    def __init__(
        self,
        store: GlyphStore,
        counts: Sequence[int],
        plain: Mapping[int, str] | None = None,
        others: Mapping[str, str] | None = None,
    ) -> None:
        """``counts`` are the glyphs that the plate's fonts have, ``plain`` and ``others`` their codes."""
        self._store = store
        self._counts = counts
        self._plain: dict[int, str] = dict(plain or {_LINE_BREAK: "\n"})
        self._others = dict(others or {})
        self.own: tuple[list[GlyphPart], ...] = tuple([[] for _ in counts])

    def coded(self, texts: Sequence[str]) -> list[str | None]:
        """The codes of each text; None where they do not make one run of the first font.

        Raises RefusedError (NO_GLYPH; DOES_NOT_FIT for more different characters than are numbered).
        """
        found = self._plainly(texts)
        if found is None and self._store.learn(texts):
            found = self._plainly(texts)
        return [self._singly(text) for text in texts] if found is None else found

    def _plainly(self, texts: Sequence[str]) -> list[str | None] | None:
        """All at once, as long as only plain characters occur that the store has: then no Python runs a character."""
        known = self._plain
        table = defaultdict(islice(HEX, self._counts[0], None).__next__, known)
        try:
            lines: list[str | None] = [*"\n".join(texts).translate(table).split("\n")]
        except StopIteration as error:
            raise _too_many() from error
        if len(lines) != len(texts):  # a line break is among what is never drawn
            return None
        try:
            self.own[0][:] = map(self._store.plain.__getitem__, islice(table, len(known), None))
        except KeyError:
            return None
        table.default_factory = None
        self._plain = table
        return lines

    def _singly(self, text: str) -> str | None:
        glyphs = self._store.face.glyphs(text)
        codes = [self._code(glyph) for glyph in glyphs]
        return "".join(codes) if all(map(is_plain, glyphs)) else None

    def number(self, text: str) -> str:
        """The codes of an 発行番号, whose characters every plate has."""
        return text.translate(self._plain)

    def show(self, glyphs: Sequence[Glyph], size: str) -> str:
        """See ``certificates.pdf.drawing.Show``."""
        return " ".join(
            f"/{resource_name(place)} {size} Tf <{''.join([self._code(glyph) for glyph in run])}> Tj"
            for place, run in groupby(glyphs, lambda glyph: font_of(glyph.plane))
        )

    def _code(self, glyph: Glyph) -> str:
        plain = is_plain(glyph)
        code = self._plain.get(ord(glyph.text)) if plain else self._others.get(glyph.text)
        if code is None:
            place = font_of(glyph.plane)
            own = self.own[place]
            number = self._counts[place] + len(own)
            if number >= len(HEX):
                raise _too_many()
            code = HEX[number]
            own.append(self._store.part(glyph))
            if plain:
                self._plain[ord(glyph.text)] = code
            else:
                self._others[glyph.text] = code
        return code

    @property
    def meaning(self) -> str:
        """The operators that say which texts the codes of ``own`` stand for, from which code on.

        Codes are counted up in each document; without them two pages with other names would be the same bytes, and the
        digest of a page would bind nothing. A marked-content point (ISO 32000-1, 14.6) draws nothing.
        """
        return "\n".join(
            [
                f"/KofuCodes <</Font /{resource_name(place)} /First {self._counts[place]}"
                f" /Text <{'000A'.join([part.utf16 for part in own])}>>> DP"
                for place, own in enumerate(self.own)
                if own or not place
            ]
        )

    def settled(self) -> tuple[dict[int, str], dict[str, str]]:
        """Codes of plain characters and of all others, to begin other documents with."""
        return dict(self._plain), dict(self._others)


def _too_many() -> RefusedError:
    return RefusedError(ProblemCode.DOES_NOT_FIT, f"more than {len(HEX):,} different characters")
