"""The press: builds the PDF on a thread of its own, and reads it back before anything leaves.

One thread, because building is work for the processor and Python runs one at a time: more processes make more
certificates, more threads do not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pypdfium2

from certificates.domain.content import CertificateContent, certificate_content
from certificates.domain.entitlement import Entitlement
from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.municipality import Municipality
from certificates.errors import BindingError, WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import read_pages
from issuance_server.ports import Built, BuiltPage
from issuance_server.usecases.readback import ReadPage, require_bound, require_numbered


class PdfPress:
    """See ``ports.Press``; made by ``open_press``."""

    def __init__(self, municipality: Municipality, writer: QuickWriter, thread: ThreadPoolExecutor) -> None:
        self._municipality = municipality
        self._writer = writer  # in use on the press's thread alone
        self._thread = thread

    async def build(
        self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
    ) -> Built:
        loop = asyncio.get_running_loop()
        contents = [
            certificate_content(entitlement, self._municipality, number, order, issued_on)
            for number in numbers
        ]
        built = await loop.run_in_executor(self._thread, self._render, contents)
        require_numbered(built.pages, numbers)
        read = _read(built.pdf)
        require_bound(read, built.pages, order=order, subjects=entitlement.subjects)
        _require_complete(read, contents)
        return built

    def _render(self, contents: Sequence[CertificateContent]) -> Built:
        rendered = self._writer.render(contents)
        return Built(
            pdf=rendered.pdf,
            pages=tuple(
                BuiltPage(
                    issue_number=page.issue_number,
                    page=page.page,
                    pages=page.pages,
                    sha256=bytes.fromhex(page.sha256),
                )
                for page in rendered.pages
            ),
        )


def _read(pdf: bytes) -> list[ReadPage]:
    """Tags and digests by pypdf, the words by PDFium, ten times as fast at that: neither knows the writer.

    PDFium may be in use by one thread of a process at a time, so this runs on the event loop's (1 to 2 ms).
    """
    try:
        tags = read_pages(pdf, with_text=False)
        texts = _texts(pdf)
    except (WireError, pypdfium2.PdfiumError) as error:
        raise BindingError(f"the finished file cannot be read back: {error}") from error
    if len(tags) != len(texts):
        raise BindingError("two readers count different pages")
    return [
        ReadPage(
            order=tag.order,
            issue_number=tag.issue_number,
            page=tag.page,
            pages=tag.pages,
            sha256=bytes.fromhex(tag.sha256),
            text=text,
        )
        for tag, text in zip(tags, texts, strict=True)
    ]


def _texts(pdf: bytes) -> list[str]:
    texts: list[str] = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            words = page.get_textpage()
            texts.append(words.get_text_range())
            words.close()
            page.close()
    return texts


def _require_complete(read: Sequence[ReadPage], contents: Sequence[CertificateContent]) -> None:
    """Every value of every copy can be read in that copy's pages."""
    for place, content in enumerate(contents, start=1):
        text = "".join(page.text for page in read if page.issue_number == content.issue_number)
        if missing := content.missing_from(text):
            raise BindingError(f"copy {place}: {len(missing)} values cannot be read back")


@contextlib.asynccontextmanager
async def open_press(municipality: Municipality, face: Typeface) -> AsyncIterator[PdfPress]:
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="press") as thread:
        writer = QuickWriter(face)
        await asyncio.get_running_loop().run_in_executor(thread, writer.prepare, jis_x_0208())
        yield PdfPress(municipality, writer, thread)
