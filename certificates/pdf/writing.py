"""All copies of one order as one PDF, with the number and the digest of every page (the reference writer: reportlab)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from reportlab.pdfbase.pdfdoc import BasicFonts, PDFZCompress
from reportlab.pdfgen.canvas import Canvas

from certificates.domain.content import CertificateContent
from certificates.domain.issue_number import IssueNumber
from certificates.errors import InvalidValueError
from certificates.pdf.archiving import archive
from certificates.pdf.drawing import draw
from certificates.pdf.embedding import embed
from certificates.pdf.fitting import POINTS
from certificates.pdf.fonts import Glyph, Typeface
from certificates.pdf.forms.form import sheets
from certificates.pdf.page_tag import opening
from certificates.pdf.sheet import PAPER


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderedPage:
    """One page; ``sha256`` (hexadecimal) is of its decoded content stream."""

    issue_number: IssueNumber
    page: int
    pages: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """The file and its pages in order."""

    pdf: bytes = field(repr=False)
    pages: tuple[RenderedPage, ...]


def render(contents: Sequence[CertificateContent], face: Typeface) -> Rendered:
    """The copies of one order, one after the other; the same contents give the same bytes.

    Raises RefusedError (NO_GLYPH, DOES_NOT_FIT), and InvalidValueError when the copies are not of one order and kind
    with a number each.
    """
    require_one_order(contents)
    for content in contents:
        for value in content.values():
            face.glyphs(value)  # the gate, before any place is looked at
    canvas = _PageCanvas(contents[0].title)
    used: set[Glyph] = set()
    pages: list[RenderedPage] = []
    for content in contents:
        of_copy = sheets(content)
        for page, sheet in enumerate(of_copy, start=1):
            drawing = draw(sheet, face)
            used |= drawing.glyphs
            tag = opening(content.order, content.issue_number, page, len(of_copy))
            digest = canvas.add_page(f"{tag}\n{drawing.operators}\nEMC")
            pages.append(
                RenderedPage(issue_number=content.issue_number, page=page, pages=len(of_copy), sha256=digest)
            )
    return Rendered(pdf=canvas.finish(face, used), pages=tuple(pages))


def one_page(content: str, face: Typeface, used: set[Glyph]) -> bytes:
    """A file of one page that draws ``content`` (ASCII) with ``used``; for drawing a page again, not for issuing."""
    canvas = _PageCanvas("")
    canvas.add_page(content)
    return canvas.finish(face, used)


def require_one_order(contents: Sequence[CertificateContent]) -> None:
    if not contents:
        raise InvalidValueError("contents", "is empty")
    if len({(content.order, content.kind) for content in contents}) != 1:
        raise InvalidValueError("contents", "must be copies of one order and kind")
    if len({content.issue_number for content in contents}) != len(contents):
        raise InvalidValueError("contents", "every copy needs its own issue number")


class _PageCanvas(Canvas):  # type: ignore[misc]  # reportlab ships no types
    """reportlab's canvas, given whole content streams and our fonts alone."""

    def __init__(self, title: str) -> None:
        size = (PAPER[0] * POINTS, PAPER[1] * POINTS)
        super().__init__(
            BytesIO(), pagesize=size, pageCompression=0, invariant=1, pdfVersion=(1, 7), lang="ja"
        )
        self._doc.defaultStreamFilters = [PDFZCompress]  # else reportlab adds ASCII85 around every stream
        for set_entry in (
            self.setAuthor,
            self.setSubject,
            self.setCreator,
            self.setProducer,
            self.setKeywords,
        ):
            set_entry("")
        self.setTitle(title)
        self.setViewerPreference("DisplayDocTitle", "true")
        archive(self._doc, title)

    def _make_preamble(self) -> None:
        """Not reportlab's own, which names Helvetica and so leaves an unembedded font in the file."""
        self._preamble = ""

    def add_page(self, content: str) -> str:
        """Add a page with this content stream, in ASCII, and return the SHA-256 of what a reader decodes."""
        self._preamble = content
        name = self._doc.thisPageName()
        self.showPage()
        stream: str = self._doc.idToObject[name].stream
        digest = hashlib.sha256(stream.encode("ascii")).hexdigest()
        self._doc.updateSignature(digest)
        return digest

    def finish(self, face: Typeface, used: set[Glyph]) -> bytes:
        embed(self._doc, self._doc.idToObject[BasicFonts], face, used)
        data: bytes = self.getpdfdata()
        return data
