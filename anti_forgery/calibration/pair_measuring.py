"""From a scan of the pair's sheet to the mix without black that looks like the mark with black, to the scanner's eye."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from anti_forgery.calibration.locating import field_light, light_of, located
from anti_forgery.calibration.pair import OFFSETS, STEP, mixes, pair_kind
from anti_forgery.profile import Inks
from certificates.errors import WireError

MIN_DPI = 140
FARTHEST = 2.0 * STEP
"""How far from the pair that was printed the found one may lie in each ink: as far as the sheet reaches."""
LEVEL = 0.012
"""The largest mean error, in optical density, that the fit may have; more is a spoilt scan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairMeasured:
    """``surround``: what looks like the mark; ``before`` and ``error``: optical densities of red, green and blue by which
    the pair that was printed differs, and the mean error of the fit."""

    surround: Inks
    before: tuple[float, float, float]
    error: float


def measure_pair(scan: Image.Image, mark: Inks, surround: Inks) -> PairMeasured:
    """``mark`` and ``surround``: the pair around which the sheet was made.

    Near it, the density that the square has beyond its surround falls by equal amounts for equal steps of each ink; the
    mix at which it is 0 in red, green and blue is looked for. Raises WireError when the scan is not of this sheet, in
    grey, too coarse, or the mix lies beyond the fields.
    """
    if scan.mode != "RGB":
        raise WireError("the scan has no colour")
    sheet = located(scan, [pair_kind(mark, surround)], MIN_DPI)
    channels = [light_of(scan.getchannel(name)) for name in "RGB"]
    lights = np.array(
        [[field_light(light, sheet, place) for light in channels] for place in range(len(OFFSETS))]
    )
    if lights.min() <= 0:
        raise WireError("a field is black in the scan: scan again without correction")
    beyond = np.log10(lights[:, :, 1] / lights[:, :, 0])
    off = np.array(mixes(surround)) - np.array(surround[:3])
    known = np.column_stack([off, np.ones(len(off))])
    fit = np.linalg.lstsq(known, beyond, rcond=None)[0]
    error = float(np.abs(known @ fit - beyond).mean())
    if error > LEVEL or abs(np.linalg.det(fit[:3])) < 1e-3:
        raise WireError(
            "the fields do not change evenly: print and scan the sheet again, in colour and without correction"
        )
    found = np.linalg.solve(fit[:3].T, -fit[3])
    if np.abs(found).max() > FARTHEST:
        raise WireError(
            "the mix that looks like the mark lies beyond the sheet: make one around another pair"
        )
    cyan, magenta, yellow = (float(ink) for ink in np.clip(np.array(surround[:3]) + found, 0, 1))
    red, green, blue = (float(value) for value in fit[3])
    return PairMeasured(surround=(cyan, magenta, yellow, 0.0), before=(red, green, blue), error=error)
