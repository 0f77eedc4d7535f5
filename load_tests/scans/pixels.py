"""What several steps of a model do to pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops


def lit(image: Image.Image, light: Image.Image) -> Image.Image:
    if image.mode == "1":
        image = image.convert("L")
    return ImageChops.multiply(image, light if image.mode == "L" else Image.merge("RGB", (light,) * 3))


def enlarged(light: NDArray[np.float64], size: tuple[int, int]) -> Image.Image:
    return Image.fromarray(np.round(255 * light).astype(np.uint8)).resize(size, Image.Resampling.BILINEAR)


def grey_level(image: Image.Image, level: int) -> int | tuple[int, int, int]:
    return (level, level, level) if image.mode == "RGB" else level
