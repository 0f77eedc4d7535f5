"""Windows of a page around its glyphs, all of one size at once, and what can be asked of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from anti_forgery.comparison.blocks import Floats, Pixels
from anti_forgery.comparison.truth import DOTS
from certificates.pdf.sheet import Box

Numbers = NDArray[np.intp]

MARGIN = 3
"""Pixels around a glyph that are compared with it."""
_STEP = 8
"""Windows come in multiples of this many pixels, so that there are few groups."""


@dataclass(frozen=True, slots=True)
class Group:
    """Glyphs with windows of one size: their numbers, and tops, lefts, height and width in pixels."""

    members: Numbers
    top: Numbers
    left: Numbers
    height: int
    width: int

    def cut(
        self, page: Pixels, down: Numbers | int = 0, across: Numbers | int = 0, around: int = 0
    ) -> Pixels:
        """Each window, moved and with ``around`` pixels more on each side, kept within the page."""
        height, width = self.height + 2 * around, self.width + 2 * around
        top = np.clip(self.top + down - around, 0, page.shape[0] - height)
        left = np.clip(self.left + across - around, 0, page.shape[1] - width)
        return np.asarray(sliding_window_view(page, (height, width))[top, left], dtype=np.uint8)


def groups(boxes: Sequence[Box]) -> Iterator[Group]:
    sizes: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, box in enumerate(boxes):
        height, width = (
            -(-int(side * DOTS + 2 * MARGIN) // _STEP) * _STEP for side in (box.height, box.width)
        )
        sizes[height, width].append(number)
    for (height, width), numbers in sizes.items():
        middle_y = np.array([boxes[i].y + boxes[i].height / 2 for i in numbers]) * DOTS
        middle_x = np.array([boxes[i].x + boxes[i].width / 2 for i in numbers]) * DOTS
        yield Group(
            members=np.array(numbers),
            top=np.round(middle_y - height / 2).astype(np.intp),
            left=np.round(middle_x - width / 2).astype(np.intp),
            height=height,
            width=width,
        )


def centred(windows: Pixels) -> Floats:
    """From 0 to 1, without the mean of each."""
    values = windows.astype(np.float32) / 255
    values -= values.mean(axis=(1, 2), keepdims=True)
    return values


def correlations(one: Floats, other: Floats) -> Floats:
    """Of windows without their means."""
    product, own, its = (
        np.einsum("nij,nij->n", a, b, optimize=False) for a, b in ((one, other), (one, one), (other, other))
    )
    return np.asarray(product / np.maximum(np.sqrt(own * its), 1e-6), dtype=np.float32)


def densest(windows: Pixels, side: int) -> Floats:
    """The greatest mean, from 0 to 1, of a square of ``side`` pixels that lies in the window."""
    count, height, width = windows.shape
    means = cv2.boxFilter(windows.reshape(count * height, width), cv2.CV_32F, (side, side))
    edge = side // 2
    inner = means.reshape(count, height, width)[:, edge : height - edge, edge : width - edge]
    return np.asarray(inner.max(axis=(1, 2)) / 255, dtype=np.float32)
