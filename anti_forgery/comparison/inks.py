"""Ink of a colour that the ground's cyan does not explain: what is written in blue, which the blue channel hardly shows."""

from __future__ import annotations

import cv2
import numpy as np

from anti_forgery.comparison.blocks import Pixels
from anti_forgery.comparison.pages import ink_of

_CYAN = 0.32
"""Ink of full cyan in the green channel over that in the red one, of usual toners and inks at least."""
_FULL = 0.55
"""What blue writing in a thin line leaves of that; a broad one in full ink leaves up to 1 - ``_CYAN``."""


def in_colour(page: Pixels, reach: int) -> Pixels | None:
    """Ink, 255 where it is as dark as writing, that is neither black nor the ground's; None of a page in grey.

    ``page`` is in red, green and blue; ``reach`` as in ``ink_of``.
    """
    if page.ndim == 2:
        return None
    red, green = (ink_of(np.asarray(cv2.extractChannel(page, place)), reach) for place in (0, 1))
    return np.asarray(cv2.addWeighted(green, 1 / _FULL, red, -_CYAN / _FULL, 0), dtype=np.uint8)


def enlarged(coloured: Pixels | None, shape: tuple[int, ...]) -> Pixels | None:
    return None if coloured is None else np.asarray(cv2.resize(coloured, shape[::-1]), dtype=np.uint8)
