"""One back, printed, damaged, scanned, read and opened."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

import numpy as np
from PIL import Image

from anti_forgery.verification import Outcome, verify_image
from load_tests.scans.damage import CLASSES, FAMILIES
from load_tests.scans.qualities import Family
from load_tests.scans.sheets import back, keys

RESOLUTIONS = (300, 200)
_THUMB = (420, 600)


class Read(Enum):
    RIGHT = "right"
    UNREAD = "unread"
    REFUSED = "refused"  # a genuine back that was called false
    WRONG = "wrong"  # content that was never sealed was accepted


@dataclass(frozen=True, slots=True)
class Trial:
    """Which sheet through which damage."""

    name: str
    dpi: int
    family: Family
    number: int
    picture: str = ""  # where to keep what was scanned


@dataclass(frozen=True, slots=True)
class Result:
    """``seconds`` of one core from picture to verdict."""

    trial: Trial
    read: Read
    seconds: float


def planned(sheets: int, classes: Collection[str] = CLASSES) -> list[Trial]:
    """Every class at every resolution, ``sheets`` of each, the two families in turns."""
    families = tuple(FAMILIES)
    return [
        Trial(name, dpi, families[number % 2], number + 1000 * CLASSES.index(name) + 100_000 * dpi)
        for name in CLASSES
        if name in classes
        for dpi in RESOLUTIONS
        for number in range(sheets)
    ]


def run(trial: Trial) -> Result:
    facts, page = back(trial.number, trial.dpi, trial.family)
    damaged = FAMILIES[trial.family](trial.dpi)[trial.name](page, np.random.default_rng(trial.number))
    if trial.picture:
        small = damaged.convert("RGB")
        small.thumbnail(_THUMB, Image.Resampling.LANCZOS)
        small.save(trial.picture, "JPEG", quality=82)
    known = keys()
    begin = time.process_time()
    verdict = verify_image(damaged, [known.site], [known.centre.public_key])
    seconds = time.process_time() - begin
    if verdict.outcome is Outcome.PASSED:
        return Result(trial, Read.RIGHT if verdict.sheet == facts else Read.WRONG, seconds)
    return Result(trial, Read.UNREAD if verdict.outcome is Outcome.INDETERMINATE else Read.REFUSED, seconds)
