"""Printers and copiers for the ground, at 600 dots an inch: where its dots are still dots."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PIL import Image, ImageFilter

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


def copier(blur: float, threshold: float, steepness: float = 8.0) -> Model:
    """Optics that blur by so many pixels, then a decision between ink and none (text mode) or a softer one (photo)."""

    def run(image: Image.Image, _: object) -> Image.Image:
        soft = image.filter(ImageFilter.GaussianBlur(blur))
        level = 255 * (1 - threshold)
        table = [max(0, min(255, round(128 + (value - level) * steepness))) for value in range(256)]
        return soft.point(table * 3)

    return run


ORIGINALS: Mapping[str, Model] = {
    "sharp engine": engine(0.0),
    "some dot gain": engine(0.12),
    "more dot gain": engine(0.25),
}
COPIES: Mapping[str, Model] = {
    "text, 600 dpi": copier(1.3, 0.33),
    "text, soft optics": copier(1.9, 0.33),
    "text, light": copier(1.6, 0.42),
    "text, dark": copier(1.6, 0.30),
    "text and photo": copier(1.6, 0.36, 4.0),
    "text and photo, soft": copier(1.9, 0.36, 3.0),
    "scan and print again": copier(1.7, 0.38, 5.0),
    "photo": copier(2.2, 0.5, 1.0),
}
"""The last one keeps tones: known not to show the word."""
