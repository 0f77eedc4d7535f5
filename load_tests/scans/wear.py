"""Steps of a model that wear a sheet: bent, folded, stained, dirty, torn."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from load_tests.scans.pixels import grey_level, lit
from load_tests.scans.steps import MM, Span, Step


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
            image.size,
            Image.Transform.MESH,
            mesh,
            Image.Resampling.BILINEAR,
            fillcolor=grey_level(image, 250),
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
        return lit(image, Image.fromarray(np.repeat(column[:, None], 4, axis=1)).resize(image.size))

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
        return lit(
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
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=grey_level(image, 60))
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
        ImageDraw.Draw(hurt).rectangle(box, fill=grey_level(image, fill[int(draw.integers(len(fill)))]))
        return hurt

    return run
