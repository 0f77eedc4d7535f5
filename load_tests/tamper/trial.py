"""One printed and scanned front, genuine or forged in several places, and what the comparison says of each place."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

import numpy as np
from PIL import Image, ImageDraw

from anti_forgery.comparison.compare import compare
from anti_forgery.comparison.verdict import Comparison, Kind, Likeness
from certificates.pdf.sheet import Box
from load_tests.scans.qualities import QUALITIES, Family, Quality
from load_tests.scans.sheets import front, paper, typeface
from load_tests.tamper.forging import GREY_SEAL, KINDS, OTHER_PAGE, grey_seal

GENUINE = "genuine"


class Answer(Enum):
    """Of one place that was forged, or of a whole genuine sheet."""

    FOUND = "found"
    CANNOT_TELL = "cannot tell"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Trial:
    quality: str
    family: Family
    number: int
    forged: bool
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """``answers`` by kind of forgery; a genuine sheet is one of kind ``GENUINE``, found when it was accused."""

    trial: Trial
    answers: tuple[tuple[str, Answer], ...]
    seconds: float


def run(trial: Trial) -> Result:
    quality = QUALITIES[trial.quality]
    number = trial.number + 10_000 * list(QUALITIES).index(trial.quality) + 50_000 * trial.forged
    return _forged(trial, quality, number) if trial.forged else _genuine(trial, quality, number)


def _genuine(trial: Trial, quality: Quality, number: int) -> Result:
    """Also held against the back of another certificate of the same form: one scan serves both."""
    sheet = paper(number).sheets[0]
    scan = _scanned(front(sheet.front, quality.dpi, trial.family), quality, trial, number)
    begin = time.process_time()
    found = compare(scan, sheet, typeface())
    seconds = time.process_time() - begin
    _keep(trial, found, [])
    other = next(
        made.sheets[0]
        for made in map(paper, range(number + 1, number + 500))
        if (made.content.kind, made.content.form) == (paper(number).content.kind, paper(number).content.form)
        and made.sheets[0].text != sheet.text
    )
    swapped = compare(scan, other, typeface())
    return Result(trial, ((GENUINE, _answer(found)), (OTHER_PAGE, _answer(swapped))), seconds)


def _forged(trial: Trial, quality: Quality, number: int) -> Result:
    dice = random.Random(number)
    sheet = paper(number).sheets[0]
    drawing, places = sheet.front, list[tuple[str, Box]]()
    names = list(KINDS)
    for kind in (names[trial.number % 6], names[(trial.number + 2) % 6], names[(trial.number + 4) % 6]):
        forgery = KINDS[kind](drawing, dice)
        if forgery is not None and not any(_touch(forgery.box, box) for _, box in places):
            drawing, places = forgery.front, [*places, (kind, forgery.box)]
    page = front(drawing, quality.dpi, trial.family)
    copied = None if any("seal" in kind for kind, _ in places) else grey_seal(page, sheet.front, dice)
    if copied is not None:
        page, box = copied
        places.append((GREY_SEAL, box))
    scan = _scanned(page, quality, trial, number)
    begin = time.process_time()
    found = compare(scan, sheet, typeface())
    seconds = time.process_time() - begin
    _keep(trial, found, [box for _, box in places])
    return Result(trial, tuple((kind, _answer(found, box)) for kind, box in places), seconds)


def _scanned(page: Image.Image, quality: Quality, trial: Trial, number: int) -> Image.Image:
    return quality.step(trial.family)(page, np.random.default_rng(number))


def _answer(found: Comparison, box: Box | None = None) -> Answer:
    """A forged place counts as found only when a difference is reported there."""
    if any(
        box is None or place.kind is Kind.OTHER_PAGE or _touch(place.box, box) for place in found.differences
    ):
        return Answer.FOUND
    if found.outcome is Likeness.CANNOT_TELL:
        return Answer.CANNOT_TELL
    if box is not None and any(_touch(place.box, box) for place in found.doubtful):
        return Answer.CANNOT_TELL
    return Answer.PASSED


def _touch(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _keep(trial: Trial, found: Comparison, places: list[Box]) -> None:
    """The scan brought upright; forged places in blue, what the program says in red."""
    if not trial.picture or found.upright is None:
        return
    shown = found.upright.convert("RGB")
    pen, dots = ImageDraw.Draw(shown), shown.height / 297
    for boxes, colour, grown in (
        (places, "#1d4ed8", 2.2),
        ([p.box for p in found.differences], "#d92d20", 1.0),
    ):
        for box in boxes:
            sides = (box.x - grown, box.y - grown, box.x + box.width + grown, box.y + box.height + grown)
            pen.rectangle([side * dots for side in sides], outline=colour, width=3)
    shown.save(trial.picture, "JPEG", quality=80)


def planned(sheets: int) -> Iterator[Trial]:
    """For each quality and family ``sheets`` genuine ones and twice as many forged ones, so that every kind is tried as often."""
    for quality in QUALITIES:
        for family in Family:
            for number in range(sheets):
                yield Trial(quality, family, number, False)
            for number in range(2 * sheets):
                yield Trial(quality, family, number, True)
