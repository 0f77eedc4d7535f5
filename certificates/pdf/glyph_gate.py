"""The glyph gate for words that are known before anybody asks: those of a municipality's profile."""

from __future__ import annotations

from collections.abc import Callable

from certificates.errors import RefusedError
from certificates.pdf.fonts import Typeface


def undrawable(face: Typeface) -> Callable[[str], str]:
    """Tells which code points of a text ``face`` cannot draw (``U+1F600``); empty for none."""

    def names(text: str) -> str:
        try:
            face.glyphs(text)
        except RefusedError as error:
            return error.detail
        return ""

    return names
