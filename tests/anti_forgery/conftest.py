"""One marked file for all tests of this folder: drawing it at 300 and 200 dpi is what takes the time."""

from __future__ import annotations

from functools import cache

import pytest
from PIL import Image

from anti_forgery.marking import mark
from certificates.errors import ConfigurationError
from load_tests.scans.sheets import typeface
from tests.anti_forgery.marks_world import fronts, picture, profile, sealer, sheets


@cache
def marked_file() -> bytes:
    return mark(fronts(2), sheets(2), sealer(), profile())


@cache
def drawn_page(page: int, dpi: int) -> Image.Image:
    return picture(marked_file(), page, dpi)


@pytest.fixture
def marked() -> bytes:
    """Two fronts and their backs."""
    return marked_file()


@pytest.fixture
def back_300() -> Image.Image:
    return drawn_page(1, 300).copy()


@pytest.fixture
def back_200() -> Image.Image:
    return drawn_page(1, 200).copy()


@pytest.fixture
def installed_typeface() -> None:
    """Skips where the font is not installed."""
    try:
        typeface()
    except ConfigurationError as error:
        pytest.skip(str(error))
