"""The one font of the back: a subset made once per process, embedded in every file, with its text still searchable."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont, TTLibError

from anti_forgery.pdf_objects import number, stream_object
from certificates.errors import ConfigurationError, RefusedError
from certificates.problems import ProblemCode

NAME = "KOFUBK+KofuBack"
LINE_END = "> Tj ET"
ASCII = "".join(map(chr, range(0x20, 0x7F)))
"""Always in the subset: 発行番号 and the page numbers are written with it."""
_KEPT = {"head", "hhea", "maxp", "hmtx", "loca", "glyf", "cmap"}
"""What a CIDFontType2 needs (ISO 32000-2, table 124); the subsetter finds glyphs by cmap, which goes last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackFont:
    """Glyph numbers and widths of the subset, and the bodies of its objects in the file."""

    hexadecimal: Mapping[str, str] = field(repr=False)  # of each glyph's number, four digits
    widths: Mapping[str, int] = field(repr=False)  # in 1/1000 em
    program: bytes = field(repr=False)
    to_unicode: bytes = field(repr=False)
    advances: str = field(repr=False)  # the /W array
    metrics: str = field(repr=False)  # entries of the font descriptor that describe the whole font

    def line(self, text: str, x: float, y: float, size: float) -> str:
        """Operators that show the text from (x, y), all in points; the font's resource name is /F.

        Raises RefusedError (no-glyph) when a character is not in the subset: nothing is substituted.
        """
        return f"{line_start(x, y, size)}{self.codes(text)}{LINE_END}"

    def codes(self, text: str) -> str:
        """The text as the hexadecimal codes of its glyphs; raises RefusedError (no-glyph)."""
        try:
            return "".join([self.hexadecimal[character] for character in text])
        except KeyError as error:
            name = f"U+{ord(error.args[0]):04X}"
            raise RefusedError(ProblemCode.NO_GLYPH, f"the font of the back has no {name}") from error

    def width(self, text: str, size: float) -> float:
        """Advance of the text in points."""
        return sum(self.widths[character] for character in text) * size / 1000

    def write(self, add: Callable[[bytes], int]) -> int:
        """Put the font's objects into a file with ``add``; returns the number of the Type0 font."""
        program, to_unicode = add(self.program), add(self.to_unicode)
        descriptor = add(
            f"<</Type/FontDescriptor/FontName/{NAME}/Flags 4{self.metrics}/FontFile2 {program} 0 R>>".encode(
                "ascii"
            )
        )
        descendant = add(
            f"<</Type/Font/Subtype/CIDFontType2/BaseFont/{NAME}/CIDToGIDMap/Identity/DW 1000/W[{self.advances}]"
            f"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
            f"/FontDescriptor {descriptor} 0 R>>".encode("ascii")
        )
        return add(
            f"<</Type/Font/Subtype/Type0/BaseFont/{NAME}/Encoding/Identity-H"
            f"/DescendantFonts[{descendant} 0 R]/ToUnicode {to_unicode} 0 R>>".encode("ascii")
        )


def line_start(x: float, y: float, size: float) -> str:
    """Operators before the codes of a line from (x, y), all in points."""
    return f"BT /F {number(size)} Tf {number(x)} {number(y)} Td <"


@lru_cache(maxsize=4)
def back_font(path: Path, characters: str) -> BackFont:
    """The subset of a TrueType font for ``characters`` and ASCII, made once per process.

    Raises ConfigurationError when the file is not such a font or lacks a character.
    """
    try:
        with path.open("rb") as file, TTFont(file, lazy=True, recalcTimestamp=False) as font:
            if "glyf" not in font:
                raise ConfigurationError("PrinterProfile.font", f"{path} has no TrueType outlines")
            return _subset(font, sorted(set(characters + ASCII)))
    except (OSError, TTLibError, KeyError) as error:
        raise ConfigurationError("PrinterProfile.font", f"{path} is not a TrueType font") from error


def _subset(font: TTFont, characters: list[str]) -> BackFont:
    names: dict[int, str] = font.getBestCmap() or {}
    for character in characters:
        if ord(character) not in names:
            raise ConfigurationError(
                "PrinterProfile.font", f"has no U+{ord(character):04X}, which the note needs"
            )
    options = Options(hinting=False, layout_features=[], name_IDs=[], notdef_outline=True)
    options.drop_tables = [table for table in font.keys() if table not in _KEPT]  # noqa: SIM118 - not a mapping
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=[ord(character) for character in characters])
    subsetter.subset(font)
    del font["cmap"]
    program = io.BytesIO()
    font.save(program)
    em = font["head"].unitsPerEm
    glyphs = {character: font.getGlyphID(names[ord(character)]) for character in characters}
    widths = {
        character: round(font["hmtx"][names[ord(character)]][0] * 1000 / em) for character in characters
    }
    head, hhea = font["head"], font["hhea"]
    box = " ".join(str(round(side * 1000 / em)) for side in (head.xMin, head.yMin, head.xMax, head.yMax))
    ascent, descent = round(hhea.ascent * 1000 / em), round(hhea.descent * 1000 / em)
    return BackFont(
        hexadecimal={character: f"{glyph:04X}" for character, glyph in glyphs.items()},
        widths=widths,
        program=stream_object(f"/Length1 {len(program.getvalue())}", program.getvalue()),
        to_unicode=stream_object("", _to_unicode(glyphs)),
        advances=" ".join(f"{glyphs[c]}[{widths[c]}]" for c in sorted(glyphs, key=glyphs.__getitem__)),
        metrics=f"/FontBBox[{box}]/ItalicAngle 0/Ascent {ascent}/Descent {descent}/CapHeight {ascent}/StemV 80",
    )


def _to_unicode(glyphs: Mapping[str, int]) -> bytes:
    """A CMap from glyph number to character, at most 100 lines a block (Adobe Technical Note 5014)."""
    pairs = [f"<{glyph:04X}> <{c.encode('utf-16-be').hex().upper()}>" for c, glyph in sorted(glyphs.items())]
    blocks = [pairs[start : start + 100] for start in range(0, len(pairs), 100)]
    body = "\n".join(f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
        "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
        "/CMapName /KofuBack def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{body}\nendcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")
