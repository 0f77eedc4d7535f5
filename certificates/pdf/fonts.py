"""The typeface of the certificates: which glyph draws a character or a sequence, and the gate for those without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, cast

from certificates.domain.variation import is_adobe_japan1
from certificates.errors import ConfigurationError, RefusedError
from certificates.pdf.font_source import SETTING, FontSource, cid_of, find_chain, find_mincho, is_drawable
from certificates.problems import ProblemCode

__all__ = ["Glyph", "Typeface", "clusters", "find_chain", "find_mincho", "font_of"]

_CLUSTER = re.compile("(?s).[\ufe00-\ufe0f\U000e0100-\U000e01ef]?")


class Glyph(NamedTuple):
    """What draws one character or sequence.

    ``plane`` and ``cid`` are fixed for the typeface, not for the document, so that a content stream tells by itself
    what it draws. The n-th font of the chain, counted from 0, has two planes: 2n has the glyph id (out of the
    surrogates' range), 2n + 1 numbers the texts that share a glyph with another text.
    ``advance`` is in thousandths of the type size.
    """

    text: str
    plane: int
    cid: int
    gid: int
    advance: int


def font_of(plane: int) -> int:
    """The place in the chain of the font that ``plane`` belongs to."""
    return plane // 2


class Typeface:
    """A chain of fonts, each character and sequence drawn by the first that has it: IPAmj明朝 first, as a rule alone.

    Loaded once a process and passed in; safe to share between threads.
    """

    def __init__(self, fonts: Sequence[FontSource]) -> None:
        self.fonts = tuple(fonts)
        self._known: dict[str, Glyph] = {}

    @classmethod
    def load(cls, paths: Path | str | Sequence[Path]) -> Typeface:
        """One font or a chain of them. Raises ConfigurationError when one cannot be used."""
        chain = (paths,) if isinstance(paths, Path | str) else paths
        fonts = [FontSource.load(path) for path in chain]
        if not fonts or not fonts[0].sequences:
            raise ConfigurationError(
                SETTING, "must begin with a font that has variation sequences (IPAmj明朝)"
            )
        return cls(fonts)

    def glyphs(self, text: str) -> tuple[Glyph, ...]:
        """What draws ``text``.

        Raises RefusedError(NO_GLYPH) naming every code point or sequence that has none; nothing is substituted.
        """
        parts = clusters(text)
        known = self._known
        found = tuple([known.get(part) or self._find(part) for part in parts])
        if None in found:
            missing = dict.fromkeys(part for part, glyph in zip(parts, found, strict=True) if glyph is None)
            raise RefusedError(ProblemCode.NO_GLYPH, ", ".join(map(_named, missing)))
        return cast("tuple[Glyph, ...]", found)  # no None among them, as was just seen

    def _find(self, cluster: str) -> Glyph | None:
        if not is_drawable(cluster[0]):
            return None
        for place, font in enumerate(self.fonts):
            gid = font.glyph(cluster)
            if gid is None:
                continue
            alias = font.shared.get(cluster)
            plane, cid = (2 * place, cid_of(gid)) if alias is None else (2 * place + 1, alias)
            glyph = Glyph(text=cluster, plane=plane, cid=cid, gid=gid, advance=font.outlines.advance(gid))
            self._known[cluster] = glyph
            return glyph
        return None


def _named(cluster: str) -> str:
    """The code points, the character itself where it can be written down, and of which collection a sequence is."""
    names = " ".join(f"U+{ord(character):04X}" for character in cluster)
    if not is_drawable(cluster[0]):
        return names
    if len(cluster) == 1:
        return f"{names} ({cluster})"
    collection = "Adobe-Japan1" if is_adobe_japan1(cluster) else "no collection known here"
    return f"{names} ({cluster}, a sequence of {collection})"


def clusters(text: str) -> list[str]:
    """Each character with the variation selector (1–16 or 17–256, The Unicode Standard 23.4) that follows it."""
    return _CLUSTER.findall(text)
