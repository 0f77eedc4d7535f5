"""What the registry's use cases need of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sync.change.events import Change, Record
from sync.feed.wire import NO_CHAIN, FeedReceipt
from sync.reconcile.leaves import LEAF_LENGTH, Leaf

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The numbers that the outbox holds: ``first`` to ``position``; ``first`` is ``position`` + 1 when it is empty."""

    first: int
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """What one delivery needs of the books, in one snapshot.

    ``events``: canonical CloudEvents, none where there is nothing to send. ``chain`` (``sync.feed.wire.link``) is over
    every change before the first of them; without any, over every change of all.
    """

    span: Span
    chain: bytes
    events: Sequence[bytes] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectRecords:
    """The current rows of one subject (``sync.reconcile.leaves``), and the highest number that names it, or 0."""

    subject: str = field(repr=False)
    touched: int
    records: Sequence[Record] = field(repr=False)


def is_whole(name: str) -> bool:
    """Whether ``name`` is that of one subject, not of a leaf."""
    return len(name) > LEAF_LENGTH


class Books(Protocol):
    """The register and its outbox: a change is entered in both or in neither."""

    async def begin(self, records: Iterable[Record], sequence: int, chain: bytes = NO_CHAIN) -> bool:
        """Take over a register that stands at ``sequence``; False, and nothing happens, when there is one already.

        ``records``: each row once. ``chain`` is over the changes up to ``sequence``, where that is known.
        """
        ...

    async def enter(self, changes: Sequence[Change]) -> Sequence[int]:
        """Give each change its number; the same change again keeps the one it has.

        Raises RefusedError (FEED_CONFLICT) when an id is used for another change than before.
        """
        ...

    async def span(self) -> Span: ...

    async def outgoing(self, after: int | None, most: int) -> Outgoing:
        """The changes that follow on ``after``, at most ``most``; none where the outbox does not hold the first of
        them, or ``after`` is None."""
        ...

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        """The CloudEvents of these numbers in canonical form."""
        ...

    async def chain(self, number: int) -> bytes:
        """The chain over every change up to ``number`` (``sync.feed.wire.link``), which stands in the span or just
        before it. Raises InvalidValueError for any other."""
        ...

    async def touched(self, subjects: Sequence[str]) -> tuple[int, int]:
        """The highest number that names one of them (0 when none does), and the highest of all; one snapshot.

        A household is named by every change that concerns somebody who belongs to it or did so before the change
        (``sync.registry.entering``).
        """
        ...

    async def leaves(self) -> tuple[int, Sequence[Leaf]]:
        """The highest number of all, and the digest tree's leaves as they stand at it, by name."""
        ...

    async def subjects(self, leaves: Sequence[str]) -> tuple[int, Sequence[SubjectRecords]]:
        """The highest number of all, and by name everybody whose subject begins with one of ``leaves``: a leaf, or a
        whole subject, which is named in the answer also when it has no rows. One snapshot."""
        ...

    async def records(self) -> tuple[int, Iterator[Record]]:
        """The number at which the register stands, and its rows in the order of a full load."""
        ...


class Receiver(Protocol):
    """The issuance server's end of the feed."""

    async def send(self, frame: bytes) -> FeedReceipt:
        """Raises UnavailableError, RefusedError, WireError."""
        ...
