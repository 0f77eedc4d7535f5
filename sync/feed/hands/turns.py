"""The order in which deliveries came: each may find out whether it is its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator


class Turns:
    """Deliveries that a hand reads (``aside``) wait for all that came before them, the others for those of the hands:
    among themselves they keep their order without this."""

    def __init__(self) -> None:
        self._next = 0
        self._under_way: dict[int, bool] = {}  # number of the delivery: whether a hand has it
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def one(self, *, aside: bool) -> Iterator[Callable[[], Awaitable[None]]]:
        """A place in the order, left with the context; yields what waits for its turn."""
        number = self._next
        self._next += 1
        self._under_way[number] = aside
        try:
            yield lambda: self._wait(number, aside=aside)
        finally:
            del self._under_way[number]
            self._changed.set()
            self._changed = asyncio.Event()

    async def _wait(self, number: int, *, aside: bool) -> None:
        while any(other < number and (aside or theirs) for other, theirs in self._under_way.items()):
            await self._changed.wait()
