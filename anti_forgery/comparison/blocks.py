"""Where each block of the truth lies in the page as it is seen: the best shift, and how far it can be trusted."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.fft import irfft2, rfft2
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Pixels = NDArray[np.uint8]

_BLANK = 0.004
"""Mean ink of a block that says nothing."""
_RIDGE = 0.03
"""Bend of the correlation along an axis below which a block slides along it."""


def block_shifts(
    seen: Pixels,
    truth: Pixels,
    side: int,
    margin: int,
    rows: int,
    columns: int,
    *,
    least: float = 0.3,
    far: float = 0.0,
) -> tuple[Floats, Floats]:
    """Shift in pixels of each block of the truth within ``seen``, and how far to trust it; both ink, 255 is black.

    A block without ink says nothing and costs nothing; nor says one that is less than ``least`` like any place near it. A
    place at the edge of ``margin`` counts less by ``far``: a row of one figure looks alike at each of them.
    """
    tall = side + 2 * margin
    truth, seen = (
        np.pad(page, ((0, max(0, rows * side - page.shape[0])), (0, max(0, columns * side - page.shape[1]))))
        for page in (truth, seen)
    )
    shifts, trust = np.zeros((2, rows * columns, 2), dtype=np.float32)
    cells = truth[: rows * side, : columns * side].reshape(rows, side, columns, side).swapaxes(1, 2)
    inked = cells.mean(axis=(2, 3), dtype=np.float32).ravel() / 255
    told = np.flatnonzero(inked > _BLANK)
    if told.size:
        row, column = np.divmod(told, columns)
        around = sliding_window_view(np.pad(seen, margin), (tall, tall))
        windows = around[row * side, column * side].astype(np.float32) / 255
        blocks = cells[row, column].astype(np.float32) / 255 - inked[told, None, None]
        shifts[told], trust[told] = _told(windows, blocks, inked[told], margin, least, far)
    return shifts.reshape(rows, columns, 2), trust.reshape(rows, columns, 2)


def _told(
    windows: Floats, blocks: Floats, inked: Floats, margin: int, least: float, far: float
) -> tuple[Floats, Floats]:
    """``blocks`` without their mean."""
    tall, side = windows.shape[1], blocks.shape[1]
    size = (_quick_size(tall),) * 2
    products = irfft2(rfft2(windows, s=size) * np.conj(rfft2(blocks, s=size)), s=size)[
        :, : 2 * margin + 1, : 2 * margin + 1
    ]
    flat = products.reshape(len(blocks), -1)
    away = ((np.mgrid[-margin : margin + 1, -margin : margin + 1] / margin) ** 2).sum(axis=0).ravel()
    place = (flat * (1 - far * away).astype(np.float32)).argmax(axis=1)
    high, wide = np.divmod(place, 2 * margin + 1)
    fraction, bend = _below_a_pixel(products, high, wide)
    shifts = np.stack([wide - margin, high - margin], axis=1).astype(np.float32) + fraction
    energy = np.sqrt((blocks**2).sum(axis=(1, 2)))
    peak = flat[np.arange(len(flat)), place] / np.maximum(
        energy * _window_energy(windows, side, high, wide), 1e-6
    )
    trust = np.where(peak > least, peak**2 * np.sqrt(inked), 0.0)
    return shifts, np.asarray(trust[:, None] * (bend > _RIDGE), dtype=np.float32)


def _quick_size(least: int) -> int:
    """The next number that a Fourier transform takes apart into twos, threes and fives."""
    size = least
    while True:
        rest = size
        for factor in (2, 3, 5):
            while rest % factor == 0:
                rest //= factor
        if rest == 1:
            return size
        size += 1


def _window_energy(windows: Floats, side: int, high: NDArray[np.intp], wide: NDArray[np.intp]) -> Floats:
    views = sliding_window_view(windows, (side, side), axis=(1, 2))
    cut = views[np.arange(len(windows)), high, wide]
    cut = cut - cut.mean(axis=(1, 2), keepdims=True)
    return np.asarray(np.sqrt((cut**2).sum(axis=(1, 2))))


def _below_a_pixel(products: Floats, high: NDArray[np.intp], wide: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """The peak of the parabola through the best shift and its neighbours along each axis, and how sharp it is.

    A block of lines in one direction slides along them: there its shift says nothing.
    """
    last = products.shape[1] - 1
    number = np.arange(len(products))
    inner = (high > 0) & (high < last) & (wide > 0) & (wide < last)
    h, w = np.clip(high, 1, last - 1), np.clip(wide, 1, last - 1)
    centre = products[number, h, w]
    found, sharp = [], []
    for before, after in (
        (products[number, h, w - 1], products[number, h, w + 1]),
        (products[number, h - 1, w], products[number, h + 1, w]),
    ):
        bend = before - 2 * centre + after
        step = np.where(bend < -1e-9, 0.5 * (before - after) / np.where(bend < -1e-9, bend, -1.0), 0.0)
        found.append(np.where(inner, np.clip(step, -0.5, 0.5), 0.0))
        sharp.append(np.where(inner, -bend / np.maximum(centre, 1e-6), 0.0))
    return np.stack(found, axis=1).astype(np.float32), np.stack(sharp, axis=1).astype(np.float32)


def smooth(shifts: Floats, trust: Floats) -> Floats:
    """The median of each block and its neighbours; blocks that say nothing take theirs from the nearest that do."""
    known = np.where(trust > 0, shifts, np.nan)
    padded = np.pad(known, ((1, 1), (1, 1), (0, 0)), constant_values=np.nan)
    around = np.stack(
        [padded[r : r + known.shape[0], c : c + known.shape[1]] for r in range(3) for c in range(3)]
    )
    around[:, np.isnan(known)] = 0
    found = np.nanmedian(around, axis=0)
    rows, columns = np.mgrid[0 : known.shape[0], 0 : known.shape[1]]
    places = np.stack([rows.ravel(), columns.ravel()], axis=1).astype(np.float64)
    for axis in (0, 1):
        says = ~np.isnan(known[..., axis]).ravel()
        if says.any() and not says.all():
            distance = ((places[~says][:, None] - places[says][None]) ** 2).sum(axis=2)
            weights = 1 / distance**2
            values = found[..., axis].ravel()
            values[~says] = (weights * values[says]).sum(axis=1) / weights.sum(axis=1)
            found[..., axis] = values.reshape(known.shape[:2])
    return np.asarray(found, dtype=np.float32)
