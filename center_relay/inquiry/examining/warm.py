"""What every examiner needs and none should wait for: imported by the fork server, before there is a scan.

This is the one module whose import does something. An examiner is forked from a process that has read the typeface
and has looked at one picture of each kind, because afterwards it may open no file, not even that of a module.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from io import BytesIO

from PIL import Image

from anti_forgery.comparison.look_alikes import look_alikes
from anti_forgery.sheet import SheetFacts
from center_relay.inquiry.examining.desk import Desk
from center_relay.inquiry.examining.pictures import FORMATS
from certificates.pdf.font_source import find_chain
from certificates.pdf.fonts import Typeface

FONTS = "KOFU_EXAMINER_FONTS"
"""The typeface's files in the fork server's environment."""
_SHEET = SheetFacts(
    issue_number="-",
    order="0" * 32,
    page=1,
    pages=1,
    copy=1,
    municipality="-",
    issued_at=datetime(2000, 1, 1, tzinfo=UTC),
    register_sequence=0,
    page_sha256="0" * 64,
    text="一",
    front="BT\n1 0 0 1 100 700 Tm\n12 (一) Tj\nET",
)


@lru_cache(maxsize=1)
def typeface(fonts: str) -> Typeface:
    return Typeface.load(find_chain(fonts))


def rehearse(face: Typeface) -> None:
    scans = []
    for kind in (*FORMATS, "PDF"):
        file = BytesIO()
        Image.new("RGB", (300, 400), "white").save(file, kind)
        scans.append(file.getvalue())
    desk = Desk(scans, face)
    for seen in desk.look():
        desk.restore(_SHEET, seen.place)
    # no picture above has a front on which characters are looked up
    look_alikes("一")


if FONTS in os.environ:
    rehearse(typeface(os.environ[FONTS]))
