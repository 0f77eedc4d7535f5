"""Pictures of sheets out of a file that somebody handed in: a picture, several in a TIFF, or a PDF with one a page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pypdfium2
from PIL import Image, ImageSequence

from anti_forgery.reading import MAX_PIXELS
from certificates.errors import WireError

DPI = 300
MAX_FILE = 64 * 1024 * 1024
MAX_PAGES = 100
FORMATS = ("PNG", "JPEG", "TIFF", "BMP", "WEBP")


class Side(Enum):
    FRONT = "front"
    BACK = "back"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Scan:
    """One page of a file, counted from 1; ``side`` is what the place in the file says of it."""

    file: Path
    page: int
    side: Side
    picture: Image.Image = field(repr=False)


def scans(path: Path) -> Iterator[Scan]:
    """Every page of the file.

    A PDF with an even number of pages is taken to be printed on both sides, front before back; one with an odd number
    holds backs alone. Raises WireError when the file cannot be opened or is out of proportion.
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
        yield from _pictures(path)


def _pictures(path: Path) -> Iterator[Scan]:
    try:
        with Image.open(path, formats=FORMATS) as opened:
            for page, frame in enumerate(ImageSequence.Iterator(opened), 1):
                yield _frame(path, page, frame)
    except WireError:
        raise
    except Exception as error:  # a decoder that is fed foreign bytes raises anything at all
        raise WireError(f"{path} is not a picture that can be read") from error


def _frame(path: Path, page: int, frame: Image.Image) -> Scan:
    if page > MAX_PAGES:
        raise WireError(f"{path} must have 1 to {MAX_PAGES} pages")
    if frame.width * frame.height > MAX_PIXELS:
        raise WireError(f"{path} has more than {MAX_PIXELS} pixels")
    return Scan(path, page, Side.EITHER, frame.convert("RGB"))


def _pdf_pages(path: Path) -> Iterator[Scan]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise WireError(f"{path} is not a PDF that can be read") from error
    try:
        count = len(document)
        if not 0 < count <= MAX_PAGES:
            raise WireError(f"{path} must have 1 to {MAX_PAGES} pages")
        for index in range(count):
            page = document[index]
            width, height = page.get_size()
            if width * height * (DPI / 72) ** 2 > MAX_PIXELS:
                raise WireError(f"page {index + 1} of {path} is too large")
            picture: Image.Image = page.render(scale=DPI / 72).to_pil()
            page.close()
            side = Side.BACK if count % 2 or index % 2 else Side.FRONT
            yield Scan(path, index + 1, side, picture)
    except pypdfium2.PdfiumError as error:
        raise WireError(f"{path} cannot be drawn") from error
    finally:
        document.close()
