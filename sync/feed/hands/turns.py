"""The order in which deliveries came: each may find out whether it is its turn."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator


class Turns:
    """Deliveries that a hand reads (``aside``) wait for all that came before them, the others for those of the hands and
    until each before them has had its turn: from there on they keep their order without this."""

    def __init__(self) -> None:
        self._next = 0
        self._under_way: dict[int, bool] = {}  # number of the delivery: whether all behind it wait for it
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def one(self, *, aside: bool) -> Iterator[Turn]:
        """A place in the order, left with the context at the latest."""
        number = self._next
        self._next += 1
        self._under_way[number] = True
        try:
            yield Turn(self, number, aside=aside)
        finally:
            self.leave(number)

    async def wait(self, number: int, *, aside: bool) -> None:
        while any(other < number and (aside or first) for other, first in self._under_way.items()):
            await self._changed.wait()
        if not aside:
            self._under_way[number] = False
            self._change()

    def leave(self, number: int) -> None:
        if self._under_way.pop(number, None) is not None:
            self._change()

    def _change(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


class Turn:
    """One delivery's place."""

    def __init__(self, turns: Turns, number: int, *, aside: bool) -> None:
        self._turns = turns
        self._number = number
        self._aside = aside

    async def comes(self) -> None:
        await self._turns.wait(self._number, aside=self._aside)

    def passes(self) -> None:
        """Who comes next need not wait for the end of this one."""
        self._turns.leave(self._number)
