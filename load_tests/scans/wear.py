"""Steps of a model that wear a sheet: bent, folded, stained, dirty, torn."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from load_tests.scans.pixels import Pixels, as_pixels, level_of, lit
from load_tests.scans.steps import MM, Span, Step

_FRACTION = 4
"""Bits of a drawn point behind the pixel."""


def curled(most_mm: Span, dpi: int) -> Step:
    """Paper that does not lie flat: rows are moved along a slow wave."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = page.shape[:2]
        depth, phase = draw.uniform(*most_mm) / MM * dpi, draw.uniform(0, 2 * np.pi)
        places = np.linspace(0, height, 25)
        moved = depth * np.sin(places / height * 2 * np.pi + phase)
        bent = np.empty_like(page)
        for first, after, at, there in zip(places, places[1:], moved, moved[1:], strict=False):
            top, bottom = int(first), int(after)
            slant = (there - at) / (after - first)
            matrix = np.array([[1, slant, at - slant * (first - top)], [0, 1, 0]], dtype=np.float64)
            cv2.warpAffine(
                page[top:bottom],
                matrix,
                (width, bottom - top),
                dst=bent[top:bottom],
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderValue=level_of(250),
            )
        return bent

    return run


def folded(depth: Span, width_mm: Span, dpi: int) -> Step:
    """Folded in two or three: a soft dark and a soft bright line across."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        rows = np.arange(page.shape[0]) / dpi * MM
        light = np.ones(page.shape[0])
        tall = page.shape[0] / dpi * MM
        for place in draw.choice([(0.5,), (1 / 3, 2 / 3), (0.25, 0.5, 0.75)][draw.integers(3)], 1):
            at = place * tall + draw.uniform(-2, 2)
            light -= draw.uniform(*depth) * np.exp(-(((rows - at) / draw.uniform(*width_mm)) ** 2))
        return lit(page, np.round(255 * np.clip(light, 0, 1)).astype(np.uint8)[:, None])

    return run


def stained(count: tuple[int, int], depth: Span, size: Span) -> Step:
    """Rings and spots of tea: ``size`` of the width."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = (max(2, side // 16) for side in page.shape[:2])
        light = np.full((height, width), 255, dtype=np.uint8)
        for _ in range(int(draw.integers(*count, endpoint=True))):
            x, y = draw.uniform(0, width), draw.uniform(0, height)
            radius = draw.uniform(*size) * width / 2
            level = round(255 * (1 - draw.uniform(*depth)))
            cv2.ellipse(
                light, (round(x), round(y)), (round(radius), round(radius * 0.8)), 0, 0, 360, level, -1
            )
        soft = cv2.GaussianBlur(light, (0, 0), 1.5)
        return lit(
            page, as_pixels(cv2.resize(soft, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR))
        )

    return run


def specked(count: tuple[int, int], size_mm: Span, dpi: int) -> Step:
    """Dirt on the glass and toner beside the letters."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        spotted = page.copy()
        for _ in range(int(draw.integers(*count, endpoint=True))):
            x, y = draw.uniform(0, page.shape[1]), draw.uniform(0, page.shape[0])
            radius = draw.uniform(*size_mm) / MM * dpi / 2
            middle = (round(x * 2**_FRACTION), round(y * 2**_FRACTION))
            cv2.circle(spotted, middle, round(radius * 2**_FRACTION), level_of(60), -1, shift=_FRACTION)
        return spotted

    return run


def erased(
    share: Span, shapes: Sequence[str] = ("across", "down", "square"), fill: Sequence[int] = (0, 255)
) -> Step:
    """A part of the sheet is gone: a band across or down, or a square."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        part, shape = draw.uniform(*share), shapes[int(draw.integers(len(shapes)))]
        width, height = {"across": (1.0, part), "down": (part, 1.0), "square": (part**0.5, part**0.5)}[shape]
        tall, wide = page.shape[:2]
        left, top = draw.uniform(0, 1 - width) * wide, draw.uniform(0, 1 - height) * tall
        hurt = page.copy()
        rows = slice(round(top), round(top + height * tall) + 1)
        hurt[rows, round(left) : round(left + width * wide) + 1] = fill[int(draw.integers(len(fill)))]
        return hurt

    return run
