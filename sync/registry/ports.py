"""What the registry's use cases need of the world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sync.change.events import Change, Record
from sync.feed.wire import FeedReceipt

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The numbers that the outbox holds: ``first`` to ``position``; ``first`` is ``position`` + 1 when it is empty."""

    first: int
    position: int


class Books(Protocol):
    """The register and its outbox: a change is entered in both or in neither."""

    async def begin(self, records: Iterable[Record], sequence: int) -> bool:
        """Take over a register that stands at ``sequence``; False, and nothing happens, when there is one already."""
        ...

    async def enter(self, changes: Sequence[Change]) -> Sequence[int]:
        """Give each change its number; the same change again keeps the one it has.

        Raises RefusedError (FEED_CONFLICT) when an id is used for another change than before.
        """
        ...

    async def span(self) -> Span: ...

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        """The CloudEvents of these numbers in canonical form."""
        ...

    async def records(self) -> tuple[int, Iterator[Record]]:
        """The number at which the register stands, and its rows in the order of a full load."""
        ...


class Receiver(Protocol):
    """The issuance server's end of the feed."""

    async def send(self, frame: bytes) -> FeedReceipt:
        """Raises UnavailableError, RefusedError, WireError."""
        ...
