"""The images that a page of the quick writer draws, read back: a resident's imprint, an official seal, and no other."""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import NamedTuple

from certificates.domain.official_seal import SealImage
from certificates.domain.seal import SealImprint
from certificates.errors import WireError
from certificates.pdf.fax import rows_of

_MILLIMETRE = 72 / 25.4  # points
_IMAGE = re.compile(
    rb"\nq (\d{1,3}\.\d{3}) 0 0 (\d{1,3}\.\d{3}) \d{1,3}\.\d{3} \d{1,3}\.\d{3} cm\n"
    rb"BI /W (\d{1,4}) /H (\d{1,4}) /IM true /D \[1 0\] /F \[/AHx /(Fl|CCF)\]"
    rb"(?: /DP \[null << /K -1 /Columns \3 /Rows \4 /BlackIs1 true >>\])?\nID ([0-9A-F]{2,200000})>\nEI\nQ(?=\n)"
)
_BEGINS = b"\nBI "


class DrawnImage(NamedTuple):
    """Dots, true size in millimetres (to a hundredth), and the SHA-256 of the rows, 1 is ink."""

    width: int
    height: int
    width_mm: float
    height_mm: float
    sha256: bytes


def expected(image: SealImprint | SealImage) -> DrawnImage:
    """What must be found where ``image`` was to be drawn."""
    digest = hashlib.sha256(image.rows).digest()
    return DrawnImage(image.width, image.height, round(image.width_mm, 2), round(image.height_mm, 2), digest)


class ImageReader:
    """Keeps the digests of official seals that it has read: there are few, and decoding one takes long."""

    _MOST = 64

    def __init__(self) -> None:
        self._seals: dict[bytes, bytes] = {}

    def read(self, stream: bytes) -> tuple[DrawnImage, ...]:
        """In the order of drawing. Raises WireError for an image that is drawn in another way."""
        if _BEGINS not in stream:
            return ()
        found = _IMAGE.findall(stream)
        if len(found) != stream.count(_BEGINS):
            raise WireError("an image is drawn in another way")
        return tuple(
            DrawnImage(
                int(width),
                int(height),
                round(float(across) / _MILLIMETRE, 2),
                round(float(down) / _MILLIMETRE, 2),
                self._digest(int(width), int(height), coding, coded),
            )
            for across, down, width, height, coding, coded in found
        )

    def _digest(self, width: int, height: int, coding: bytes, coded: bytes) -> bytes:
        if coding == b"Fl":
            size = (width + 7) // 8 * height
            # one byte more than there should be would show
            rows = zlib.decompressobj().decompress(bytes.fromhex(coded.decode()), size + 1)
            return hashlib.sha256(rows).digest()
        known = self._seals.get(coded)
        if known is None:
            rows = rows_of(width, height, bytes.fromhex(coded.decode()))
            if len(self._seals) >= self._MOST:
                self._seals.clear()
            known = self._seals[coded] = hashlib.sha256(rows).digest()
        return known
