"""One page of a document: its plate, its values and its tag as one content stream."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from certificates.domain.content import CertificateContent
from certificates.errors import RefusedError
from certificates.pdf.drawing import imprint_mask, text_line
from certificates.pdf.fitting import set_text
from certificates.pdf.page_tag import opening
from certificates.pdf.quick.codes import Codes
from certificates.pdf.quick.deflate import stored, stream
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.quick.plate import HEAD, TAIL, PagePlate, ValuePlace

_WIDE = 1000  # thousandths of the type size: a glyph wider than that makes the count of characters worthless


@dataclass(frozen=True, slots=True)
class Page:
    """``content`` is the deflated content stream in pieces, ``sha256`` (hexadecimal) that of what it unfolds to."""

    content: tuple[bytes, ...] = field(repr=False)
    sha256: str


class PageWriter:
    """Writes the pages of one document: ``values`` are coded when it is made, so its copies share them."""

    def __init__(self, store: GlyphStore, codes: Codes, values: Sequence[str]) -> None:
        """Raises RefusedError (NO_GLYPH)."""
        self._store = store
        self._codes = codes
        self._values = values
        self._coded = self._code(values)
        self._set: dict[int, str] = {}

    def _code(self, values: Sequence[str]) -> dict[str, str]:
        texts = [*dict.fromkeys(values)]
        codes = self._codes
        codes[0x0A] = "\n"
        try:
            coded = codes.coded("\n".join(texts)).split("\n")
        except RefusedError:
            coded = []
        if len(coded) != len(texts):
            # names all that the first of them lacks; a line break is among what is never drawn
            for text in values:
                self._store.face.glyphs(text)
        del codes[0x0A]
        wide = any(part.advance > _WIDE for part in codes.own)
        return {} if wide else dict(zip(texts, coded, strict=True))

    def write(self, plate: PagePlate, content: CertificateContent, page: int, pages: int) -> Page:
        """Raises RefusedError (NO_GLYPH, DOES_NOT_FIT)."""
        key = id(plate)
        if key not in self._set:
            self._set[key] = self._lines(plate, content)
        number = str(content.issue_number)
        numbers = [self._line(place, number, self._codes.coded(number)) for place in plate.numbers]
        first = f"{opening(content.order, content.issue_number, page, pages)}\n".encode("ascii")
        lines = [self._set[key], *numbers, "Q", self._codes.meaning, "EMC"]
        rest = "\n".join(lines).encode("ascii")
        digest = hashlib.sha256(first)
        digest.update(plate.text)
        digest.update(rest)
        return Page(stream([stored(first), plate.part, stored(rest)]), digest.hexdigest())

    def _lines(self, plate: PagePlate, content: CertificateContent) -> str:
        values, coded = self._values, self._coded
        codes: list[str] = []
        lines = []
        for value, sure in plate.quick:
            text = values[value]
            code = coded.get(text)
            if code is None or len(text) > sure:
                lines.append(self._line(plate.places[len(codes)], text, code))
                code = ""
            codes.append(code)
        lines.append(plate.template % tuple(codes))
        if plate.imprint is not None and content.imprint is not None:
            lines.append(imprint_mask(content.imprint, plate.imprint))
        return "\n".join(lines)

    def _line(self, place: ValuePlace, text: str, code: str | None) -> str:
        if code is not None and not place.free and len(text) <= place.sure:
            return f"{HEAD}{place.left:.2f}{place.head}{code}{TAIL}"
        advance = None if code is None or place.sure < 0 else self._advance(text)
        size = place.placement.style.size
        # the very comparison of certificates.pdf.fitting: at full size in one line, or its business
        if advance is not None and advance <= place.room * 1000 / size:
            x = place.left + (place.room - advance * size / 1000) * place.free
            return f"{HEAD}{x:.2f}{place.head}{code}{TAIL}"
        lines = set_text(replace(place.placement, text=text), self._store.face)
        return "\n".join([text_line(line, self._codes.show) for line in lines])

    def _advance(self, text: str) -> int | None:
        """The width of a text that has been coded, in thousandths of its size; None when it holds a sequence."""
        known = self._store.characters
        try:
            return sum([known[ord(character)].advance for character in text])
        except KeyError:
            return None
