"""All copies of one order as one PDF, some hundred times as fast as the reference writer and with the same pixels.

What a document has in common with others (rules, labels, 認証文, official seal, their glyphs) is laid out and deflated
once; its own glyphs were deflated when they were first met. What remains is the coding of the values, a few sums and
the joining of bytes. The file has no cross-reference streams: the centre appends to it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Sequence
from functools import lru_cache

from certificates.domain.content import CertificateContent
from certificates.errors import InvalidValueError
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.file import Skeleton, assembled, skeleton
from certificates.pdf.quick.glyphs import GlyphStore
from certificates.pdf.quick.page import Page, PageWriter
from certificates.pdf.quick.plate import Plate, make_plate, shape_and_values
from certificates.pdf.writing import Rendered, RenderedPage, require_one_order

_PLATES = 256


class QuickWriter:
    """One for a process; not for several threads at once. ``render`` is that of ``certificates.pdf.writing``."""

    def __init__(self, face: Typeface) -> None:
        self._face = face
        self._store = GlyphStore(face)
        self._plates: OrderedDict[Hashable, Plate] = OrderedDict()
        self._skeleton = lru_cache(_PLATES)(self._make_skeleton)

    def prepare(self, characters: Iterable[str], contents: Iterable[CertificateContent] = ()) -> None:
        """Make glyphs and plates now, so that processes forked from this one share them; what has no glyph is left out."""
        self._store.prepare(characters)
        for content in contents:
            self._plate(content, shape_and_values(content)[0])

    def render(self, contents: Sequence[CertificateContent]) -> Rendered:
        """The same contents give the same bytes.

        Raises what ``certificates.pdf.writing.render`` does, and InvalidValueError when the copies differ in more than
        their numbers.
        """
        require_one_order(contents)
        first = contents[0]
        shape, values = shape_and_values(first)
        for other in contents[1:]:
            if (*shape_and_values(other), other.imprint) != (shape, values, first.imprint):
                raise InvalidValueError("contents", "copies of one order must say the same")
        plate = self._plate(first, shape)
        codes = plate.begin(self._store)
        writer = PageWriter(self._store, codes, values)
        count = len(plate.pages)
        pages: list[Page] = []
        stated: list[RenderedPage] = []
        for content in contents:
            for number, page_plate in enumerate(plate.pages, 1):
                page = writer.write(page_plate, content, number, count)
                pages.append(page)
                stated.append(
                    RenderedPage(
                        issue_number=content.issue_number, page=number, pages=count, sha256=page.sha256
                    )
                )
        used = tuple(
            place
            for place, (base, own) in enumerate(zip(plate.bases, codes.own, strict=True))
            if own or base.count > 1
        )
        fonts = [plate.bases[place].font(codes.own[place]) for place in used]
        pdf = assembled(self._skeleton(first.title, len(pages), used), fonts, pages)
        return Rendered(pdf=pdf, pages=tuple(stated))

    def _plate(self, content: CertificateContent, shape: Hashable) -> Plate:
        plate = self._plates.get(shape)
        if plate is None:
            plate = make_plate(content, self._store)
            self._plates[shape] = plate
            if len(self._plates) > _PLATES:
                self._plates.popitem(last=False)
        return plate

    def _make_skeleton(self, title: str, pages: int, places: tuple[int, ...]) -> Skeleton:
        return skeleton(title, pages, [(place, self._face.fonts[place]) for place in places])
