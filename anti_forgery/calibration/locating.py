"""Where a calibration sheet lies in a scan, and the light of its fields."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from anti_forgery.calibration.sheet import FIELD, INNER, SheetKind, code_corners, code_side, field_corner
from anti_forgery.reading import MAX_PIXELS
from certificates.errors import WireError

Points = NDArray[np.float64]

MARGIN = 64
"""Dots at every edge within a field that are not measured."""
STRIDE = 7
"""Dots between two samples: prime to the cell of every lattice, so every part of a dot is met equally often."""
LOCATING_WIDTH = 2480
"""Pixels across the picture in which the codes are looked for."""


class OtherSheetError(WireError):
    """The scan shows no sheet of the kinds that were looked for."""


@dataclass(frozen=True, slots=True)
class Located:
    """A scan of a sheet: ``to_scan`` leads from dots, counted from the sheet's lower left corner, to its pixels."""

    scan: Image.Image
    kind: SheetKind
    to_scan: Points


def located(scan: Image.Image, kinds: list[SheetKind], least_dpi: int) -> Located:
    """Raises OtherSheetError when the scan shows no sheet of these kinds, WireError when it is too coarse."""
    if scan.width * scan.height > MAX_PIXELS:
        raise WireError(f"the scan has more than {MAX_PIXELS} pixels")
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
    kind = next((kind for kind in kinds if all(content in found for content in kind.contents)), None)
    if kind is None:
        raise OtherSheetError("the scan does not show all four codes of this calibration sheet")
    side = code_side(kind)
    sheet, pixels = [], []
    for content, (x, y) in zip(kind.contents, code_corners(kind), strict=True):
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
    if wide < least_dpi:
        raise WireError(f"the scan has {wide:.0f} dpi; at {least_dpi} and more the fields can be measured")
    return Located(scan, kind, matrix)


def light_of(channel: Image.Image) -> Points:
    """Light and not code values, for tones are sums of light (IEC 61966-2-1)."""
    values = np.asarray(channel) / 255
    return np.asarray(np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4))


def field_light(light: Points, sheet: Located, place: int) -> tuple[float, float]:
    """Mean light within the square of a field, and around it at equal distances from the middle.

    Raises WireError when the field lies outside the scan.
    """
    x0, y0 = field_corner(place)
    x, y = np.meshgrid(np.arange(0, FIELD[0], STRIDE), np.arange(0, FIELD[1], STRIDE))
    left, right, bottom, top = INNER
    inside = (left + MARGIN <= x) & (x < right - MARGIN) & (bottom + MARGIN <= y) & (y < top - MARGIN)
    outside = (x < left - MARGIN) | (x >= right + MARGIN) | (y < bottom - MARGIN) | (y >= top + MARGIN)
    outside &= (x >= MARGIN) & (x < FIELD[0] - MARGIN) & (y >= MARGIN) & (y < FIELD[1] - MARGIN)
    at = _mapped(sheet.to_scan, np.column_stack([(x0 + x).ravel(), (y0 + y).ravel()]).astype(np.float64))
    columns, rows = (np.rint(at[:, axis] - 0.5).astype(np.intp) for axis in (0, 1))
    if min(columns.min(), rows.min()) < 0 or columns.max() >= light.shape[1] or rows.max() >= light.shape[0]:
        raise WireError("a field lies outside the scan")
    values = light[rows, columns].reshape(x.shape)
    return float(values[inside].mean()), float(values[outside].mean())


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
