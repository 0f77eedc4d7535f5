"""Alterations of a printed front, one kind a function; each says where it was made, or that the front has no place for it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from anti_forgery.comparison.truth import DOTS, GlyphPlace, Truth
from certificates.pdf.font_source import find_mincho
from certificates.pdf.sheet import PAPER, Box
from load_tests.scans.pixels import Pixels

Colour = tuple[int, int, int]

BLACK: Colour = (25, 25, 30)
PENS: Mapping[str, Colour] = {
    "black": BLACK,
    "blue": (30, 45, 170),
    "red": (200, 30, 40),
    "green": (20, 120, 60),
    "pencil": (120, 120, 120),
}
_LEAST_HEIGHT = 3.0
"""Millimetres of type that holds values."""
_TRIES = 40
_WORDS = ("架空の備考", "以下同じ", "持分二分の一", "12345")


@dataclass(frozen=True, slots=True)
class Front:
    """A printed front that is written on; ``truth`` is what it says when genuine."""

    page: Image.Image
    truth: Truth
    dice: random.Random

    @property
    def dots(self) -> float:
        """Pixels in a millimetre."""
        return self.page.height / PAPER[1]

    def values(self) -> Sequence[GlyphPlace]:
        return [glyph for glyph in self.truth.glyphs if glyph.box.height >= _LEAST_HEIGHT]

    def ink_in(self, box: Box) -> int:
        top, left, bottom, right = (
            round(side * DOTS) for side in (box.y, box.x, box.y + box.height, box.x + box.width)
        )
        return int(self.truth.ink[max(0, top) : bottom, max(0, left) : right].sum())

    def write(self, text: str, box: Box, colour: Colour) -> None:
        """As high as ``box``, from its left."""
        ImageDraw.Draw(self.page).text(
            (box.x * self.dots, box.y * self.dots),
            text,
            font=_font(round(box.height * self.dots)),
            fill=colour,
        )

    def line(self, start: tuple[float, float], end: tuple[float, float], wide: float, colour: Colour) -> None:
        """Millimetres."""
        ends = [(x * self.dots, y * self.dots) for x, y in (start, end)]
        ImageDraw.Draw(self.page).line(ends, fill=colour, width=max(1, round(wide * self.dots)))


Alter = Callable[[Front], Box | None]


def stroke(front: Front, colour: Colour) -> Box | None:
    """A stroke of a pen within a character, where it has the least ink of its own."""
    glyphs = front.values()
    if not glyphs:
        return None
    box = front.dice.choice(glyphs).box
    ways = []
    for _ in range(_TRIES):
        (x1, y1), (x2, y2) = (
            (
                box.x + box.width * front.dice.uniform(0.1, 0.9),
                box.y + box.height * front.dice.uniform(0.1, 0.9),
            )
            for _ in range(2)
        )
        if np.hypot(x2 - x1, y2 - y1) >= 0.55 * box.height:
            ways.append((_ink_along(front, (x1, y1), (x2, y2)), (x1, y1), (x2, y2)))
    if not ways:
        return None
    _, start, end = min(ways)
    front.line(start, end, front.dice.uniform(0.3, 0.5), colour)
    return box


def ruled(front: Front, colour: Colour) -> Box | None:
    """A line ruled through a value."""
    line = _line(front, least=3)
    if line is None:
        return None
    box = _around(line)
    middle = box.y + box.height * front.dice.uniform(0.4, 0.6)
    front.line((box.x - 1, middle), (box.x + box.width + 1, middle), front.dice.uniform(0.25, 0.5), colour)
    return box


def in_the_margin(front: Front) -> Box | None:
    """A word above or below the form, where printers print and forms do not."""
    word = front.dice.choice(_WORDS)
    top = front.dice.choice((4.6, PAPER[1] - 8.4))
    box = Box(front.dice.uniform(20, 150), top, 3.4 * len(word), 3.4)
    if front.ink_in(box):
        return None
    front.write(word, box, BLACK)
    return box


def in_a_blank(front: Front, texts: Sequence[str], colour: Colour) -> Box | None:
    """A word or a single sign where nothing stands."""
    text = front.dice.choice(texts)
    size = front.dice.choice((3.2, 3.7, 4.2))
    for _ in range(_TRIES):
        box = Box(
            front.dice.uniform(15, 190 - size * len(text)),
            front.dice.uniform(20, 270),
            size * len(text),
            size,
        )
        if not front.ink_in(Box(box.x - 1, box.y - 1, box.width + 2, box.height + 2)):
            front.write(text, box, colour)
            return box
    return None


def before_a_value(front: Front) -> Box | None:
    """A figure before a number: 2 becomes 12."""
    firsts = [
        glyph.box
        for before, glyph in zip((None, *front.truth.glyphs), front.truth.glyphs, strict=False)
        if glyph.text in "0123456789"
        and glyph.box.height >= _LEAST_HEIGHT
        and not (before is not None and _follows(before.box, glyph.box))
    ]
    places = [Box(box.x - box.width, box.y, box.width, box.height) for box in firsts]
    places = [place for place in places if not front.ink_in(place)]
    if not places:
        return None
    place = front.dice.choice(places)
    front.write("1", place, BLACK)
    return place


def whitened(front: Front) -> Box | None:
    """One character painted over."""
    glyphs = front.values()
    if not glyphs:
        return None
    box = front.dice.choice(glyphs).box
    area = [side * front.dots for side in (box.x, box.y, box.x + box.width, box.y + box.height)]
    ImageDraw.Draw(front.page).rectangle(area, fill=(250, 250, 250))
    return box


ALTERATIONS: Mapping[str, Alter] = {
    **{f"stroke in a character, {name}": partial(stroke, colour=colour) for name, colour in PENS.items()},
    "character painted over": whitened,
    "line ruled through a value, black": partial(ruled, colour=BLACK),
    "line ruled through a value, blue": partial(ruled, colour=PENS["blue"]),
    "figure before a number": before_a_value,
    "word in a blank, black": partial(in_a_blank, texts=_WORDS, colour=BLACK),
    "word in a blank, blue": partial(in_a_blank, texts=_WORDS, colour=PENS["blue"]),
    "word in a blank, pencil": partial(in_a_blank, texts=_WORDS, colour=PENS["pencil"]),
    "single sign in a blank": partial(in_a_blank, texts=("一", "1", "二", "十"), colour=BLACK),
    "word in the margin": in_the_margin,
}


def _line(front: Front, least: int) -> Sequence[GlyphPlace] | None:
    """The glyphs of one value that follow one another."""
    lines: list[list[GlyphPlace]] = []
    for glyph in front.values():
        if lines and _follows(lines[-1][-1].box, glyph.box):
            lines[-1].append(glyph)
        else:
            lines.append([glyph])
    long = [line for line in lines if len(line) >= least]
    return front.dice.choice(long) if long else None


def _follows(last: Box, box: Box) -> bool:
    return abs(last.y - box.y) < 0.1 and -0.1 <= box.x - last.x - last.width < 0.5


def _around(line: Sequence[GlyphPlace]) -> Box:
    first, last = line[0].box, line[-1].box
    return Box(first.x, first.y, last.x + last.width - first.x, first.height)


def _ink_along(front: Front, start: tuple[float, float], end: tuple[float, float]) -> int:
    mask: Pixels = np.zeros(front.truth.ink.shape, dtype=np.uint8)
    points = [(round(x * DOTS), round(y * DOTS)) for x, y in (start, end)]
    left, right = min(p[0] for p in points) - 6, max(p[0] for p in points) + 6
    top, bottom = min(p[1] for p in points) - 6, max(p[1] for p in points) + 6
    cv2.line(mask, points[0], points[1], 1, 5)
    window = slice(max(0, top), bottom), slice(max(0, left), right)
    return int((mask[window].astype(int) * front.truth.ink[window]).sum())


@lru_cache(maxsize=64)
def _font(pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(find_mincho()), pixels)
