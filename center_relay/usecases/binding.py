"""Does this answer belong to this order? The file, and every single page of it, or nothing is handed out."""

from __future__ import annotations

import hmac
from collections.abc import Sequence

from center_relay.ports import Page, Sheet
from certificates.domain.issue_number import IssueNumber
from certificates.errors import BindingError, InvalidValueError
from certificates.wire.order import Manifest, Order, PageStatement
from certificates.wire.transcript import HolderTag


def require_manifest(manifest: Manifest, order: Order, holder: HolderTag) -> None:
    """The municipality's statement against our order. Raises BindingError.

    ``holder`` is the tag that we computed ourselves from the card that was verified.
    """
    if manifest.order != order.order:
        raise BindingError("manifest: of another order")
    if manifest.municipality != order.municipality:
        raise BindingError("manifest: of another municipality")
    if not hmac.compare_digest(manifest.transcript, order.transcript):
        raise BindingError("manifest: of another visit")
    if not hmac.compare_digest(manifest.holder, holder):
        raise BindingError("manifest: of another holder")
    if manifest.fee < 0:
        raise BindingError("manifest: the fee is negative")
    _require_numbers(manifest, order)
    _require_statements(manifest)


def _require_numbers(manifest: Manifest, order: Order) -> None:
    """One number a copy, all different, all this municipality's."""
    numbers = manifest.issue_numbers
    if len(numbers) != order.choice.copies or len(set(numbers)) != len(numbers):
        raise BindingError("manifest: the issue numbers are not one for each copy")
    for number in numbers:
        try:
            municipality = IssueNumber.parse(number).municipality
        except InvalidValueError as error:
            raise BindingError("manifest: an issue number is malformed") from error
        if municipality != order.municipality:
            raise BindingError("manifest: an issue number is another municipality's")


def _require_statements(manifest: Manifest) -> None:
    """Copy after copy in the order of the numbers, each with all its pages, all of one length."""
    copies = len(manifest.issue_numbers)
    pages, rest = divmod(len(manifest.pages), copies)
    expected = [
        (number, copy, page, pages)
        for copy, number in enumerate(manifest.issue_numbers, start=1)
        for page in range(1, pages + 1)
    ]
    stated = [(entry.issue_number, entry.copy, entry.page, entry.pages) for entry in manifest.pages]
    if rest or not pages or stated != expected:
        raise BindingError("manifest: the pages are not those of its issue numbers, in order")


def require_pages(manifest: Manifest, pages: Sequence[Page]) -> tuple[Sheet, ...]:
    """Every page of the file against its statement. Raises BindingError; returns what goes onto each back."""
    if len(pages) != len(manifest.pages):
        raise BindingError(f"file: {len(pages)} pages, stated were {len(manifest.pages)}")
    return tuple(
        _require_page(place, page, statement, manifest)
        for place, (page, statement) in enumerate(zip(pages, manifest.pages, strict=True), start=1)
    )


def _require_page(place: int, page: Page, statement: PageStatement, manifest: Manifest) -> Sheet:
    where = f"page {place} of the file"
    if page.order != manifest.order:
        raise BindingError(f"{where}: of another order")
    if page.issue_number != statement.issue_number:
        raise BindingError(f"{where}: of another certificate")
    if (page.page, page.pages) != (statement.page, statement.pages):
        raise BindingError(f"{where}: out of its place")
    if not hmac.compare_digest(page.sha256, statement.sha256):
        raise BindingError(f"{where}: its content is not the one stated")
    return Sheet(
        municipality=manifest.municipality,
        order=manifest.order,
        issue_number=statement.issue_number,
        copy=statement.copy,
        page=statement.page,
        pages=statement.pages,
        sha256=statement.sha256,
        issued_at=manifest.issued_at,
        register_sequence=manifest.register_sequence,
        text=page.text,
        front=page.front,
    )
