"""Certificates that the real vault accepts: drawn by the reference writer, each front page with a back."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

from pypdf import PdfReader, PdfWriter

from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.pdf.writing import render
from certificates.wire.order import PageStatement
from tests.certificates.paper import family, mincho
from tests.kiosk.kiosk_centre import Paper

A4 = (595, 842)


def real_paper(order: OrderId, numbers: tuple[str, ...]) -> Paper:
    """A household of two on one page, once for each number; skips the test where no font is installed."""
    contents = [replace(family(2), order=order, issue_number=IssueNumber.parse(number)) for number in numbers]
    rendered = render(contents, mincho())
    writer = PdfWriter()
    for page in PdfReader(BytesIO(rendered.pdf)).pages:
        writer.add_page(page)
        writer.add_blank_page(*A4)
    file = BytesIO()
    writer.write(file)
    pages = tuple(
        PageStatement(
            issue_number=str(page.issue_number),
            copy=numbers.index(str(page.issue_number)) + 1,
            page=page.page,
            pages=page.pages,
            sha256=bytes.fromhex(page.sha256),
        )
        for page in rendered.pages
    )
    return Paper(pdf=file.getvalue(), pages=pages)
