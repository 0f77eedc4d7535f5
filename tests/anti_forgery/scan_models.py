"""What happens to a back between printer and inquiry site, as data: models, not measurements of real devices."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

Model = Callable[[Image.Image, np.random.Generator], Image.Image]


def untouched(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image


def upside_down(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.rotate(180)


def turned(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    return image.rotate(draw.uniform(-3, 3), fillcolor="white", resample=Image.Resampling.BICUBIC)


def soft(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.filter(ImageFilter.GaussianBlur(1.2))


def fax(image: Image.Image, _: np.random.Generator) -> Image.Image:
    return image.convert("L").point(lambda value: 255 * (value > 128)).convert("1")


def jpeg(image: Image.Image, _: np.random.Generator) -> Image.Image:
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "JPEG", quality=40)
    return Image.open(buffer).convert("RGB")


def noisy(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    grain = draw.standard_normal(image.size[::-1], dtype=np.float32)
    values = np.asarray(image.convert("L")) + 25 * grain
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def phone(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    """Turned, out of focus, darker to one side, noisy, compressed."""
    bent = np.asarray(soft(turned(image, draw), draw).convert("L"))
    light = np.linspace(0.55, 1.0, bent.shape[1])[None, :]
    return jpeg(noisy(Image.fromarray((bent * light).astype(np.uint8)), draw), draw)


def band_across(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    """A fifth of the sheet is gone, over its whole width."""
    return _erased(image, draw, 1.0, 0.2)


def band_down(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    """A fifth of the sheet is gone, over its whole height."""
    return _erased(image, draw, 0.2, 1.0)


def large_hole(image: Image.Image, draw: np.random.Generator) -> Image.Image:
    """A square of a fifth of the sheet is gone."""
    return _erased(image, draw, 0.45, 0.45)


READ_AT_200_AND_300: tuple[Model, ...] = (
    untouched,
    upside_down,
    turned,
    soft,
    fax,
    jpeg,
    noisy,
    phone,
    band_across,
    band_down,
)


def _erased(image: Image.Image, draw: np.random.Generator, width: float, height: float) -> Image.Image:
    left, top = draw.uniform(0, 1 - width) * image.width, draw.uniform(0, 1 - height) * image.height
    hurt = image.convert("RGB")
    colour = "white" if draw.random() < 0.5 else "black"
    box = (left, top, left + width * image.width, top + height * image.height)
    ImageDraw.Draw(hurt).rectangle(box, fill=colour)
    return hurt
