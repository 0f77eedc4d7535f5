"""Forgeries as changes of the front's drawing, one kind a function; each says where it was made."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from PIL import Image, ImageFilter

from anti_forgery.comparison.truth import SealPlace, Truth, truth_of
from certificates.domain.kinds import CertificateKind
from certificates.pdf.fonts import clusters
from certificates.pdf.front import RUN
from certificates.pdf.sheet import Box
from load_tests.scans.sheets import paper, typeface

_TEXT = re.compile(r"^(?:\S+ Tc )?BT (?:1 0 0 1 )?(\S+) (\S+) (?:Td|Tm) (\S+) \((.*)\) Tj ET", re.M)
_MASK = re.compile(r"BI .*?\nEI", re.S)
_DATE = re.compile(r"(?:明治|大正|昭和|平成|令和)\d+年\d+月\d+日|\d{4}年\d+月\d+日")
_NAME = re.compile(r"[^\d（【]{1,6}\u3000[^\d（【]{1,8}|[A-Z]{2,}(?: [A-Z]{2,})+")
_DIGITS = ("0123456789", "０１２３４５６７８９")
_LEAST_SIZE = 8.5
"""Points: what holds values; labels and notes are smaller."""
_POINTS = 72 / 25.4
_PAGE = 297.0
_SEALED = CertificateKind.SEAL_REGISTRATION
_WORDS = ("見本", "追記", "以下同じ", "持分二分の一", "１０１号室", "平成元年", "長男", "12345")


@dataclass(frozen=True, slots=True)
class Forgery:
    """The changed drawing, and where the change can be seen; None when the sheet has nothing to change so."""

    front: str
    box: Box


Forge = Callable[[str, random.Random], Forgery | None]


def value_lines(front: str, least: float = _LEAST_SIZE) -> list[re.Match[str]]:
    """Lines of one run, large enough for a value, without sequences that one character does not stand for."""
    return [
        line
        for line in _TEXT.finditer(front)
        if float(line[3]) >= least
        and ") Tj" not in line[4]
        and len(clusters(line[4])) == len(line[4])
        and "\\" not in line[4]
    ]


def _box(front: str, line: re.Match[str], first: int, last: int) -> Box:
    """Around the characters ``first`` to ``last`` of a line."""
    size, x = float(line[3]), float(line[1])
    spacing = float(line[0].split(" Tc ")[0]) if " Tc BT" in line[0] else 0.0
    advances = [glyph.advance * size / 1000 + spacing for glyph in typeface().glyphs(line[4])]
    left = x + sum(advances[:first])
    return Box(
        left / _POINTS,
        _PAGE - (float(line[2]) + 0.88 * size) / _POINTS,
        sum(advances[first : last + 1]) / _POINTS,
        size / _POINTS,
    )


def replaced(front: str, line: re.Match[str], place: int, character: str) -> Forgery:
    start = line.start(4) + place
    return Forgery(front[:start] + character + front[start + 1 :], _box(front, line, place, place))


def _one_digit(front: str, lines: Sequence[re.Match[str]], dice: random.Random) -> Forgery | None:
    places = [
        (line, place, digits)
        for line in lines
        for digits in _DIGITS
        for place, character in enumerate(line[4])
        if character in digits
    ]
    if not places:
        return None
    line, place, digits = dice.choice(places)
    return replaced(front, line, place, dice.choice([d for d in digits if d != line[4][place]]))


def moved(front: str, line: re.Match[str], left: float) -> Forgery:
    """The value of ``line`` moved to the left by ``left`` millimetres; the box is around it as it was."""
    start, end = line.span(1)
    x = float(line[1]) - left * _POINTS
    box = _box(front, line, 0, len(line[4]) - 1)
    return Forgery(f"{front[:start]}{x:.2f}{front[end:]}", box)


def digit(front: str, dice: random.Random) -> Forgery | None:
    """One figure of a number, an address or a date."""
    return _one_digit(front, value_lines(front), dice)


def date(front: str, dice: random.Random) -> Forgery | None:
    """One figure of a date."""
    return _one_digit(front, [line for line in value_lines(front) if _DATE.search(line[4])], dice)


def name(front: str, dice: random.Random) -> Forgery | None:
    """One character of a name: what stands in two parts with a space between, in Japanese or in Latin letters."""
    lines = [line for line in value_lines(front) if _NAME.fullmatch(line[4])]
    if not lines:
        return None
    line = dice.choice(lines)
    place = dice.choice([i for i, character in enumerate(line[4]) if not character.isspace()])
    old = line[4][place]
    kind = "latin" if "A" <= old <= "Z" else "kana" if "ァ" <= old <= "ヶ" else "kanji"
    return replaced(front, line, place, dice.choice([c for c in _characters()[kind] if c != old]))


def line_deleted(front: str, dice: random.Random) -> Forgery | None:
    """A value of at least two characters is gone."""
    lines = [line for line in value_lines(front) if len(line[4]) >= 2]
    if not lines:
        return None
    line = dice.choice(lines)
    return Forgery(front[: line.start()] + front[line.end() :], _box(front, line, 0, len(line[4]) - 1))


def text_added(front: str, dice: random.Random) -> Forgery | None:
    """A word of two characters or more where nothing stands."""
    truth = _truth(front)
    word, size = dice.choice(_WORDS), dice.choice((9.0, 10.5, 12.0))
    width = len(word) * size / _POINTS
    for _ in range(200):
        box = Box(dice.uniform(15, 190 - width), dice.uniform(20, 270), width, size / _POINTS)
        dots = truth.ink.shape[0] / _PAGE
        top, left = round((box.y - 1) * dots), round((box.x - 1) * dots)
        if not truth.ink[
            top : top + round((box.height + 2) * dots), left : left + round((width + 2) * dots)
        ].any():
            x, y = box.x * _POINTS, (_PAGE - box.y - 0.88 * box.height) * _POINTS
            return Forgery(f"{front}\nBT {x:.2f} {y:.2f} Td {size:g} ({word}) Tj ET\n", box)
    return None


def seal_of_another(front: str, seal: SealPlace, genuine: str, dice: random.Random) -> Forgery | None:
    """A seal of the front with other lettering, or with the image of another seal.

    ``genuine`` is the front before anything was forged on it: a seal of its holder's name would be the same seal.
    """
    masks = list(_MASK.finditer(front))
    number = _truth(front).seals.index(seal) - (len(_truth(front).seals) - len(masks))
    if number < 0:
        stretched = [run for run in RUN.finditer(front) if run[1] == "1"]
        if not stretched:
            return None
        other = iter(dice.sample(_characters()["kanji"], len(stretched)))
        changed = RUN.sub(lambda run: f"1 ({next(other)}) Tj" if run[1] == "1" else run[0], front)
        return Forgery(changed, seal.box)
    others = [mask for name, mask in _imprints() if name not in genuine]
    if not others:
        return None
    found = masks[number]
    return Forgery(front[: found.start()] + dice.choice(others) + front[found.end() :], seal.box)


KINDS: Mapping[str, Forge] = {
    "digit": digit,
    "name character": name,
    "date": date,
    "line deleted": line_deleted,
    "text added": text_added,
}
"""Made on the text of the drawing."""
OTHER_SEAL, GREY_SEAL, OTHER_PAGE = "seal of another", "grey copy of the seal", "another certificate"
NAMES = (*KINDS, OTHER_SEAL, GREY_SEAL, OTHER_PAGE)


def grey_seal(page: Image.Image, box: Box, dice: random.Random) -> Image.Image:
    """The seal of a printed page replaced by a grey photocopy of itself: lighter and softer."""
    dots = page.height / _PAGE
    area = tuple(
        round(side * dots) for side in (box.x - 1, box.y - 1, box.x + box.width + 1, box.y + box.height + 1)
    )
    seal = page.crop((area[0], area[1], area[2], area[3]))
    light = dice.uniform(70, 120)
    grey = seal.filter(ImageFilter.GaussianBlur(dots / 12 * dice.uniform(0.5, 1.0)))
    copied = page.copy()
    copied.paste(
        grey.point([round(light + level * (255 - light) / 255) for level in range(256)] * 3),
        (area[0], area[1]),
    )
    return copied


def _truth(front: str) -> Truth:
    return truth_of(front, typeface())


@cache
def _characters() -> Mapping[str, list[str]]:
    """Those that stand in names of the town, so that a forged name looks like one."""
    names = "".join(paper(seed).sheets[0].text for seed in range(40))
    return {
        "kanji": sorted({c for c in names if "\u4e00" <= c <= "\u9fff"}),
        "kana": sorted({c for c in names if "ァ" <= c <= "ヶ"}),
        "latin": list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
    }


@cache
def _imprints() -> Sequence[tuple[str, str]]:
    """Imprints of the town with the names that are cut in them: one of the same name would be the same seal."""
    found = []
    for seed in range(60):
        made = paper(seed)
        masks = _MASK.findall(made.sheets[0].front) if made.content.kind is _SEALED else []
        names = [entry.lines[0] for entry in made.content.blocks[0].values() if entry.label == "氏名"]
        if len(masks) == 1 and names:  # else the official seal is an image too
            found.append((names[0].split("\u3000")[0], masks[0]))
    return found
