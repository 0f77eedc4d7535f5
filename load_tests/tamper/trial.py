"""One printed and scanned front, genuine or forged in several places, and what the comparison says of each place."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import numpy as np
from PIL import Image

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.truth import truth_of
from anti_forgery.comparison.verdict import Comparison, Kind, Likeness
from anti_forgery.sheet import SheetFacts
from certificates.pdf.sheet import Box
from load_tests.scans.qualities import QUALITIES, Family, Quality
from load_tests.scans.sheets import front, paper, typeface
from load_tests.tamper.forging import GREY_SEAL, KINDS, OTHER_PAGE, OTHER_SEAL, grey_seal, seal_of_another
from load_tests.tamper.framing import keep_framed

GENUINE = "genuine"


class Answer(Enum):
    """Of one place that was forged, or of a whole genuine sheet."""

    FOUND = "found"
    CANNOT_TELL = "cannot tell"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Trial:
    """``serial`` names the sheet and the dice of its damage; ``keep`` its picture in the folder ``pictures``."""

    quality: str
    family: Family
    forged: bool
    number: int
    serial: int
    pictures: str
    keep: bool

    @property
    def key(self) -> tuple[str, str, int]:
        """Which it is, in every run."""
        return self.quality, self.family.value, self.serial

    @property
    def picture(self) -> Path:
        what = "forged" if self.forged else "genuine"
        return Path(self.pictures) / f"{self.family.value}-{self.quality}-{what}-{self.number}.jpg"


@dataclass(frozen=True, slots=True)
class Result:
    """``answers`` by kind of forgery; a genuine sheet is one of kind ``GENUINE``, found when it was accused.

    ``seconds`` are of one core, for each comparison.
    """

    trial: Trial
    answers: tuple[tuple[str, Answer], ...]
    seconds: tuple[float, ...]


def run(trial: Trial) -> Result:
    sheet = _sheet(trial.serial)
    return _forged(trial, sheet) if trial.forged else _genuine(trial, sheet)


def _sheet(serial: int) -> SheetFacts:
    sheets = paper(serial).sheets
    return sheets[serial % len(sheets)]


def _genuine(trial: Trial, sheet: SheetFacts) -> Result:
    """Also held against the back of another certificate, of the same form every second time: one scan serves both."""
    scan = _scanned(front(sheet.front, _quality(trial).dpi, trial.family), trial)
    found, seconds = _compared(scan, sheet)
    if found.differences:
        trial = replace(trial, keep=True)
    if trial.keep:
        keep_framed(found, [], trial.picture)
    same = trial.number % 2 == 0
    form = paper(trial.serial).content.form
    other = next(
        _sheet(serial)
        for serial in range(trial.serial + 1, trial.serial + 500)
        if (paper(serial).content.form == form) is same and _sheet(serial).text != sheet.text
    )
    swapped, more = _compared(scan, other)
    answers = ((GENUINE, answer(found)), (OTHER_PAGE, answer(swapped)))
    return Result(trial, answers, (seconds, more))


def _forged(trial: Trial, sheet: SheetFacts) -> Result:
    """A sheet carries a forgery of each kind that it has a place for, none beside another."""
    dice = random.Random(trial.serial)
    drawing, places = sheet.front, list[tuple[str, Box]]()
    for kind in dice.sample(list(KINDS), len(KINDS)):
        forgery = KINDS[kind](drawing, dice)
        if forgery is not None and not any(touch(forgery.box, box) for _, box in places):
            drawing, places = forgery.front, [*places, (kind, forgery.box)]
    seals = list(truth_of(sheet.front, typeface()).seals)
    dice.shuffle(seals)
    copied = seals.pop() if len(seals) > 1 or (seals and trial.number % 2) else None
    other = seal_of_another(drawing, seals[0], sheet.front, dice) if seals else None
    if other is not None:
        drawing, places = other.front, [*places, (OTHER_SEAL, other.box)]
    page = front(drawing, _quality(trial).dpi, trial.family)
    if copied is not None:
        page, places = grey_seal(page, copied.box, dice), [*places, (GREY_SEAL, copied.box)]
    found, seconds = _compared(_scanned(page, trial), sheet)
    if trial.keep:
        keep_framed(found, [box for _, box in places], trial.picture)
    return Result(trial, tuple((kind, answer(found, box)) for kind, box in places), (seconds,))


def _quality(trial: Trial) -> Quality:
    return QUALITIES[trial.quality]


def _scanned(page: Image.Image, trial: Trial) -> Image.Image:
    return _quality(trial).models[trial.family](page, np.random.default_rng(trial.serial))


def _compared(scan: Image.Image, sheet: SheetFacts) -> tuple[Comparison, float]:
    """The seconds are of a front that was drawn already."""
    truth_of(sheet.front, typeface())
    begin = time.process_time()
    found = compare(scan, sheet, typeface())
    return found, time.process_time() - begin


def answer(found: Comparison, box: Box | None = None) -> Answer:
    """A forged place counts as found only when a difference is reported there, and not for the page as a whole."""
    if any(
        box is None or (place.kind is not Kind.OTHER_PAGE and touch(place.box, box))
        for place in found.differences
    ):
        return Answer.FOUND
    if found.outcome is Likeness.CANNOT_TELL:
        return Answer.CANNOT_TELL
    if box is not None and any(touch(place.box, box) for place in found.doubtful):
        return Answer.CANNOT_TELL
    return Answer.PASSED


def touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def planned(
    sheets: int, seed: int, pictures: str, families: Sequence[Family], qualities: Sequence[str]
) -> Iterator[Trial]:
    """``sheets`` genuine ones of each quality and family, and half as many more forged ones, so that each kind is tried so often.

    In turns, so that a run that is cut short has tried everything about as often.
    """
    for number in range(sheets + sheets // 2):
        for place, quality in enumerate(QUALITIES):
            for forged in (False, True) if number < sheets else (True,):
                serial = number + 10_000 * (2 * place + forged) + 100_000 * seed
                if quality in qualities:
                    for family in families:
                        yield Trial(quality, family, forged, number, serial, pictures, forged and number < 2)
