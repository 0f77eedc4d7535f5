"""The mark that binds a page to its order and copy: the first bytes of the page's content stream."""

from __future__ import annotations

import re
from typing import NamedTuple

from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import InvalidValueError

OPENING = b"/KofuPage "
_PATTERN = re.compile(
    rb"/KofuPage <</Order \(([0-9a-f]{32})\) /Issue \(([0-9]{6}-[0-9]{10}-[0-9])\)"
    rb" /Page ([1-9][0-9]{0,2}) /Pages ([1-9][0-9]{0,2})>> BDC\n"
)


class Tag(NamedTuple):
    """Which page of which copy of which order; nothing about the resident."""

    order: OrderId
    issue_number: IssueNumber
    page: int
    pages: int


def opening(order: OrderId, number: IssueNumber | str, page: int, pages: int) -> str:
    """The marked-content operator (ISO 32000-1, 14.6) that opens the stream; EMC closes it at the end."""
    return f"/KofuPage <</Order ({order}) /Issue ({number}) /Page {page} /Pages {pages}>> BDC"


def tag_of(stream: bytes) -> Tag:
    """The tag at the start of a decoded content stream; InvalidValueError when it has none of our form."""
    found = _PATTERN.match(stream)
    if found is None:
        raise InvalidValueError("page tag", "is not of our form")
    order, number, page, pages = (part.decode("ascii") for part in found.groups())
    if int(page) > int(pages):
        raise InvalidValueError("page tag", "page beyond the last")
    return Tag(OrderId(order), IssueNumber.parse(number), int(page), int(pages))
