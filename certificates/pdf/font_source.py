"""One font file: its outlines, its metrics, and which of its glyphs draws a character or a sequence."""

from __future__ import annotations

import mmap
import os
import struct
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fontTools.ttLib import TTFont, TTLibError

from certificates.errors import ConfigurationError
from certificates.pdf.sfnt import Outlines, outlines_of

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
# pypdf reads codes as UTF-16: two neighbours out of the surrogates' range would melt into one character.
_SURROGATES = range(0xD800, 0xE000)
_INSTEAD = 0xF000


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """In thousandths of the type size, for the font descriptor."""

    ascent: int
    descent: int
    cap_height: int
    box: tuple[int, int, int, int]


def find_mincho(path: Path | str | None = None, *, setting: str = SETTING) -> Path:
    """The font file: ``path`` when given, else the first of the standard paths.

    Raises ConfigurationError that names ``setting`` and says how to get it.
    """
    candidates = STANDARD_PATHS if path is None else (Path(path),)
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise ConfigurationError(setting, f"{_HOW_TO_GET} (looked at {', '.join(map(str, candidates))})")


def find_chain(paths: str, *, setting: str = SETTING) -> tuple[Path, ...]:
    """The font files that ``paths`` names, separated as in PATH, in the order in which they are asked for a glyph.

    Empty is IPAmj明朝 at a standard path. Raises ConfigurationError that names the one that is not there or comes twice.
    """
    named = [Path(part).expanduser() for part in paths.split(os.pathsep) if part]
    if len(set(named)) != len(named):
        raise ConfigurationError(setting, f"names a font twice: {paths}")
    return tuple(find_mincho(path, setting=setting) for path in named) or (find_mincho(setting=setting),)


@dataclass(frozen=True, slots=True, kw_only=True)
class FontSource:
    """A TrueType font. ``shared`` numbers, from 1, each text whose glyph already draws another text."""

    path: Path
    name: str
    outlines: Outlines
    metrics: Metrics
    characters: Mapping[int, int] = field(repr=False)
    sequences: Mapping[tuple[int, int], int] = field(repr=False)
    shared: Mapping[str, int] = field(repr=False)

    @classmethod
    def load(cls, path: Path | str) -> FontSource:
        """Half a second for IPAmj明朝. Raises ConfigurationError when the file is not a TrueType font."""
        path = Path(path)
        try:
            with path.open("rb") as file:
                data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                return cls._read(path, TTFont(file, lazy=True), data)
        except (OSError, TTLibError, LookupError, AttributeError, ValueError, struct.error) as error:
            raise ConfigurationError(SETTING, f"{path} cannot be used; {_HOW_TO_GET}") from error

    @classmethod
    def _read(cls, path: Path, font: TTFont, data: mmap.mmap) -> FontSource:
        units = font["head"].unitsPerEm
        ids: dict[str, int] = font.getReverseGlyphMap()
        if len(ids) > _INSTEAD:
            raise ConfigurationError(SETTING, f"{path} has more glyphs than can be numbered; {_HOW_TO_GET}")
        characters = {code: ids[name] for code, name in font.getBestCmap().items()}
        # cmap format 14 holds the variation sequences; a font without one has none
        sequences = {
            (code, selector): characters[code] if name is None else ids[name]
            for table in font["cmap"].tables
            if table.format == 14
            for selector, pairs in table.uvsDict.items()
            for code, name in pairs
        }
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
                # OS/2 has it from version 2 on; capitals of a Mincho are about as high
                cap_height=getattr(os2, "sCapHeight", units * 3 // 4) * 1000 // units,
                box=(left, low, right, high),
            ),
            characters=characters,
            sequences=sequences,
            shared=_texts_of_shared_glyphs(characters, sequences),
        )

    def glyph(self, cluster: str) -> int | None:
        """The number of the glyph that draws a character or sequence; None where this font draws nothing for it."""
        code = ord(cluster[0])
        single = len(cluster) == 1
        gid = self.characters.get(code) if single else self.sequences.get((code, ord(cluster[1])))
        if not gid or (self.outlines.is_empty(gid) and cluster not in _SPACES):
            return None
        return gid


def cid_of(gid: int) -> int:
    """The glyph's own number, out of the surrogates' range."""
    return gid - _SURROGATES.start + _INSTEAD if gid in _SURROGATES else gid


def is_drawable(character: str) -> bool:
    """Controls, lone marks, 外字 of the private area and unusual spaces would draw nothing, or something else."""
    return character in _SPACES or unicodedata.category(character)[0] not in "CMZ"


def _texts_of_shared_glyphs(
    characters: Mapping[int, int], sequences: Mapping[tuple[int, int], int]
) -> dict[str, int]:
    """The lowest character of a glyph owns it, else its lowest sequence; only the owner may use the glyph's own number,
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
