"""How far the feed is: numbers given out, and numbers known to have arrived."""

from __future__ import annotations

from certificates.domain.identifiers import MunicipalityCode
from sync.registry.ports import Books
from sync.registry.usecases.push import Push
from sync.registry.wire import FeedPosition


class Position:
    def __init__(self, books: Books, push: Push, municipality: MunicipalityCode) -> None:
        self._books = books
        self._push = push
        self._municipality = municipality

    async def __call__(self) -> FeedPosition:
        span = await self._books.span()
        return FeedPosition(
            municipality=self._municipality,
            first=span.first,
            position=span.position,
            acknowledged=self._push.acknowledged,
        )
