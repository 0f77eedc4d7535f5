"""The order in which deliveries came: each may find out whether it is its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class Turns:
    """Deliveries that a hand reads (``aside``) wait for all that came before them, the others for those of the hands:
    among themselves they keep their order without this."""

    def __init__(self) -> None:
        self._next = 0
        self._under_way: dict[int, bool] = {}  # number of the delivery: whether a hand has it
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def one(self, *, aside: bool) -> Iterator[Turn]:
        """A place in the order, left with the context at the latest."""
        number = self._next
        self._next += 1
        self._under_way[number] = aside
        try:
            yield Turn(self, number)
        finally:
            self.leave(number)

    async def wait(self, number: int) -> None:
        aside = self._under_way[number]
        while any(other < number and (aside or theirs) for other, theirs in self._under_way.items()):
            await self._changed.wait()

    def leave(self, number: int) -> None:
        if self._under_way.pop(number, None) is not None:
            self._changed.set()
            self._changed = asyncio.Event()


class Turn:
    """One delivery's place."""

    def __init__(self, turns: Turns, number: int) -> None:
        self._turns = turns
        self._number = number

    async def comes(self) -> None:
        await self._turns.wait(self._number)

    def passes(self) -> None:
        """Who comes next need not wait for the end of this one."""
        self._turns.leave(self._number)
