"""Single steps of a model: each is made from its parameters and changes a page by the dice it is given."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from load_tests.scans.pixels import Pixels, as_pixels, enlarged, level_of, lit, noisy, recoloured

Span = tuple[float, float]
"""Least and most; drawn evenly between them."""
MM = 25.4


@dataclass(frozen=True, slots=True)
class Step:
    """A change of pixels, that pictures can be given to."""

    change: Callable[[Pixels, np.random.Generator], Pixels]

    def __call__(self, image: Image.Image, draw: np.random.Generator) -> Image.Image:
        cv2.setNumThreads(1)  # all cores have a trial of their own
        page = np.asarray(image.convert("L") if image.mode == "1" else image)
        return Image.fromarray(self.change(page, draw))


def chain(*steps: Step) -> Step:
    """One after the other."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        for step in steps:
            page = step.change(page, draw)
        return page

    return run


@Step
def untouched(page: Pixels, _: np.random.Generator) -> Pixels:
    return page


def toner(gain: Span, black: Span, paper: Span, spread: float = 0.5) -> Step:
    """Dots that grow (``gain``, from 0), toner that is not black and paper that is not white (0 to 255)."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        middle, low, high = (draw.uniform(*span) for span in (gain, black, paper))
        steep = np.clip((np.arange(256) / 255 - 0.5 - middle) * 1.6 + 0.5, 0, 1)
        return recoloured(as_pixels(cv2.GaussianBlur(page, (0, 0), spread)), low + (high - low) * steep)

    return run


def banded(depth: Span, period_mm: Span, dpi: int) -> Step:
    """Bands across the page, from a drum that turns unevenly."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        rows = np.arange(page.shape[0]) / dpi * MM
        wave = np.sin(2 * np.pi * rows / draw.uniform(*period_mm) + draw.uniform(0, 6.3))
        light = 1 - draw.uniform(*depth) * (0.5 + 0.5 * wave)
        return lit(page, np.round(255 * light).astype(np.uint8)[:, None])

    return run


def turned(degrees: Span) -> Step:
    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = page.shape[:2]
        turn = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), draw.uniform(*degrees), 1.0)
        return as_pixels(
            cv2.warpAffine(page, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=level_of(250))
        )

    return run


@Step
def upside_down(page: Pixels, _: np.random.Generator) -> Pixels:
    return np.ascontiguousarray(page[::-1, ::-1])


def softened(sigma: Span) -> Step:
    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        return as_pixels(cv2.GaussianBlur(page, (0, 0), draw.uniform(*sigma)))

    return run


def boxed(radius: Span) -> Step:
    """Out of focus as a box, not as a bell."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        drawn = draw.uniform(*radius)
        whole = int(drawn)
        row = np.array([drawn - whole, *[1.0] * (2 * whole + 1), drawn - whole]) / (2 * drawn + 1)
        return as_pixels(cv2.sepFilter2D(page, -1, row, row, borderType=cv2.BORDER_REPLICATE))

    return run


@Step
def shaken(page: Pixels, draw: np.random.Generator) -> Pixels:
    """Moved by three pixels along one direction while it was taken."""
    lines = (((0, 0, 0), (1, 1, 1), (0, 0, 0)), ((0, 1, 0),) * 3, ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
    line = np.array(lines[int(draw.integers(3))], dtype=np.float32) / 3
    return as_pixels(cv2.filter2D(page, -1, line))


def grained(sigma: Span) -> Step:
    """Noise of a sensor, the same everywhere."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        return noisy(page, draw, draw.uniform(*sigma))

    return run


def shot(share: Span) -> Step:
    """Noise that grows with light, as photons make it; ``share`` of the square root of the level."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        return noisy(page, draw, draw.uniform(*share), by_light=True)

    return run


def jpeg(quality: tuple[int, int], *, subsampling: int = 0) -> Step:
    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        buffer = io.BytesIO()
        picked = int(draw.integers(*quality, endpoint=True))
        Image.fromarray(page).save(buffer, "JPEG", quality=picked, subsampling=subsampling)
        return np.asarray(Image.open(buffer))

    return run


@Step
def grey(page: Pixels, _: np.random.Generator) -> Pixels:
    return page if page.ndim == 2 else as_pixels(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY))


def one_bit(threshold: Span) -> Step:
    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        level = draw.uniform(*threshold)
        return recoloured(grey.change(page, draw), 255.0 * (np.arange(256) > level))

    return run


def gamma(power: Span) -> Step:
    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        return recoloured(page, 255 * (np.arange(256) / 255) ** draw.uniform(*power))

    return run


def slanting_light(darkest: Span) -> Step:
    """Darker towards one side."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        angle, low = draw.uniform(0, 2 * np.pi), draw.uniform(*darkest)
        y, x = np.mgrid[-1:1:32j, -1:1:32j]
        along = (x * np.cos(angle) + y * np.sin(angle)) / (abs(np.cos(angle)) + abs(np.sin(angle)))
        return lit(page, enlarged(low + (1 - low) * (along + 1) / 2, page.shape))

    return run


def vignette(darkest: Span) -> Step:
    """Darker towards the corners, with a shadow that falls in from one side."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        low = draw.uniform(*darkest)
        y, x = np.mgrid[-1:1:32j, -1:1:32j]
        light = 1 - (1 - low) * (x * x + y * y) / 2
        side = draw.uniform(-1, 1)
        light *= 1 - 0.25 / (1 + np.exp(-(x - side) * 5))
        return lit(page, enlarged(light, page.shape))

    return run


def photographed(
    tilt: Span, desk: tuple[int, int], *, turn: Span = (-4, 4), margin: Span = (0.02, 0.08)
) -> Step:
    """From above and from one side, on a desk: each corner of the sheet is moved by up to ``tilt`` of the width."""

    @Step
    def run(page: Pixels, draw: np.random.Generator) -> Pixels:
        height, width = page.shape[:2]
        edge = draw.uniform(*margin) * width
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)
        pulled = corners + draw.uniform(-1, 1, (4, 2)) * draw.uniform(*tilt) * width
        angle = np.deg2rad(draw.uniform(*turn))
        spin = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
        pulled = (pulled - (width / 2, height / 2)) @ spin.T
        pulled += edge - pulled.min(axis=0)
        size = np.ceil(pulled.max(axis=0) + edge).astype(int)
        return _projected(page, corners, pulled, (int(size[0]), int(size[1])), int(draw.integers(*desk)))

    return run


def _projected(
    page: Pixels,
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    size: tuple[int, int],
    desk: int,
) -> Pixels:
    found = cv2.getPerspectiveTransform(source.astype(np.float32), target.astype(np.float32))
    return as_pixels(
        cv2.warpPerspective(page, found, size, flags=cv2.INTER_CUBIC, borderValue=level_of(desk))
    )
