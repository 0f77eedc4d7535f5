"""Pictures of backs out of a file that somebody handed in: a picture, or a PDF with one picture a page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
from PIL import Image

from anti_forgery.reading import MAX_PIXELS
from certificates.errors import WireError

DPI = 300
MAX_FILE = 64 * 1024 * 1024
MAX_PAGES = 100
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")


def backs(path: Path) -> Iterator[tuple[int, Image.Image]]:
    """Page number and picture of every back in the file.

    A PDF with an even number of pages is taken to be printed on both sides, so its even pages are backs; one with an
    odd number holds backs alone. Raises WireError when the file cannot be opened or is out of proportion.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(5)
    except OSError as error:
        raise WireError(f"{path} cannot be read") from error
    if size > MAX_FILE:
        raise WireError(f"{path} is larger than {MAX_FILE} bytes")
    if head == b"%PDF-":
        yield from _pdf_pages(path)
    else:
        yield 1, _picture(path)


def _picture(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise WireError(f"{path} has more than {MAX_PIXELS} pixels")
            return opened.convert("RGB")
    except (
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as error:
        raise WireError(f"{path} is not a picture that can be read") from error


def _pdf_pages(path: Path) -> Iterator[tuple[int, Image.Image]]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise WireError(f"{path} is not a PDF that can be read") from error
    try:
        count = len(document)
        if not 0 < count <= MAX_PAGES:
            raise WireError(f"{path} must have 1 to {MAX_PAGES} pages")
        for index in range(1, count, 2) if count % 2 == 0 else range(count):
            page = document[index]
            width, height = page.get_size()
            if width * height * (DPI / 72) ** 2 > MAX_PIXELS:
                raise WireError(f"page {index + 1} of {path} is too large")
            picture: Image.Image = page.render(scale=DPI / 72).to_pil()
            page.close()
            yield index + 1, picture
    except pypdfium2.PdfiumError as error:
        raise WireError(f"{path} cannot be drawn") from error
    finally:
        document.close()
