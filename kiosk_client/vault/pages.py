"""What the municipality promised of every page, held against the document itself before the printer sees it.

The centre seals what it delivers, so its word alone binds nothing: had it exchanged two visits' files inside, seal and
digest would fit. The pages carry the order, which this kiosk drew, and the municipality signed what is on them.

The reading needs a parser, and a parser copies: it is done by a process that forks off, sees the locked pages for those
milliseconds, and is gone before the printing begins. No copy comes to lie in the vault.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from certificates.domain.identifiers import OrderId
from certificates.errors import BindingError, InvalidValueError, WireError
from kiosk_client.vault.locked import LockedMemory

CHECK_SECONDS = 20
_FITS, _DIFFERS, _UNREADABLE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PromisedPage:
    """One front page: ``sha256`` (32 bytes) is over its decoded content stream, as the municipality drew it."""

    issue_number: str
    page: int
    pages: int
    sha256: bytes

    def __post_init__(self) -> None:
        if len(self.sha256) != 32:
            raise InvalidValueError("sha256", "is 32 bytes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """The front pages of one order, in their order; each is followed by its back."""

    order: OrderId
    pages: tuple[PromisedPage, ...]

    def __post_init__(self) -> None:
        if not self.pages:
            raise InvalidValueError("pages", "an order has at least one")


Reader = Callable[[bytes], Promise]
"""The promise that a document itself makes; raises WireError or InvalidValueError when it cannot be read."""


def load_reader() -> Reader:
    """Import the parser; done while the customer is still choosing, because it takes longer than the reading."""
    from certificates.pdf.reading import read_pages

    def read(pdf: bytes) -> Promise:
        tags = read_pages(pdf, with_text=False, backs=True)
        if len({tag.order for tag in tags}) != 1:
            raise WireError("pages of several orders")
        pages = tuple(
            PromisedPage(
                issue_number=str(tag.issue_number),
                page=tag.page,
                pages=tag.pages,
                sha256=bytes.fromhex(tag.sha256),
            )
            for tag in tags
        )
        return Promise(order=tags[0].order, pages=pages)

    return read


def require_promise(document: LockedMemory, promise: Promise, read: Reader) -> None:
    """Raises BindingError unless every front page of ``document`` is the one that was promised."""
    with document.inherited():
        reader = os.fork()
        if reader == 0:
            _judge(document, promise, read)
    _, status = os.waitpid(reader, 0)
    verdict = os.waitstatus_to_exitcode(status)
    if verdict == _DIFFERS:
        raise BindingError("a page of the document is not the one that was promised for this order")
    if verdict != _FITS:
        raise BindingError("the document cannot be read as the promised pages")


def _judge(document: LockedMemory, promise: Promise, read: Reader) -> None:
    """In the process that forked off; never returns."""
    verdict = _UNREADABLE
    try:
        signal.alarm(CHECK_SECONDS)
        verdict = _FITS if read(bytes(document.view)) == promise else _DIFFERS
    except (WireError, InvalidValueError):
        verdict = _UNREADABLE
    finally:
        os._exit(verdict)
