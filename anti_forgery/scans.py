"""Pictures of sheets out of a file that somebody handed in: a picture, several in a TIFF, or a PDF with one a page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

import pypdfium2
from PIL import Image, ImageSequence, UnidentifiedImageError

from anti_forgery.reading import MAX_PIXELS
from anti_forgery.scan_trouble import ScanError, ScanTrouble, trouble_at_sight

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
    holds backs alone. Raises ScanError when the file cannot be opened or is out of proportion, after the pages that
    could be looked at.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(1024)
    except OSError as error:
        raise ScanError(ScanTrouble.NOT_OPENED, file=path, detail=error.strerror or "") from error
    if trouble := trouble_at_sight(head):
        raise ScanError(trouble, file=path)
    if size > MAX_FILE:
        raise ScanError(ScanTrouble.TOO_LARGE, file=path, detail=f"at most {MAX_FILE // 1024**2} MB")
    if b"%PDF-" in head:
        yield from _pdf_pages(path)
    else:
        yield from _pictures(path)


def pages(paths: Iterable[Path]) -> Iterator[Scan | ScanError]:
    """Every page of every file, and in its place what could not be looked at."""
    for path in paths:
        try:
            yield from scans(path)
        except ScanError as error:
            yield error


def _pictures(path: Path) -> Iterator[Scan]:
    page = 0
    try:
        with Image.open(path, formats=FORMATS) as opened:
            for page, frame in enumerate(ImageSequence.Iterator(opened), 1):
                yield _frame(path, page, frame)
    except ScanError:
        raise
    except UnidentifiedImageError as error:
        raise ScanError(ScanTrouble.UNKNOWN_FORMAT, file=path) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ScanError(ScanTrouble.TOO_MANY_PIXELS, file=path) from error
    except Exception as error:  # a decoder that is fed foreign bytes raises anything at all
        raise ScanError(ScanTrouble.DAMAGED, file=path, page=page if page > 1 else None) from error


def _frame(path: Path, page: int, frame: Image.Image) -> Scan:
    if page > MAX_PAGES:
        raise ScanError(ScanTrouble.TOO_MANY_PAGES, file=path, page=page, detail=f"at most {MAX_PAGES}")
    if frame.width * frame.height > MAX_PIXELS:
        raise ScanError(ScanTrouble.TOO_MANY_PIXELS, file=path, page=page)
    return Scan(path, page, Side.EITHER, frame.convert("RGB"))


def _pdf_pages(path: Path) -> Iterator[Scan]:
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ScanError(ScanTrouble.LOCKED if locked else ScanTrouble.DAMAGED, file=path) from error
    index = 0
    try:
        count = len(document)
        if not count:
            raise ScanError(ScanTrouble.DAMAGED, file=path, detail="no pages")
        if count > MAX_PAGES:
            raise ScanError(ScanTrouble.TOO_MANY_PAGES, file=path, detail=f"{count}; at most {MAX_PAGES}")
        for index in range(count):
            page = document[index]
            width, height = page.get_size()
            if width * height * (DPI / 72) ** 2 > MAX_PIXELS:
                raise ScanError(ScanTrouble.TOO_MANY_PIXELS, file=path, page=index + 1)
            picture: Image.Image = page.render(scale=DPI / 72).to_pil()
            page.close()
            side = Side.BACK if count % 2 or index % 2 else Side.FRONT
            yield Scan(path, index + 1, side, picture)
    except pypdfium2.PdfiumError as error:
        raise ScanError(ScanTrouble.DAMAGED, file=path, page=index + 1) from error
    finally:
        document.close()
