"""Pictures of pages at 300 dots an inch, and whether two are the same but for a pixel."""

from __future__ import annotations

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

_DOTS = 300


def pictures(pdf: bytes) -> list[NDArray[np.uint8]]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [np.array(page.render(scale=_DOTS / 72, grayscale=True).to_numpy()) for page in document]


def within_a_pixel(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> bool:
    """Whether every pixel of each is between the darkest and the lightest of the other's neighbourhood."""
    for picture, reference in ((one, other), (other, one)):
        image = Image.fromarray(reference)
        low, high = (
            np.asarray(image.filter(kind(3))).astype(int)
            for kind in (ImageFilter.MinFilter, ImageFilter.MaxFilter)
        )
        if (picture < low).any() or (picture > high).any():
            return False
    return True
