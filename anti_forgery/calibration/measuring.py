"""From a scan of the calibration sheet to the balance at which coarse and fine dots have one tone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from anti_forgery.calibration.locating import Points, field_light, light_of, located
from anti_forgery.calibration.wedge import KINDS, STEPS
from certificates.errors import WireError

MIN_DPI = 280
LEVEL = 0.004
"""The largest mean error of luminance that the fitted line may have; more is a spoilt scan."""
NEIGHBOURS = 5
"""Steps on each side of the crossing that the line is fitted through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``balance``: the value for ``PrinterProfile.coarse_to_fine``, for dots of density ``cell``; for each step,
    luminance of coarse less fine."""

    balance: float
    cell: int
    differences: tuple[float, ...]
    error: float


def measure(scan: Image.Image) -> Measured:
    """Raises WireError when the scan is not of this sheet, too coarse, or no step comes near the balance."""
    sheet = located(scan, list(KINDS.values()), MIN_DPI)
    # red, which cyan takes away
    light = light_of(scan.getchannel("R") if scan.mode == "RGB" else scan.convert("L"))
    both = [field_light(light, sheet, place) for place in range(len(STEPS))]
    cell = next(cell for cell, kind in KINDS.items() if kind == sheet.kind)
    return _crossing(np.array([inside - outside for inside, outside in both]), cell)


def _crossing(differences: Points, cell: int) -> Measured:
    """Where coarse and fine are equal: coarse dots darken with each step, so the difference falls through zero."""
    steps = np.array(STEPS)
    below = np.flatnonzero(differences <= 0)
    if not below.size or not (differences > 0).any():
        raise WireError(
            "no step is in balance: the printer's dots grow or shrink more than the sheet reaches"
        )
    first = int(below[0])
    near = slice(max(0, first - NEIGHBOURS), first + NEIGHBOURS)
    slope, offset = np.polyfit(steps[near], differences[near], 1)
    error = float(np.abs(np.polyval([slope, offset], steps[near]) - differences[near]).mean())
    balance = float(-offset / slope)
    if slope >= 0 or error > LEVEL or not STEPS[0] <= balance <= STEPS[-1]:
        raise WireError(
            "the steps do not darken evenly: print and scan the sheet again, flat and without correction"
        )
    return Measured(balance=balance, cell=cell, differences=tuple(map(float, differences)), error=error)
