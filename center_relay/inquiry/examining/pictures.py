"""Pictures out of what a receiver handed in: PDF, PNG, JPEG or TIFF, in memory, within stated proportions."""

from __future__ import annotations

import math
from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image, ImageOps

from anti_forgery.scan_trouble import ScanError, ScanTrouble, trouble_at_sight

FORMATS = ("PNG", "JPEG", "TIFF")
MAX_PAGES = 12
"""Pictures in one inquiry: six sheets, both sides."""
MAX_PIXELS = 60_000_000
"""A4 at 600 dpi has 35 million, the finest phones 50 million."""
WORKING_PIXELS = 18_000_000
"""A4 at 430 dpi: what is finer is reduced, since it costs time and says no more."""
DPI = 300
_MIN_SIDE = 200
_SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\0", b"MM\0*")
_DEEP = ("I", "I;16", "I;16B", "I;16L", "F")


class ScanFile:
    """One file; ``pages`` is counted at once and checked, a picture is decoded only while it is looked at.

    Raises ScanError.
    """

    def __init__(self, data: bytes, *, most_pages: int = MAX_PAGES) -> None:
        if trouble := trouble_at_sight(data[:12]):
            raise ScanError(trouble)
        self._data = data
        self._is_pdf = b"%PDF-" in data[:1024]
        if not self._is_pdf and not data.startswith(_SIGNATURES):
            raise ScanError(ScanTrouble.UNKNOWN_FORMAT)
        self.pages = self._count(most_pages)
        if not 0 < self.pages <= most_pages:
            raise ScanError(ScanTrouble.TOO_MANY_PAGES if self.pages else ScanTrouble.DAMAGED)

    def picture(self, page: int) -> Image.Image:
        """Page ``page`` (from 1) in RGB, upright as its file says. Raises ScanError."""
        picture = self._pdf_page(page) if self._is_pdf else self._frame(page)
        if min(picture.size) < _MIN_SIDE:
            raise ScanError(ScanTrouble.TOO_SMALL)
        return picture

    def _count(self, most: int) -> int:
        if self._is_pdf:
            with _opened_pdf(self._data) as document:
                return len(document)
        with _opened_picture(self._data) as picture:
            return _frames(picture, most) if picture.format == "TIFF" else 1

    def _pdf_page(self, page: int) -> Image.Image:
        with _opened_pdf(self._data) as document:
            try:
                leaf = document[page - 1]
                width, height = leaf.get_size()
                # a photograph in a PDF is often a page of metres: its pixels count, not its inches
                scale = min(DPI / 72, math.sqrt(WORKING_PIXELS / max(1.0, width * height)))
                drawn: Image.Image = leaf.render(scale=scale).to_pil()
            except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
                raise ScanError(ScanTrouble.DAMAGED) from error
        return drawn.convert("RGB")

    def _frame(self, page: int) -> Image.Image:
        with _opened_picture(self._data) as picture:
            try:
                if picture.format == "TIFF":
                    picture.seek(page - 1)
                if picture.width * picture.height > MAX_PIXELS:
                    raise ScanError(ScanTrouble.TOO_MANY_PIXELS)
                whole = _eight_bits(ImageOps.exif_transpose(picture))
            except (OSError, ValueError, SyntaxError, EOFError, KeyError, MemoryError) as error:
                raise ScanError(ScanTrouble.DAMAGED) from error
        factor = math.sqrt(WORKING_PIXELS / (whole.width * whole.height))
        if factor >= 1:
            return whole
        size = (round(whole.width * factor), round(whole.height * factor))
        return whole.resize(size, Image.Resampling.BOX)


def _frames(picture: Image.Image, most: int) -> int:
    """How many pictures a TIFF holds, or one more than ``most``: a file of a hundred thousand is not walked to its end."""
    for number in range(most + 1):
        try:
            picture.seek(number)
        except EOFError:
            return number
        except (OSError, ValueError, SyntaxError, KeyError) as error:
            raise ScanError(ScanTrouble.DAMAGED) from error
    return most + 1


def _opened_pdf(data: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ScanError(ScanTrouble.LOCKED if locked else ScanTrouble.DAMAGED) from error


def _opened_picture(data: bytes) -> Image.Image:
    try:
        return Image.open(BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise ScanError(ScanTrouble.TOO_MANY_PIXELS) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ScanError(ScanTrouble.DAMAGED) from error


def _eight_bits(picture: Image.Image) -> Image.Image:
    """RGB; what is clear becomes white, and sixteen bits become eight."""
    if picture.mode in _DEEP:
        values = np.asarray(picture, dtype=np.float64)
        top = max(1.0, float(values.max()))
        return Image.fromarray(
            (values * (255 / (65_535 if top > 255 else 255))).clip(0, 255).astype(np.uint8)
        ).convert("RGB")
    if picture.has_transparency_data:
        paper = Image.new("RGBA", picture.size, "white")
        paper.alpha_composite(picture.convert("RGBA"))
        return paper.convert("RGB")
    return picture.convert("RGB")
