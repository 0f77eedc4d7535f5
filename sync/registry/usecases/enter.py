"""Entering a change: it is numbered and kept, and the feed is told."""

from __future__ import annotations

from collections.abc import Callable

from sync.change.events import Change
from sync.registry.ports import Books
from sync.registry.wire import ChangeAccepted


class Enter:
    def __init__(self, books: Books, wake: Callable[[], None]) -> None:
        self._books = books
        self._wake = wake

    async def __call__(self, change: Change) -> ChangeAccepted:
        """Raises RefusedError (FEED_CONFLICT) when the id was used for another change."""
        (sequence,) = await self._books.enter([change])
        self._wake()
        return ChangeAccepted(id=change.id, sequence=sequence)
