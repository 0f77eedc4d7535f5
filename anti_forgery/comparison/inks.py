"""Ink of a colour that the ground's cyan does not explain: what is written in blue, which the blue channel hardly shows."""

from __future__ import annotations

import cv2
import numpy as np

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import ink_of

_CYAN = 0.32
"""Ink of full cyan in the green channel over that in the red one, of usual toners and inks at least."""
_BLUE = 0.8
"""What full ink of another colour than cyan leaves, to be on the safe side of 1 - ``_CYAN``."""


def with_blue(ink: Pixels, page: Pixels, reach: int, contrast: float) -> Pixels:
    """``ink`` of the blue channel of ``page`` (red, green, blue, or grey: then nothing is hidden), and where it shows
    less, that of blue writing as if it were in black, which has ``contrast``. ``reach`` as in ``ink_of``."""
    if page.ndim == 2:
        return ink
    red, green = (ink_of(np.asarray(cv2.extractChannel(page, place)), reach) for place in (0, 1))
    scale = contrast / _BLUE
    return np.asarray(cv2.max(ink, cv2.addWeighted(green, scale, red, -_CYAN * scale, 0)), dtype=np.uint8)
