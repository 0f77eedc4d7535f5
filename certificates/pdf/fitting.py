"""Setting a text in its box: full size if it fits, smaller or in two lines if it must, refused rather than cut."""

from __future__ import annotations

from dataclasses import dataclass

from certificates.errors import RefusedError
from certificates.pdf.fonts import Glyph, Typeface
from certificates.pdf.sheet import PAPER, Align, Box, Placement
from certificates.problems import ProblemCode

POINTS = 72 / 25.4
"""Points in a millimetre."""
_STEP = 0.5  # points from one size to the next smaller
LEADING = 1.08  # line distance as a multiple of the size
_MIDDLE = 0.379  # height of the middle of IPAmj's em box above the baseline, in em
_BREAK_AFTER = frozenset(" \u3000")
_NEVER_FIRST = _BREAK_AFTER | frozenset("ーｰ－-、。）")


@dataclass(frozen=True, slots=True)
class SetLine:
    """One line: origin in points from the lower left corner, size and extra space between characters in points."""

    glyphs: tuple[Glyph, ...]
    x: float
    y: float
    size: float
    spacing: float = 0.0


def set_text(placement: Placement, face: Typeface) -> tuple[SetLine, ...]:
    """The lines of ``placement``.

    Raises RefusedError: NO_GLYPH when a character cannot be drawn, DOES_NOT_FIT (the row) when the text is too long
    for its box at the smallest size.
    """
    style, box = placement.style, placement.box
    glyphs = face.glyphs(placement.text)
    room = (box.width - 2 * style.inset) * POINTS
    size = style.size
    while size >= style.smallest:
        broken = _broken(glyphs, room * 1000 / size, _lines_at(size, placement), style.align is Align.SPREAD)
        if broken is not None:
            return tuple(_line(line, size, placement, i, len(broken)) for i, line in enumerate(broken))
        size -= _STEP
    raise RefusedError(ProblemCode.DOES_NOT_FIT, placement.row)


def _lines_at(size: float, placement: Placement) -> int:
    """How many lines of this size the box holds, one at least: forms give every row its single line's height."""
    room = placement.box.height * POINTS
    return max(1, min(placement.style.lines, int(room / (size * LEADING))))


def _broken(glyphs: tuple[Glyph, ...], room: float, lines: int, even: bool) -> list[tuple[Glyph, ...]] | None:
    """``glyphs`` in at most ``lines`` lines no wider than ``room`` (thousandths of the size), or None.

    The first line is as long as it can be, or with ``even`` (labels) as near to the second as it can be.
    """
    if sum(glyph.advance for glyph in glyphs) <= room:
        return [glyphs]
    if lines < 2:
        return None
    breaks = _breaks(glyphs, room)
    if even:
        breaks.sort(key=lambda place: abs(2 * place - len(glyphs)))
    for after_space in (True, False):
        for place in breaks:
            if after_space and glyphs[place - 1].text not in _BREAK_AFTER:
                continue
            rest = _broken(glyphs[place:], room, lines - 1, even)
            if rest is not None:
                return [glyphs[:place], *rest]
    return None


def _breaks(glyphs: tuple[Glyph, ...], room: float) -> list[int]:
    """Places where the first line may end and still fit, the longest line first.

    A number or a foreign name is never torn, and no line begins with a space or ー.
    """
    places: list[int] = []
    width = 0
    for place in range(1, len(glyphs)):
        width += glyphs[place - 1].advance
        before, after = glyphs[place - 1].text, glyphs[place].text
        if width > room and before not in _BREAK_AFTER:
            break
        if not _run_on(before, after) and after not in _NEVER_FIRST:
            places.append(place)
    return places[::-1]


def _run_on(before: str, after: str) -> bool:
    if before in _BREAK_AFTER:
        return False
    return (before.isascii() and after.isascii()) or (before.isdigit() and after.isdigit())


def _line(glyphs: tuple[Glyph, ...], size: float, placement: Placement, index: int, count: int) -> SetLine:
    style, box = placement.style, placement.box
    width = sum(glyph.advance for glyph in glyphs) * size / 1000
    left = (box.x + style.inset) * POINTS
    room = (box.width - 2 * style.inset) * POINTS
    spacing = 0.0
    if style.align is Align.SPREAD and len(glyphs) > 1:
        spacing = min((room - width) / (len(glyphs) - 1), style.spread_to * size)
        width += spacing * (len(glyphs) - 1)
    free = room - width
    x = left + (0.0 if style.align is Align.LEFT else free if style.align is Align.RIGHT else free / 2)
    middle = _middle(box, size, index, count)
    return SetLine(glyphs=glyphs, x=x, y=middle - _MIDDLE * size, size=size, spacing=max(0.0, spacing))


def _middle(box: Box, size: float, index: int, count: int) -> float:
    """Height in points of the middle of line ``index`` of ``count``, the lines centred in the box."""
    centre = (PAPER[1] - box.y - box.height / 2) * POINTS
    return centre + ((count - 1) / 2 - index) * size * LEADING
