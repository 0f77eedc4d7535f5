"""Single steps of a model: each makes a step from its parameters, and a step changes a picture by the dice it is given."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from load_tests.scans.pixels import enlarged, grey_level, lit

Step = Callable[[Image.Image, np.random.Generator], Image.Image]
Span = tuple[float, float]
"""Least and most; drawn evenly between them."""
MM = 25.4


def chain(*steps: Step) -> Step:
    """One after the other."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        for step in steps:
            image = step(image, draw)
        return image

    return run


def untouched(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image


def toner(gain: Span, black: Span, paper: Span, spread: float = 0.5) -> Step:
    """Dots that grow (``gain``, from 0), toner that is not black and paper that is not white (0 to 255)."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        soft = image.filter(ImageFilter.GaussianBlur(spread))
        middle, low, high = (draw.uniform(*span) for span in (gain, black, paper))
        levels = np.arange(256) / 255
        steep = np.clip((levels - 0.5 - middle) * 1.6 + 0.5, 0, 1)
        table = np.round(low + (high - low) * steep).astype(int).tolist()
        return soft.point(table * len(soft.getbands()))

    return run


def banded(depth: Span, period_mm: Span, dpi: int) -> Step:
    """Bands across the page, from a drum that turns unevenly."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        rows = np.arange(image.height) / dpi * MM
        wave = np.sin(2 * np.pi * rows / draw.uniform(*period_mm) + draw.uniform(0, 6.3))
        light = np.round(255 * (1 - draw.uniform(*depth) * (0.5 + 0.5 * wave))).astype(np.uint8)
        column = Image.fromarray(np.repeat(light[:, None], 4, axis=1)).resize(image.size)
        return lit(image, column)

    return run


def turned(degrees: Span) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        return image.rotate(
            draw.uniform(*degrees), resample=Image.Resampling.BICUBIC, fillcolor=grey_level(image, 250)
        )

    return run


def upside_down(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_180)


def softened(sigma: Span) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        return image.filter(ImageFilter.GaussianBlur(draw.uniform(*sigma)))

    return run


def boxed(radius: Span) -> Step:
    """Out of focus as a box, not as a bell."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        return image.filter(ImageFilter.BoxBlur(draw.uniform(*radius)))

    return run


def shaken(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Moved by three pixels along one direction while it was taken."""
    lines = ((0, 0, 0, 1, 1, 1, 0, 0, 0), (0, 1, 0, 0, 1, 0, 0, 1, 0), (1, 0, 0, 0, 1, 0, 0, 0, 1))
    return image.filter(ImageFilter.Kernel((3, 3), lines[int(draw.integers(3))], 3))


def grained(sigma: Span) -> Step:
    """Noise of a sensor, the same everywhere."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        noise = _noise(image, draw) * np.float32(draw.uniform(*sigma))
        values = np.asarray(image).astype(np.int16) + noise.astype(np.int16)
        return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))

    return run


def shot(share: Span) -> Step:
    """Noise that grows with light, as photons make it; ``share`` of the square root of the level."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        values = np.asarray(image)
        roots = np.sqrt(np.arange(256, dtype=np.float32))[values]
        noise = _noise(image, draw) * roots * np.float32(draw.uniform(*share))
        return Image.fromarray(np.clip(values + noise, 0, 255).astype(np.uint8))

    return run


def jpeg(quality: tuple[int, int], *, subsampling: int = 0) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        buffer = io.BytesIO()
        picked = int(draw.integers(*quality, endpoint=True))
        image.save(buffer, "JPEG", quality=picked, subsampling=subsampling)
        read = Image.open(buffer)
        read.load()
        return read

    return run


def grey(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.convert("L")


def one_bit(threshold: Span) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        level = draw.uniform(*threshold)
        return image.convert("L").point([255 * (value > level) for value in range(256)]).convert("1")

    return run


def gamma(power: Span) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        exponent = draw.uniform(*power)
        table = [round(255 * (value / 255) ** exponent) for value in range(256)]
        return image.point(table * len(image.getbands()))

    return run


def slanting_light(darkest: Span) -> Step:
    """Darker towards one side."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        angle, low = draw.uniform(0, 2 * np.pi), draw.uniform(*darkest)
        y, x = np.mgrid[-1:1:32j, -1:1:32j]
        along = (x * np.cos(angle) + y * np.sin(angle)) / (abs(np.cos(angle)) + abs(np.sin(angle)))
        return lit(image, enlarged(low + (1 - low) * (along + 1) / 2, image.size))

    return run


def vignette(darkest: Span) -> Step:
    """Darker towards the corners, with a shadow that falls in from one side."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        low = draw.uniform(*darkest)
        y, x = np.mgrid[-1:1:32j, -1:1:32j]
        light = 1 - (1 - low) * (x * x + y * y) / 2
        side = draw.uniform(-1, 1)
        light *= 1 - 0.25 / (1 + np.exp(-(x - side) * 5))
        return lit(image, enlarged(np.clip(light, 0, 1), image.size))

    return run


def photographed(
    tilt: Span, desk: tuple[int, int], *, turn: Span = (-4, 4), margin: Span = (0.02, 0.08)
) -> Step:
    """From above and from one side, on a desk: each corner of the sheet is moved by up to ``tilt`` of the width."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        width, height = image.size
        edge = draw.uniform(*margin) * width
        corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float64)
        pulled = corners + draw.uniform(-1, 1, (4, 2)) * draw.uniform(*tilt) * width
        angle = np.deg2rad(draw.uniform(*turn))
        spin = np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))])
        pulled = (pulled - (width / 2, height / 2)) @ spin.T
        pulled += edge - pulled.min(axis=0)
        size = np.ceil(pulled.max(axis=0) + edge).astype(int)
        return _projected(image, corners, pulled, (int(size[0]), int(size[1])), int(draw.integers(*desk)))

    return run


def _projected(
    image: Image.Image,
    source: NDArray[np.float64],
    target: NDArray[np.float64],
    size: tuple[int, int],
    desk: int,
) -> Image.Image:
    rows, right = [], []
    for (u, v), (x, y) in zip(source, target, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    found = np.linalg.solve(np.array(rows), np.array(right))
    return image.transform(
        size,
        Image.Transform.PERSPECTIVE,
        found.tolist(),
        Image.Resampling.BICUBIC,
        fillcolor=grey_level(image, desk),
    )


@cache
def _grain() -> NDArray[np.float32]:
    return np.random.default_rng(20261126).standard_normal((1400, 1300, 3), dtype=np.float32)


def _noise(image: Image.Image, draw: np.random.Generator) -> NDArray[np.float32]:
    """Normal noise of the picture's shape, put together from one piece: drawing it anew would take most of the time."""
    grain = _grain()
    piece = np.roll(grain, tuple(draw.integers(0, 1300, 2)), axis=(0, 1))
    if draw.random() < 0.5:
        piece = piece[::-1]
    high, wide = -(-image.height // piece.shape[0]), -(-image.width // piece.shape[1])
    tiled = np.tile(piece, (high, wide, 1))[: image.height, : image.width]
    return tiled if image.mode == "RGB" else tiled[..., 0]
