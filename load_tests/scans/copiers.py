"""Printers and copiers for the ground of a whole page, at 600 dots an inch: where its dots are still dots.

The copiers are those in which the word must be seen (``load_tests.copies.models``): here they copy a picture in colour.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping

import numpy as np
from PIL import Image, ImageFilter

from load_tests.copies.models import COPIERS, Copier

Model = Callable[[Image.Image, object], Image.Image]
DPI = 600


def engine(growth: float) -> Model:
    """An original: dots grow by ``growth`` of a pixel on each side."""

    def run(image: Image.Image, _: object) -> Image.Image:
        # a blurred edge cut below its middle has grown
        soft = image.filter(ImageFilter.GaussianBlur(0.7))
        level = 255 * (0.5 + 0.4 * growth)
        return soft.point([max(0, min(255, round(128 + (value - level) * 2.2))) for value in range(256)] * 3)

    return run


def copier(model: Copier) -> Model:
    """What the model does to ink, done to each colour."""

    def run(image: Image.Image, _: object) -> Image.Image:
        soft = image.filter(ImageFilter.GaussianBlur(model.blur))
        if model.sharpen:
            wide = soft.filter(ImageFilter.GaussianBlur(4 * model.blur))
            soft = Image.blend(wide, soft, 1 + model.sharpen)
        size = (round(image.width * model.dpi / DPI), round(image.height * model.dpi / DPI))
        sampled = soft.resize(size, Image.Resampling.BOX)
        if model.light:
            darker = 255 * model.light * np.linspace(0, 1, size[0])[None, :, None]
            sampled = Image.fromarray(np.clip(np.asarray(sampled) - darker, 0, 255).astype(np.uint8))
        if model.jpeg:
            file = io.BytesIO()
            sampled.save(file, "JPEG", quality=model.jpeg)
            sampled = Image.open(file)
        width = max(model.high - model.low, 1 / 255)
        table = [
            round(255 * (1 - max(0.0, min(1.0, (1 - value / 255 - model.low) / width))))
            for value in range(256)
        ]
        return sampled.point(table * 3).resize(image.size, Image.Resampling.NEAREST)

    return run


ORIGINALS: Mapping[str, Model] = {
    "sharp engine": engine(0.0),
    "some dot gain": engine(0.12),
    "more dot gain": engine(0.25),
}
COPIES: Mapping[str, Model] = {model.name: copier(model) for model in COPIERS}
"""The last one keeps tones: known not to show the word."""
