"""One page of a document: its plate, its values and its tag as one content stream."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import compress, count
from operator import gt
from typing import NamedTuple

from certificates.domain.content import CertificateContent
from certificates.pdf.drawing import imprint_mask, text_line
from certificates.pdf.fitting import set_text
from certificates.pdf.page_tag import opening
from certificates.pdf.quick.codes import Codes
from certificates.pdf.quick.deflate import stored, stream
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.quick.plate import HEAD, TAIL, PagePlate, ValuePlace


class Page(NamedTuple):
    """``content`` is the deflated content stream in pieces, ``sha256`` (hexadecimal) that of what it unfolds to."""

    content: tuple[bytes, ...]
    sha256: str


class PageWriter:
    """Writes the pages of one document: ``values`` are coded when it is made, so its copies share them."""

    def __init__(self, store: GlyphStore, codes: Codes, values: Sequence[str]) -> None:
        """Raises RefusedError (NO_GLYPH)."""
        self._face = store.face
        self._advances = store.advances.__getitem__
        self._codes = codes
        self._values = values
        texts = [*dict.fromkeys(values)]
        self._coded = dict(zip(texts, codes.coded(texts), strict=True))
        self._set: dict[int, str] = {}

    def write(self, plate: PagePlate, content: CertificateContent, page: int, pages: int) -> Page:
        """Raises RefusedError (DOES_NOT_FIT)."""
        key = id(plate)
        if key not in self._set:
            self._set[key] = self._lines(plate, content)
        number = str(content.issue_number)  # written down once: it has a check digit
        code = self._codes.number(number)
        numbers = [self._line(place, number, code) for place in plate.numbers]
        first = f"{opening(content.order, number, page, pages)}\n".encode("ascii")
        lines = (self._set[key], *numbers, "Q", self._codes.meaning, "EMC")
        rest = "\n".join(lines).encode("ascii")
        digest = hashlib.sha256(first)
        digest.update(plate.text)
        digest.update(rest)
        return Page(stream((stored(first), plate.part, stored(rest))), digest.hexdigest())

    def _lines(self, plate: PagePlate, content: CertificateContent) -> str:
        texts = [*map(self._values.__getitem__, plate.order)]
        codes = [*map(self._coded.__getitem__, texts)]
        lines = []
        late = [*compress(count(), map(gt, map(len, texts), plate.sure))]
        if None in codes:
            late = sorted({*late, *[place for place, code in enumerate(codes) if code is None]})
        for place in late:
            lines.append(self._line(plate.places[place], texts[place], codes[place]))
            codes[place] = ""
        lines.append(plate.template % tuple(codes))
        if plate.imprint is not None and content.imprint is not None:
            lines.append(imprint_mask(content.imprint, plate.imprint))
        return "\n".join(lines)

    def _line(self, place: ValuePlace, text: str, code: str | None) -> str:
        # the very comparison of certificates.pdf.fitting: at full size in one line, or its business
        if code is not None and place.sure >= 0:
            advance = sum(map(self._advances, text))
            if advance <= place.limit:
                x = place.left + (place.room - advance * place.size / 1000) * place.free
                return f"{HEAD}{x:.2f}{place.head}{code}{TAIL}"
        lines = set_text(replace(place.placement, text=text), self._face)
        return "\n".join([text_line(line, self._codes.show) for line in lines])
