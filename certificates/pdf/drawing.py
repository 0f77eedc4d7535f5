"""Drawing of one sheet: rules, text, official seal and imprint as the operators of one content stream."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import groupby
from operator import attrgetter

from certificates.domain.official_seal import SealImage
from certificates.domain.seal import SealImprint
from certificates.pdf.embedding import resource_name
from certificates.pdf.fax import inline_mask
from certificates.pdf.fitting import POINTS, SetLine, set_text
from certificates.pdf.fonts import Glyph, Typeface
from certificates.pdf.official_seal import cells
from certificates.pdf.sheet import PAPER, Box, Rule, Sheet

_OUTER, _INNER, _GAP = 0.9, 0.25, 0.55  # frames of the official seal and the gap between them, millimetres
_BOLD = 0.28  # points by which the official seal's strokes are thickened
_CORNERS = "2 J"  # projecting caps: the corners of frames close


Show = Callable[[Sequence[Glyph], str], str]
"""How glyphs of one size are written: the operators that choose the font and show them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Operators in ASCII that leave the graphics state as they found it, and the glyphs that they show."""

    operators: str = field(repr=False)
    glyphs: frozenset[Glyph] = field(repr=False)


def shown(glyphs: Sequence[Glyph], size: str) -> str:
    """Glyphs as hexadecimal CIDs of the typeface, with a change of font where the plane changes."""
    return " ".join(
        f"/{resource_name(plane)} {size} Tf <{''.join([f'{glyph.cid:04X}' for glyph in run])}> Tj"
        for plane, run in groupby(glyphs, attrgetter("plane"))
    )


def draw(sheet: Sheet, face: Typeface, show: Show = shown) -> Drawing:
    """Raises RefusedError: NO_GLYPH for what cannot be drawn, DOES_NOT_FIT for what is too long."""
    used: set[Glyph] = set()
    parts = ["q", _CORNERS, _rules(sheet.rules)]
    for placement in sheet.texts:
        for line in set_text(placement, face):
            parts.append(text_line(line, show))
            used.update(line.glyphs)
    if sheet.imprint is not None:
        parts.append(imprint_mask(*sheet.imprint))
    if sheet.seal is not None:
        seal, box = sheet.seal
        if isinstance(seal, SealImage):
            parts.append(_seal_image(seal, box))
        else:
            lettering = face.glyphs(seal.text)
            parts.append(_seal_lettering(box, lettering, show))
            used.update(lettering)
    parts.append("Q")
    return Drawing(operators="\n".join(parts), glyphs=frozenset(used))


@lru_cache(maxsize=256)
def _rules(rules: tuple[Rule, ...]) -> str:
    """Kept, because the few forms there are have the same rules on every page."""
    parts = []
    for weight, group in groupby(rules, attrgetter("weight")):
        parts.append(f"{weight:g} w")
        parts += [
            f"{rule.x1 * POINTS:.2f} {(PAPER[1] - rule.y1) * POINTS:.2f} m"
            f" {rule.x2 * POINTS:.2f} {(PAPER[1] - rule.y2) * POINTS:.2f} l"
            for rule in group
        ]
        parts.append("S")
    return "\n".join(parts)


def text_line(line: SetLine, show: Show = shown) -> str:
    """One line of text where it was set."""
    text = f"BT {line.x:.2f} {line.y:.2f} Td {show(line.glyphs, f'{line.size:g}')} ET"
    return f"{line.spacing:.3f} Tc {text} 0 Tc" if line.spacing else text


def imprint_mask(imprint: SealImprint, box: Box) -> str:
    """At true size in the middle of its box, as an inline mask: so the content stream binds it to the page."""
    data = zlib.compress(imprint.rows).hex().upper()
    mask = f"BI /W {imprint.width} /H {imprint.height} /IM true /D [1 0] /F [/AHx /Fl]\nID {data}>\nEI"
    return _at_true_size(imprint, box, mask)


@cache
def _seal_image(seal: SealImage, box: Box) -> str:
    """Kept, because a municipality has few seals; bound to the page as an imprint is."""
    return _at_true_size(seal, box, inline_mask(seal.width, seal.height, seal.rows))


def _at_true_size(image: SealImprint | SealImage, box: Box, mask: str) -> str:
    width, height = image.width_mm, image.height_mm
    x = (box.x + (box.width - width) / 2) * POINTS
    y = (PAPER[1] - box.y - (box.height + height) / 2) * POINTS
    return f"q {width * POINTS:.3f} 0 0 {height * POINTS:.3f} {x:.3f} {y:.3f} cm\n{mask}\nQ"


def _seal_lettering(box: Box, lettering: tuple[Glyph, ...], show: Show) -> str:
    """A double frame and upright lettering that fills its cells, thickened as a cut seal prints."""
    left, width = box.x * POINTS, box.width * POINTS
    bottom, height = (PAPER[1] - box.y - box.height) * POINTS, box.height * POINTS
    parts = ["q 0 J"]
    for weight, inset in ((_OUTER, _OUTER / 2), (_INNER, _OUTER + _GAP)):
        step = inset * POINTS
        corner = f"{left + step:.2f} {bottom + step:.2f}"
        parts.append(f"{weight * POINTS:.2f} w {corner} {width - 2 * step:.2f} {height - 2 * step:.2f} re S")
    margin = (_OUTER + _GAP + 0.7) * POINTS
    inner = (left + margin, bottom + margin, width - 2 * margin, height - 2 * margin)
    parts.append(f"{_BOLD} w BT 2 Tr")
    for glyph, (x, y, cell_width, cell_height) in zip(lettering, cells(len(lettering), *inner), strict=True):
        stretch = cell_width / (glyph.advance / 1000)
        origin = y + 0.121 * cell_height  # the em box reaches this far below the baseline
        parts.append(f"{stretch:.2f} 0 0 {cell_height:.2f} {x:.2f} {origin:.2f} Tm {show((glyph,), '1')}")
    parts.append("ET Q")
    return "\n".join(parts)
