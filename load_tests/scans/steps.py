"""Single steps of a model: each makes a step from its parameters, and a step changes a picture by the dice it is given."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw, ImageFilter

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
        return _lit(image, column)

    return run


def turned(degrees: Span) -> Step:
    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        return image.rotate(
            draw.uniform(*degrees), resample=Image.Resampling.BICUBIC, fillcolor=_colour(image, 250)
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
        return _lit(image, _enlarged(low + (1 - low) * (along + 1) / 2, image.size))

    return run


def vignette(darkest: Span) -> Step:
    """Darker towards the corners, with a shadow that falls in from one side."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        low = draw.uniform(*darkest)
        y, x = np.mgrid[-1:1:32j, -1:1:32j]
        light = 1 - (1 - low) * (x * x + y * y) / 2
        side = draw.uniform(-1, 1)
        light *= 1 - 0.25 / (1 + np.exp(-(x - side) * 5))
        return _lit(image, _enlarged(np.clip(light, 0, 1), image.size))

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


def curled(most_mm: Span, dpi: int) -> Step:
    """Paper that does not lie flat: rows are moved along a slow wave."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        depth, phase = draw.uniform(*most_mm) / MM * dpi, draw.uniform(0, 2 * np.pi)
        count = 24
        ys = np.linspace(0, image.height, count + 1)
        moved = depth * np.sin(ys / image.height * 2 * np.pi + phase)
        mesh = [
            (
                (0, int(ys[i]), image.width, int(ys[i + 1])),
                (
                    moved[i],
                    ys[i],
                    moved[i + 1],
                    ys[i + 1],
                    image.width + moved[i + 1],
                    ys[i + 1],
                    image.width + moved[i],
                    ys[i],
                ),
            )
            for i in range(count)
        ]
        return image.transform(
            image.size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR, fillcolor=_colour(image, 250)
        )

    return run


def folded(depth: Span, width_mm: Span, dpi: int) -> Step:
    """Folded in two or three: a soft dark and a soft bright line across."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        rows = np.arange(image.height) / dpi * MM
        light = np.ones(image.height)
        page = image.height / dpi * MM
        for place in draw.choice([(0.5,), (1 / 3, 2 / 3), (0.25, 0.5, 0.75)][draw.integers(3)], 1):
            at = place * page + draw.uniform(-2, 2)
            light -= draw.uniform(*depth) * np.exp(-(((rows - at) / draw.uniform(*width_mm)) ** 2))
        column = np.round(255 * np.clip(light, 0, 1)).astype(np.uint8)
        return _lit(image, Image.fromarray(np.repeat(column[:, None], 4, axis=1)).resize(image.size))

    return run


def stained(count: tuple[int, int], depth: Span, size: Span) -> Step:
    """Rings and spots of tea: ``size`` of the width."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        small = (max(2, image.width // 16), max(2, image.height // 16))
        light = Image.new("L", small, 255)
        pen = ImageDraw.Draw(light)
        for _ in range(int(draw.integers(*count, endpoint=True))):
            x, y = draw.uniform(0, small[0]), draw.uniform(0, small[1])
            radius = draw.uniform(*size) * small[0] / 2
            pen.ellipse(
                (x - radius, y - radius * 0.8, x + radius, y + radius * 0.8),
                fill=round(255 * (1 - draw.uniform(*depth))),
            )
        return _lit(
            image, light.filter(ImageFilter.GaussianBlur(1.5)).resize(image.size, Image.Resampling.BILINEAR)
        )

    return run


def specked(count: tuple[int, int], size_mm: Span, dpi: int) -> Step:
    """Dirt on the glass and toner beside the letters."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        spotted = image.copy()
        pen = ImageDraw.Draw(spotted)
        for _ in range(int(draw.integers(*count, endpoint=True))):
            x, y = draw.uniform(0, image.width), draw.uniform(0, image.height)
            radius = draw.uniform(*size_mm) / MM * dpi / 2
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=_colour(image, 60))
        return spotted

    return run


def erased(
    share: Span, shapes: Sequence[str] = ("across", "down", "square"), fill: Sequence[int] = (0, 255)
) -> Step:
    """A part of the sheet is gone: a band across or down, or a square."""

    def run(image: Image.Image, draw: np.random.Generator) -> Image.Image:
        part, shape = draw.uniform(*share), shapes[int(draw.integers(len(shapes)))]
        width, height = {"across": (1.0, part), "down": (part, 1.0), "square": (part**0.5, part**0.5)}[shape]
        left, top = draw.uniform(0, 1 - width) * image.width, draw.uniform(0, 1 - height) * image.height
        hurt = image.copy()
        box = (left, top, left + width * image.width, top + height * image.height)
        ImageDraw.Draw(hurt).rectangle(box, fill=_colour(image, fill[int(draw.integers(len(fill)))]))
        return hurt

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
        fillcolor=_colour(image, desk),
    )


def _lit(image: Image.Image, light: Image.Image) -> Image.Image:
    if image.mode == "1":
        image = image.convert("L")
    return ImageChops.multiply(image, light if image.mode == "L" else Image.merge("RGB", (light,) * 3))


def _enlarged(light: NDArray[np.float64], size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.round(255 * light).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)


def _colour(image: Image.Image, level: int) -> int | tuple[int, int, int]:
    return (level, level, level) if image.mode == "RGB" else level


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
