"""How much one picture must be blurred to look like another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.windows import centred, correlations

_SIGMAS = (0.0, 0.5, 0.8, 1.1, 1.4, 1.8, 2.3)
_ALIKE = 80
"""Percentile of the likeness that blur is judged by: on another page of the form most glyphs are others."""


def blur_between(samples: Sequence[tuple[Pixels, Pixels]]) -> float:
    """Standard deviation in pixels; each sample is windows of one size as they are drawn, and as they are seen."""
    pairs = [(plain.astype(np.float32) / 255, centred(seen)) for plain, seen in samples]
    likeness = [
        np.percentile(
            np.concatenate([correlations(seen, _softened(plain, sigma)) for plain, seen in pairs]), _ALIKE
        )
        for sigma in _SIGMAS
    ]
    best = int(np.argmax(likeness))
    if not 0 < best < len(_SIGMAS) - 1:
        return _SIGMAS[best]
    bend, slope, _ = np.polyfit(_SIGMAS[best - 1 : best + 2], likeness[best - 1 : best + 2], 2)
    return float(-slope / (2 * bend)) if bend < 0 else _SIGMAS[best]


def _softened(windows: Floats, sigma: float) -> Floats:
    """Gaussian blur of each window, as two products with a band matrix, without the mean."""
    if sigma > 0:
        down, across = (_band(side, sigma) for side in windows.shape[1:])
        windows = down @ windows @ across.T
    return np.asarray(windows - windows.mean(axis=(1, 2), keepdims=True), dtype=np.float32)


@lru_cache(maxsize=256)
def _band(side: int, sigma: float) -> Floats:
    distance = np.arange(side)[:, None] - np.arange(side)[None, :]
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), dtype=np.float32)
