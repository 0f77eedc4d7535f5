"""The look itself: which pictures are backs, what a front must look like, where the scanned one differs."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from io import BytesIO

import pypdfium2
from PIL import Image

from anti_forgery.copy_evidence import copy_evidence
from anti_forgery.ground_design import GroundDesign
from anti_forgery.reading import read_back
from anti_forgery.scan_trouble import ScanError
from anti_forgery.sealed import ground_named
from anti_forgery.sheet import SheetFacts
from anti_forgery.symbols import UnreadableError
from center_relay.inquiry.examining.comparison import compared
from center_relay.inquiry.examining.pictures import MAX_PAGES, ScanFile
from center_relay.inquiry.ports import Place, Restored, Seen
from certificates.errors import WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.front import front_pdf

SHOWN_DPI = 150
_LEVELS = [
    level // 17 * 17 for level in range(256)
]  # sixteen greys: a third of the bytes, no difference to an eye


class Desk:
    """Knows the files of one inquiry; pictures are decoded again when they are needed again, not kept."""

    def __init__(self, scans: Sequence[bytes], face: Typeface) -> None:
        self._scans = scans
        self._face = face
        self._files: dict[int, ScanFile] = {}
        self._designs: set[GroundDesign] = set()

    def look(self) -> tuple[Seen, ...]:
        """Every page of every file; raises nothing for what the files hold.

        Most pictures that show no code are fronts, so the patient look is taken only where no back was found at all.
        """
        seen = [one for number, data in enumerate(self._scans, start=1) for one in self._file(number, data)]
        if any(one.payload is not None for one in seen):
            return tuple(seen)
        return tuple(self._seen(one.place) if one.trouble is None else one for one in seen)

    def _file(self, number: int, data: bytes) -> list[Seen]:
        counted = sum(file.pages for file in self._files.values())
        try:
            file = ScanFile(data, most_pages=MAX_PAGES - counted)
        except ScanError as error:
            return [Seen(place=Place(file=number, page=1), trouble=error.trouble)]
        self._files[number] = file
        return [self._seen(Place(file=number, page=page), quickly=True) for page in range(1, file.pages + 1)]

    def _seen(self, place: Place, *, quickly: bool = False) -> Seen:
        try:
            picture = self._picture(place)
            payload = read_back(picture, quickly=quickly)
            with contextlib.suppress(WireError):
                self._designs.add(ground_named(payload))
            return Seen(place=place, payload=payload, ground=copy_evidence(picture).says)
        except UnreadableError:
            return Seen(place=place)
        except ScanError as error:
            return Seen(place=place, trouble=error.trouble)

    def restore(self, sheet: SheetFacts, scanned: Place | None) -> Restored:
        """Raises KofuError when its front cannot be drawn with the typeface at hand."""
        pdf = front_pdf(sheet.front, self._face)
        with pypdfium2.PdfDocument(pdf) as document:
            drawn: Image.Image = document[0].render(scale=SHOWN_DPI / 72).to_pil()
        restored = Restored(pdf=pdf, picture=_png(drawn.convert("L")))
        if scanned is None:
            return restored
        # Backs with grounds of two designs: which of them is this front's is not known here.
        design = next(iter(self._designs)) if len(self._designs) == 1 else None
        return replace(restored, compared=compared(self._picture(scanned), sheet, self._face, pdf, design))

    def _picture(self, place: Place) -> Image.Image:
        return self._files[place.file].picture(place.page)


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.point(_LEVELS).save(file, "PNG")
    return file.getvalue()
