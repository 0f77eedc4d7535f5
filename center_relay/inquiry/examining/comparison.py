"""The program's comparison of a scanned front with the truth, and the receiver's own scan with the places framed."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from anti_forgery.sheet import SheetFacts
from center_relay.inquiry.ports import Compared, Match
from certificates.pdf.fonts import Typeface

LONGER_SIDE = 1754  # pixels: A4 at 150 dpi


def compared(scan: Image.Image, sheet: SheetFacts, face: Typeface) -> Compared:
    return Compared(match=Match.CANNOT_TELL, doubt="not_sure", picture=_shown(scan))


def _shown(picture: Image.Image) -> bytes:
    small = picture.copy()
    small.thumbnail((LONGER_SIDE, LONGER_SIDE))
    file = BytesIO()
    small.convert("RGB").save(file, "JPEG", quality=80)
    return file.getvalue()
