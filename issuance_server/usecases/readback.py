"""The independent look at a finished PDF: every page is of this order, this number and these people, or nothing leaves."""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field

from certificates.domain.content import bare
from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.resident import Resident
from certificates.domain.variation import canonical
from certificates.errors import BindingError
from issuance_server.ports import BuiltPage


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadPage:
    """One page as a reader finds it in the file, knowing nothing of how it was made."""

    order: OrderId
    issue_number: IssueNumber
    page: int
    pages: int
    sha256: bytes
    text: str = field(repr=False)


def require_bound(
    read: Sequence[ReadPage], built: Sequence[BuiltPage], *, order: OrderId, subjects: Sequence[Resident]
) -> None:
    """Raises BindingError naming the page and what is wrong with it, never the value.

    Each page must carry the order's tag, the number and the digest that the builder stated, and the name of at
    least one subject; each copy the names of all.
    """
    if len(read) != len(built):
        raise BindingError(f"the file has {len(read)} pages, {len(built)} were built")
    names = [bare(canonical(subject.name)) for subject in subjects]
    copies: dict[IssueNumber, str] = {}
    for place, (found, meant) in enumerate(zip(read, built, strict=True), start=1):
        number = meant.issue_number
        if found.order != order:
            raise BindingError(f"page {place} is of another order")
        if found.issue_number != number:
            raise BindingError(f"page {place} carries another issue number")
        if (found.page, found.pages) != (meant.page, meant.pages):
            raise BindingError(f"page {place} is counted {found.page}/{found.pages}")
        if not hmac.compare_digest(found.sha256, meant.sha256):
            raise BindingError(f"page {place} is not the page that was built")
        text = bare(found.text)
        if not any(name in text for name in names):
            raise BindingError(f"page {place} names none of its subjects")
        copies[number] = copies.get(number, "") + text
    for copy, text in enumerate(copies.values(), start=1):
        if not all(name in text for name in names):
            raise BindingError(f"copy {copy} does not name all of its subjects")


def require_numbered(built: Sequence[BuiltPage], numbers: Sequence[IssueNumber]) -> None:
    """Every copy has its own number, in the order drawn, and its pages count from 1 without a gap."""
    places = iter(built)
    for number in numbers:
        first = next(places, None)
        if first is None or first.issue_number != number or first.page != 1:
            raise BindingError("a copy is missing or out of order")
        for page in range(2, first.pages + 1):
            following = next(places, None)
            if following is None or (following.issue_number, following.page, following.pages) != (
                number,
                page,
                first.pages,
            ):
                raise BindingError("a page is missing or out of order")
    if next(places, None) is not None:
        raise BindingError("there are more pages than copies")
