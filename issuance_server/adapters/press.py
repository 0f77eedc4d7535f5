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

from certificates.domain.content import CertificateContent, bare, certificate_content
from certificates.domain.entitlement import Entitlement
from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.municipality import Municipality
from certificates.domain.official_seal import SealImage, SealLettering
from certificates.errors import BindingError, WireError
from certificates.pdf.fonts import Typeface
from certificates.pdf.images import expected
from certificates.pdf.quick.reading import OwnReader
from certificates.pdf.quick.repertoire import jis_x_0208
from certificates.pdf.quick.writer import QuickWriter
from certificates.pdf.reading import PageTag
from issuance_server.adapters.press_forms import forms_of
from issuance_server.ports import Built, BuiltPage
from issuance_server.usecases.readback import ReadPage, require_bound, require_numbered


class PdfPress:
    """See ``ports.Press``; made by ``open_press``."""

    def __init__(
        self, municipality: Municipality, writer: QuickWriter, reader: OwnReader, thread: ThreadPoolExecutor
    ) -> None:
        self._municipality = municipality
        self._writer = writer  # both in use on the press's thread alone
        self._reader = reader
        self._thread = thread

    async def build(
        self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
    ) -> Built:
        loop = asyncio.get_running_loop()
        contents = [
            certificate_content(entitlement, self._municipality, number, order, issued_on)
            for number in numbers
        ]
        built, tags = await loop.run_in_executor(self._thread, self._press, contents)
        require_numbered(built.pages, numbers)
        read = [_read_page(tag) for tag in tags]
        require_bound(read, built.pages, order=order, subjects=entitlement.subjects)
        _require_complete(read, contents)
        _require_sealed(tags, contents)
        return built

    def _press(self, contents: Sequence[CertificateContent]) -> tuple[Built, Sequence[PageTag]]:
        """The file, and what a reader that shares no code with the writer finds in its bytes: tags, text, outlines."""
        built = self._render(contents)
        try:
            return built, self._reader.read(built.pdf)
        except WireError as error:
            raise BindingError(f"the finished file cannot be read back: {error}") from error

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


def _read_page(tag: PageTag) -> ReadPage:
    return ReadPage(
        order=tag.order,
        issue_number=tag.issue_number,
        page=tag.page,
        pages=tag.pages,
        sha256=bytes.fromhex(tag.sha256),
        text=tag.text,
    )


def _require_complete(read: Sequence[ReadPage], contents: Sequence[CertificateContent]) -> None:
    """Every value of every copy can be read in that copy's pages."""
    for place, content in enumerate(contents, start=1):
        text = "".join(page.text for page in read if page.issue_number == content.issue_number)
        if missing := content.missing_from(text):
            raise BindingError(f"copy {place}: {len(missing)} values cannot be read back")


def _require_sealed(tags: Sequence[PageTag], contents: Sequence[CertificateContent]) -> None:
    """The last page of every copy bears the resident's imprint, if it certifies one, and the mayor's seal, dot for dot
    and at their true size; no other page bears an image."""
    for place, content in enumerate(contents, start=1):
        *others, last = [tag for tag in tags if tag.issue_number == content.issue_number]
        if any(tag.images for tag in others):
            raise BindingError(f"copy {place}: a page bears a seal before the last")
        seal = content.official_seal
        imprints = () if content.imprint is None else (expected(content.imprint),)
        seals = (expected(seal),) if isinstance(seal, SealImage) else ()
        if sorted(last.images) != sorted((*imprints, *seals)):
            raise BindingError(f"copy {place}: the imprint or the official seal is another one")
        if isinstance(seal, SealLettering) and bare(seal.text) not in bare(last.text):
            raise BindingError(f"copy {place}: the official seal cannot be read back")


def ready_writer(face: Typeface, municipality: Municipality, day: date) -> QuickWriter:
    """A writer with JIS X 0208 and the forms of ``day``, made before processes are forked that share it."""
    writer = QuickWriter(face)
    writer.prepare(jis_x_0208(), forms_of(municipality, day))
    return writer


@contextlib.asynccontextmanager
async def open_press(
    municipality: Municipality, face: Typeface, writer: QuickWriter | None = None
) -> AsyncIterator[PdfPress]:
    """``writer`` is one that is ready and that nobody else uses; None makes one."""
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="press") as thread:
        if writer is None:
            writer = QuickWriter(face)
            await asyncio.get_running_loop().run_in_executor(thread, writer.prepare, jis_x_0208())
        yield PdfPress(municipality, writer, OwnReader(face), thread)
