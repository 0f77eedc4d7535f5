"""Why a file that was handed in, or a page of it, cannot be looked at: one closed table for all who take scans."""

from __future__ import annotations

from enum import Enum
from pathlib import Path

from certificates.errors import WireError


class ScanTrouble(Enum):
    """The value is the word in JSON and the key of the inquiry site's sentence."""

    NOT_OPENED = "not-opened"
    EMPTY = "empty"
    TOO_LARGE = "too-large"
    UNKNOWN_FORMAT = "unknown-format"
    HEIC = "heic"
    DAMAGED = "damaged"
    LOCKED = "locked"
    TOO_MANY_PAGES = "too-many-pages"
    TOO_MANY_PIXELS = "too-many-pixels"
    TOO_SMALL = "too-small"


SENTENCES = {
    ScanTrouble.NOT_OPENED: "cannot be opened; look at its name and at who may read it",
    ScanTrouble.EMPTY: "is empty; scan or send it again",
    ScanTrouble.TOO_LARGE: "is too large; scan at 300 dpi, and fewer sheets into one file",
    ScanTrouble.UNKNOWN_FORMAT: "is no picture or PDF that can be read; save it as PDF, PNG, JPEG or TIFF",
    ScanTrouble.HEIC: "is a photograph in HEIC or AVIF; save it as JPEG",
    ScanTrouble.DAMAGED: "is damaged or was cut short; scan or send it again",
    ScanTrouble.LOCKED: "is a PDF with a password; save it without one",
    ScanTrouble.TOO_MANY_PAGES: "has too many pages; split it",
    ScanTrouble.TOO_MANY_PIXELS: "has too many pixels; scan at 600 dpi or less",
    ScanTrouble.TOO_SMALL: "is too small; scan the whole sheet at 300 dpi",
}
"""What is wrong and what to do, behind the name of the file."""
_STILL_IMAGE_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
)


class ScanError(WireError):
    """A file cannot be looked at, or, with ``page`` (counted from 1), that page and what follows it."""

    def __init__(
        self, trouble: ScanTrouble, *, file: Path | None = None, page: int | None = None, detail: str = ""
    ) -> None:
        where = str(file or "the file") if page is None else f"page {page} of {file or 'the file'}"
        super().__init__(f"{where} {SENTENCES[trouble]}{f' ({detail})' if detail else ''}")
        self.trouble = trouble
        self.file = file
        self.page = page


def trouble_at_sight(head: bytes) -> ScanTrouble | None:
    """What the first 12 bytes of a file say against it: that there are none, or HEIF (ISO/IEC 23008-12), as phones save."""
    if not head:
        return ScanTrouble.EMPTY
    if head[4:8] == b"ftyp" and head[8:12] in _STILL_IMAGE_BRANDS:
        return ScanTrouble.HEIC
    return None
