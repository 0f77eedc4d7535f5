"""What the centre needs from outside: a store, a line to the municipality, the card's authority, the marks, a journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Protocol

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.order import Holder

Clock = Callable[[], datetime]
"""The moment, with its zone."""
Draw = Callable[[int], bytes]
"""That many random bytes."""


class Shelf(Enum):
    """One kind of record in the store. Only the shelves of ``LISTED`` can be listed."""

    SESSIONS = "sessions"
    ORDERS = "orders"
    LINES = "lines"
    OUTBOX = "outbox"


LISTED = frozenset({Shelf.LINES, Shelf.OUTBOX})


class Store(Protocol):
    """Records under a name, changed only by compare-and-set, so that of two racing writers one loses and knows it.

    Every method raises UnavailableError when the store does not answer.
    """

    async def read(self, shelf: Shelf, name: str) -> bytes | None: ...

    async def swap(
        self,
        shelf: Shelf,
        name: str,
        before: bytes | None,
        after: bytes | None,
        *,
        keep_for: timedelta | None = None,
    ) -> bool:
        """Replace ``before`` (None: nothing there) by ``after`` (None: remove); False when something else is there.

        The record is forgotten after ``keep_for``, counted from this swap; None keeps it for good.
        """
        ...

    async def names(self, shelf: Shelf) -> tuple[str, ...]:
        """All names on a listed shelf, in ascending order."""
        ...


class Errand(Enum):
    """What is asked of a municipality; the value is the address below its base URL."""

    INQUIRY = "/v1/inquiries"
    ORDER = "/v1/orders"
    OUTCOME = "/v1/outcomes"
    STANDING = "/v1/standings"


class Municipalities(Protocol):
    """The lines to the issuance servers."""

    def serves(self, municipality: MunicipalityCode) -> bool: ...

    async def send(self, municipality: MunicipalityCode, errand: Errand, token: bytes) -> bytes:
        """The body of the answer, nothing in it checked yet.

        Raises RefusedError with the municipality's own code, BindingError when it reports a broken binding,
        UnavailableError when it cannot be reached, answers too late, or does not understand us.
        """
        ...


class CardAuthority(Protocol):
    """Judges the card's proof."""

    async def holder(self, certificate: bytes, *, message: bytes, signature: bytes, at: datetime) -> Holder:
        """Who proved possession of the card at that moment.

        ``certificate`` is DER, ``signature`` RS256 over ``message``. Raises RefusedError with one of the codes of the
        card.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page of the municipality's file with every fact that is sealed on its back; ``sha256`` is 32 bytes."""

    municipality: MunicipalityCode
    order: str
    issue_number: str
    copy: int
    page: int
    pages: int
    sha256: bytes
    issued_at: datetime
    register_sequence: int
    text: str = field(repr=False)
    front: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as read back from the PDF; ``sha256`` is 32 bytes over the decoded content stream."""

    order: str
    issue_number: str
    page: int
    pages: int
    sha256: bytes
    text: str = field(repr=False)
    front: str = field(default="", repr=False)


class Paper(Protocol):
    """Reads certificates and puts the anti-forgery marks on them."""

    async def pages(self, pdf: bytes) -> tuple[Page, ...]:
        """Every page in order. Raises BindingError when one does not say what it belongs to."""
        ...

    async def mark(self, pdf: bytes, sheets: Sequence[Sheet]) -> bytes:
        """The file with its marks: each front page followed by its back."""
        ...


class Event(Enum):
    """What the journal records."""

    INQUIRED = "inquired"
    DELIVERED = "delivered"
    OUTCOME = "outcome"
    OUTCOME_NOT_ACCEPTED = "outcome-not-accepted"
    REFUSED = "refused"
    LINE_STOPPED = "line-stopped"
    RELEASE_APPROVED = "release-approved"
    LINE_RELEASED = "line-released"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One use or refusal. Nothing here names or describes the holder; ``step`` and ``code`` are constants of ours."""

    event: Event
    by: str
    step: str = ""
    municipality: str = ""
    session: str = ""
    order: str = ""
    code: str = ""
    sheets: int = 0


class Journal(Protocol):
    async def append(self, note: Note) -> None:
        """Returns when the note is on disk. Raises UnavailableError when it cannot be written."""
        ...
