"""From a scan of the calibration sheet to the balance at which coarse and fine dots have one tone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.calibration.wedge import (
    CONTENTS,
    FIELD,
    INNER,
    STEPS,
    code_corners,
    code_side,
    field_corner,
)
from anti_forgery.reading import MAX_PIXELS
from certificates.errors import WireError

Points = NDArray[np.float64]

MIN_DPI = 280
MARGIN = 64
"""Dots at every edge between coarse and fine that are not measured."""
STRIDE = 5
"""Dots between two samples: no divisor of the lattice's sixteen, so every part of a dot is met equally often."""
LOCATING_WIDTH = 2480
"""Pixels across the picture in which the codes are looked for."""
LEVEL = 0.004
"""The largest mean error of luminance that the fitted line may have; more is a spoilt scan."""
NEIGHBOURS = 5
"""Steps on each side of the crossing that the line is fitted through."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``balance``: the value for ``PrinterProfile.coarse_to_fine``; for each step, luminance of coarse less fine."""

    balance: float
    differences: tuple[float, ...]
    error: float


def measure(scan: Image.Image) -> Measured:
    """Raises WireError when the scan is not of this sheet, too coarse, or no step comes near the balance."""
    if scan.width * scan.height > MAX_PIXELS:
        raise WireError(f"the scan has more than {MAX_PIXELS} pixels")
    to_scan = _homography(scan)
    light = _luminance(scan)
    differences = np.array([_difference(light, to_scan, place) for place in range(len(STEPS))])
    return _crossing(differences)


def _crossing(differences: Points) -> Measured:
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
    return Measured(balance=balance, differences=tuple(map(float, differences)), error=error)


def _homography(scan: Image.Image) -> Points:
    """From dots of the sheet, counted from its lower left corner, to pixels of the scan, by the corner codes."""
    shrink = max(1.0, scan.width / LOCATING_WIDTH)
    small = scan.convert("L").resize(
        (round(scan.width / shrink), round(scan.height / shrink)), Image.Resampling.BOX
    )
    found = {
        code.bytes: code.position
        for code in zxingcpp.read_barcodes(
            small, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Aztec)
        )
    }
    if any(content not in found for content in CONTENTS):
        raise WireError("the scan does not show all four codes of the calibration sheet")
    side = code_side()
    sheet, pixels = [], []
    for content, (x, y) in zip(CONTENTS, code_corners(), strict=True):
        position = found[content]
        sheet += [(x, y + side), (x + side, y + side), (x + side, y), (x, y)]
        pixels += [
            (point.x * shrink, point.y * shrink)
            for point in (
                position.top_left,
                position.top_right,
                position.bottom_right,
                position.bottom_left,
            )
        ]
    matrix = _fitted(np.array(sheet, dtype=np.float64), np.array(pixels, dtype=np.float64))
    here, there = _mapped(matrix, np.array([[0.0, 0.0], [600.0, 0.0]]))
    wide = float(np.hypot(*(there - here)))
    if wide < MIN_DPI:
        raise WireError(f"the scan has {wide:.0f} dpi; at {MIN_DPI} and more the dots can be measured")
    return matrix


def _fitted(sheet: Points, pixels: Points) -> Points:
    """The homography that least squares give for all sixteen corners."""
    rows = []
    for (x, y), (u, v) in zip(sheet / 1000, pixels / 1000, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, -u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, -v])
    matrix: Points = np.linalg.svd(np.array(rows))[2][-1].reshape(3, 3)
    scale = np.diag([0.001, 0.001, 1.0])
    return np.asarray(np.diag([1000.0, 1000.0, 1.0]) @ matrix @ scale)


def _mapped(matrix: Points, points: Points) -> Points:
    whole = np.column_stack([points, np.ones(len(points))]) @ matrix.T
    return np.asarray(whole[:, :2] / whole[:, 2:])


def _luminance(scan: Image.Image) -> Points:
    """Light and not code values, for tones are sums of light (IEC 61966-2-1); red, which cyan takes away."""
    values = np.asarray(scan.getchannel("R") if scan.mode == "RGB" else scan.convert("L")) / 255
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def _difference(light: Points, to_scan: Points, place: int) -> float:
    """Mean light from the coarse square less that from the fine dots around it, at equal distances from the middle."""
    x0, y0 = field_corner(place)
    x, y = np.meshgrid(np.arange(0, FIELD[0], STRIDE), np.arange(0, FIELD[1], STRIDE))
    left, right, bottom, top = INNER
    inside = (left + MARGIN <= x) & (x < right - MARGIN) & (bottom + MARGIN <= y) & (y < top - MARGIN)
    outside = (x < left - MARGIN) | (x >= right + MARGIN) | (y < bottom - MARGIN) | (y >= top + MARGIN)
    outside &= (x >= MARGIN) & (x < FIELD[0] - MARGIN) & (y >= MARGIN) & (y < FIELD[1] - MARGIN)
    at = _mapped(to_scan, np.column_stack([(x0 + x).ravel(), (y0 + y).ravel()]).astype(np.float64))
    columns, rows = (np.rint(at[:, axis] - 0.5).astype(np.intp) for axis in (0, 1))
    if min(columns.min(), rows.min()) < 0 or columns.max() >= light.shape[1] or rows.max() >= light.shape[0]:
        raise WireError("a field lies outside the scan")
    values = light[rows, columns].reshape(x.shape)
    return float(values[inside].mean() - values[outside].mean())
