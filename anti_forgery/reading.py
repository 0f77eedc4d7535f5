"""Reading the code on the back from a scan or a photograph, as far as it can be read."""

from __future__ import annotations

from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter

from anti_forgery.symbols import Symbol, UnreadableError, assemble, symbol_from

MAX_PIXELS = 80_000_000
"""A4 at 600 dpi has 35 million."""
MIN_SIDE, MAX_SIDE = 200, 40_000
"""Pixels; the reader of codes takes no side over 65,535, and a picture may be enlarged for it."""
QUICK = 2
"""Renderings that cost little even when there is nothing to read."""


def read_back(image: Image.Image, *, quickly: bool = False) -> bytes:
    """The payload of the back in the picture, colour or grey, 200 dpi or more, turned by any angle.

    Raises UnreadableError (a WireError) when too few symbols can be read: the sheet may still be genuine, so ask for
    another scan. Symbols are read again in other renderings of the picture only while some are missing; ``quickly``
    leaves out the slow renderings unless there are symbols in the others, since most pictures without one are fronts.
    """
    if not is_readable(image):
        raise UnreadableError(
            f"the picture has a side under {MIN_SIDE} or over {MAX_SIDE}, or more than {MAX_PIXELS} pixels",
            found=0,
        )
    symbols: set[Symbol] = set()
    problem: UnreadableError | None = None
    for number, rendering in enumerate(_renderings(image)):
        if quickly and number == QUICK and not symbols:
            break
        symbols |= set(_symbols(rendering))
        try:
            return assemble(symbols)
        except UnreadableError as error:
            problem = error
    assert problem is not None  # there is at least one rendering
    raise problem


def is_readable(image: Image.Image) -> bool:
    """Whether a picture is in proportion."""
    small, large = sorted(image.size)
    return small >= MIN_SIDE and large <= MAX_SIDE and small * large <= MAX_PIXELS


def _renderings(image: Image.Image) -> Iterator[Image.Image]:
    """The likeliest first: in the blue channel the cyan ground is hardly there, so nothing distracts from the code."""
    if image.mode in ("RGB", "RGBA", "CMYK"):
        yield image.convert("RGB").getchannel("B")
    grey = image.convert("L")
    yield grey.filter(ImageFilter.GaussianBlur(1.2))
    # every dot of the ground is looked at: a second for a page without a code
    yield grey
    yield grey.resize((grey.width * 3 // 2, grey.height * 3 // 2), Image.Resampling.BICUBIC)


def _symbols(grey: Image.Image) -> Iterator[Symbol]:
    for barcode in zxingcpp.read_barcodes(
        grey, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Aztec)
    ):
        symbol = symbol_from(barcode.bytes)
        if symbol is not None:
            yield symbol
