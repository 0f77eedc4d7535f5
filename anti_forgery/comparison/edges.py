"""The edges of a sheet of paper in a picture that shows what it lies on."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats, Pixels


def paper_in(small: Pixels) -> NDArray[np.float64] | None:
    """The corners of the sheet, clockwise from the upper left one; None when no darker surroundings are seen."""
    grey = small.astype(np.float32)
    bright = np.percentile(grey, 95)
    edge = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    if np.percentile(edge, 40) > 0.6 * bright:
        return None
    level = _otsu(grey)
    rows, columns = np.nonzero(_without_specks(grey > level))
    if rows.size < 0.2 * grey.size:
        return None
    plus, minus = columns + rows, columns - rows
    picked = [int(np.argmin(plus)), int(np.argmax(minus)), int(np.argmax(plus)), int(np.argmin(minus))]
    return np.array([(columns[i] + 0.5, rows[i] + 0.5) for i in picked], dtype=np.float64)


def _otsu(grey: Floats) -> float:
    counts, edges = np.histogram(grey, bins=64)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)
    above = below[-1] - below
    sums = np.cumsum(counts * middles)
    if len(np.unique(grey)) < 2:
        return float(grey.flat[0])
    with np.errstate(invalid="ignore", divide="ignore"):
        between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
    return float(middles[int(np.nanargmax(between[:-1]))])


def _without_specks(paper: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Text makes holes in the paper and light makes spots beside it: rows and columns that are mostly paper count."""
    near = cv2.boxFilter(paper.astype(np.float32), -1, (3, 3), borderType=cv2.BORDER_REPLICATE) > 0.5
    return np.asarray(paper & near)
