"""One front altered in every way that it has a place for, scanned, and what the comparison says of each place."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.look_alikes import MEASURED_AT, look_alikes
from anti_forgery.comparison.truth import truth_of
from certificates.pdf.fitting import POINTS
from certificates.pdf.sheet import Box
from load_tests.by_hand.altering import ALTERATIONS, BLACK, Front
from load_tests.scans.qualities import QUALITIES, Family
from load_tests.scans.sheets import front, paper, typeface
from load_tests.tamper.forging import Forgery, moved, replaced, value_lines
from load_tests.tamper.framing import keep_framed
from load_tests.tamper.trial import Answer, answer, touch

LIKE, BESIDE = "character like it", "word beside a value that was moved"
NAMES = (LIKE, BESIDE, *ALTERATIONS)
_APART = 8.0
"""Ink by which two characters are apart, at least: below it people do not see it either."""


@dataclass(frozen=True, slots=True)
class Trial:
    """``serial`` names the sheet and all dice; ``picture`` where the scan is kept, or nothing."""

    quality: str
    family: Family
    serial: int
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    trial: Trial
    answers: tuple[tuple[str, Answer], ...]


def run(trial: Trial) -> Result:
    quality, dice = QUALITIES[trial.quality], random.Random(trial.serial)
    sheets = paper(trial.serial).sheets
    sheet = sheets[trial.serial % len(sheets)]
    truth = truth_of(sheet.front, typeface())
    drawing, places = sheet.front, list[tuple[str, Box]]()
    like = _like_character(drawing, dice)
    if like is not None:
        drawing, places = like.front, [(LIKE, like.box)]
    beside = _moved_value(drawing, dice)
    beside = None if beside is None or any(touch(beside.box, box) for _, box in places) else beside
    page = front(drawing if beside is None else beside.front, quality.dpi, trial.family)
    if beside is not None:
        written = Front(page, truth, dice)
        if not written.ink_in(beside.box):
            written.write("１０１号室", beside.box, BLACK)
            places.append((BESIDE, beside.box))
    for kind in dice.sample(list(ALTERATIONS), len(ALTERATIONS)):
        written = Front(page.copy(), truth, dice)
        box = ALTERATIONS[kind](written)
        if box is not None and not any(touch(box, other) for _, other in places):
            page, places = written.page, [*places, (kind, box)]
    found = compare(
        quality.models[trial.family](page, np.random.default_rng(trial.serial)), sheet, typeface()
    )
    if trial.picture:
        keep_framed(found, [box for _, box in places], Path(trial.picture))
    return Result(trial, tuple((kind, answer(found, box)) for kind, box in places))


def planned(sheets: int, seed: int, qualities: Sequence[str], pictures: Path) -> Iterator[Trial]:
    """``sheets`` of each quality and family, each another."""
    for number in range(sheets):
        for place, quality in enumerate(qualities):
            for family in Family:
                name = f"{family.value}-{quality}-{number}.jpg" if number < 2 else ""
                serial = 50_000_000 + 1_000_000 * seed + 10_000 * place + number
                yield Trial(quality, family, serial, str(pictures / name) if name else "")


def _like_character(drawing: str, dice: random.Random) -> Forgery | None:
    """One character of a value made into one that looks like it."""
    places = [
        (line, place, other)
        for line in value_lines(drawing)
        for place, character in enumerate(line[4])
        for other, apart in look_alikes(character)
        if apart * (float(line[3]) / MEASURED_AT) ** 2 >= _APART
    ]
    return replaced(drawing, *dice.choice(places)) if places else None


def _moved_value(drawing: str, dice: random.Random) -> Forgery | None:
    """A value moved to the left by 0.7 to 2.5 mm; the box is where there is room for a word after it."""
    lines = [line for line in value_lines(drawing) if len(line[4]) >= 3]
    if not lines:
        return None
    line = dice.choice(lines)
    forged = moved(drawing, line, dice.uniform(0.7, 2.5))
    size = float(line[3]) / POINTS
    end = forged.box.x + forged.box.width
    return Forgery(forged.front, Box(end + 0.3, forged.box.y, 5 * size, size))
