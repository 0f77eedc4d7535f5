"""The typeface of the certificates: which glyph draws a character or a sequence, and the gate for those without one."""

from __future__ import annotations

import mmap
import re
import struct
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, cast

from fontTools.ttLib import TTFont, TTLibError

from certificates.errors import ConfigurationError, RefusedError
from certificates.pdf.sfnt import Outlines, outlines_of
from certificates.problems import ProblemCode

SETTING = "KOFU_MINCHO"
STANDARD_PATHS = (
    Path("/usr/share/fonts/truetype/ipamj/ipamjm.ttf"),
    Path("/usr/share/fonts/ipa-mj-mincho/ipamjm.ttf"),
    Path("/usr/local/share/fonts/ipamjm.ttf"),
)
_HOW_TO_GET = (
    "IPAmj明朝 (ipamjm.ttf) is needed: apt-get install fonts-ipamj-mincho, or give the path of the file"
)
_SPACES = frozenset(" \u3000")
_CLUSTER = re.compile("(?s).[\ufe00-\ufe0f\U000e0100-\U000e01ef]?")
# pypdf reads codes as UTF-16: two neighbours out of the surrogates' range would melt into one character.
_SURROGATES = range(0xD800, 0xE000)
_INSTEAD = 0xF000


class Glyph(NamedTuple):
    """What draws one character or sequence.

    ``plane`` and ``cid`` are fixed for the typeface, not for the document, so that a content stream tells by itself
    what it draws: plane 0 has the glyph id (out of the surrogates' range), plane 1 numbers the texts that share a
    glyph with another text.
    ``advance`` is in thousandths of the type size.
    """

    text: str
    plane: int
    cid: int
    gid: int
    advance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """In thousandths of the type size, for the font descriptor."""

    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]


def find_mincho(path: Path | str | None = None) -> Path:
    """The font file: ``path`` when given, else the first of the standard paths.

    Raises ConfigurationError that says how to get it.
    """
    candidates = STANDARD_PATHS if path is None else (Path(path),)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise ConfigurationError(SETTING, f"{_HOW_TO_GET} (looked at {', '.join(map(str, candidates))})")


class Typeface:
    """IPAmj明朝, loaded once a process (about half a second) and passed in; safe to share between threads."""

    def __init__(
        self,
        *,
        path: Path,
        name: str,
        outlines: Outlines,
        metrics: Metrics,
        characters: dict[int, int],
        sequences: dict[tuple[int, int], int],
    ) -> None:
        self.path = path
        self.name = name
        self.outlines = outlines
        self.metrics = metrics
        self._characters = characters
        self._sequences = sequences
        self._shared = _texts_of_shared_glyphs(characters, sequences)
        self._known: dict[str, Glyph] = {}

    @classmethod
    def load(cls, path: Path | str) -> Typeface:
        """Raises ConfigurationError when the file is not a TrueType font with variation sequences (cmap format 14)."""
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                return cls._read(path, TTFont(file, lazy=True), data)
        except (
            OSError,
            TTLibError,
            LookupError,
            AttributeError,
            StopIteration,
            ValueError,
            struct.error,
        ) as error:
            raise ConfigurationError(SETTING, f"{path} cannot be used; {_HOW_TO_GET}") from error

    @classmethod
    def _read(cls, path: Path, font: TTFont, data: mmap.mmap) -> Typeface:
        units = font["head"].unitsPerEm
        ids: dict[str, int] = font.getReverseGlyphMap()
        if len(ids) > _INSTEAD:
            raise ConfigurationError(SETTING, f"{path} has more glyphs than can be numbered; {_HOW_TO_GET}")
        characters = {code: ids[name] for code, name in font.getBestCmap().items()}
        uvs = next(table for table in font["cmap"].tables if table.format == 14).uvsDict
        head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
        left, low, right, high = (
            side * 1000 // units for side in (head.xMin, head.yMin, head.xMax, head.yMax)
        )
        return cls(
            path=path,
            name=str(font["name"].getDebugName(6)),
            outlines=outlines_of(font.reader.tables, data, units),
            metrics=Metrics(
                ascent=hhea.ascent * 1000 // units,
                descent=hhea.descent * 1000 // units,
                cap_height=os2.sCapHeight * 1000 // units,
                box=(left, low, right, high),
            ),
            characters=characters,
            sequences={
                (code, selector): characters[code] if name is None else ids[name]
                for selector, pairs in uvs.items()
                for code, name in pairs
            },
        )

    def glyphs(self, text: str) -> tuple[Glyph, ...]:
        """What draws ``text``.

        Raises RefusedError(NO_GLYPH) naming every code point or sequence that has none; nothing is substituted.
        """
        parts = clusters(text)
        known = self._known
        found = tuple([known.get(part) or self._find(part) for part in parts])
        if None in found:
            missing = dict.fromkeys(part for part, glyph in zip(parts, found, strict=True) if glyph is None)
            names = (" ".join(f"U+{ord(character):04X}" for character in part) for part in missing)
            raise RefusedError(ProblemCode.NO_GLYPH, ", ".join(names))
        return cast("tuple[Glyph, ...]", found)  # no None among them, as was just seen

    def _find(self, cluster: str) -> Glyph | None:
        code = ord(cluster[0])
        single = len(cluster) == 1
        gid = self._characters.get(code) if single else self._sequences.get((code, ord(cluster[1])))
        if not gid or not is_drawable(cluster[0]):
            return None
        if self.outlines.is_empty(gid) and cluster not in _SPACES:
            return None
        alias = self._shared.get(cluster)
        advance = self.outlines.advance(gid)
        plane, cid = (0, _cid(gid)) if alias is None else (1, alias)
        glyph = Glyph(text=cluster, plane=plane, cid=cid, gid=gid, advance=advance)
        self._known[cluster] = glyph
        return glyph


def _cid(gid: int) -> int:
    return gid - _SURROGATES.start + _INSTEAD if gid in _SURROGATES else gid


def is_drawable(character: str) -> bool:
    """Controls, lone marks, 外字 of the private area and unusual spaces would draw nothing, or something else."""
    return character in _SPACES or unicodedata.category(character)[0] not in "CMZ"


def clusters(text: str) -> list[str]:
    """Each character with the variation selector (1–16 or 17–256, The Unicode Standard 23.4) that follows it."""
    return _CLUSTER.findall(text)


def _texts_of_shared_glyphs(
    characters: dict[int, int], sequences: dict[tuple[int, int], int]
) -> dict[str, int]:
    """A number, from 1, for each text whose glyph already draws another text.

    The lowest character of a glyph owns it, else its lowest sequence; only the owner may use the glyph's own number,
    because one number can be read back as one text only. What is never drawn owns nothing.
    """
    owned: set[int] = set()
    shared: dict[str, int] = {}
    texts = [(chr(code), gid) for code, gid in sorted(characters.items())]
    texts += [(chr(code) + chr(selector), gid) for (code, selector), gid in sorted(sequences.items())]
    for text, gid in texts:
        if not is_drawable(text[0]):
            continue
        if gid in owned:
            shared[text] = len(shared) + 1
        owned.add(gid)
    return shared
