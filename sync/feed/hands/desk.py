"""The reception of a service that must answer others meanwhile: what comes in bulk is read, checked and written by hands.

One interpreter does one thing at a time. A registry that pushes thousands of changes a second would take it from those
who wait for a certificate; and it would never take in more than one processor can read.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Protocol

from certificates.errors import UnavailableError
from certificates.wire.jose import Party
from sync.feed.hands.hand import Hand, HandDiedError, start_hand
from sync.feed.hands.talk import Beginning
from sync.feed.hands.turns import Turn, Turns
from sync.feed.reception import Reception
from sync.feed.wire import FeedReceipt

_log = logging.getLogger(__name__)
BULK = 128 * 1024
"""Bytes from which a delivery goes to a hand: below, it is sooner done than handed over."""


_AGAIN_SECONDS = 30.0
"""After a hand that did not start: what each would cost the service's processor is given to a delivery instead."""


class Receiving(Protocol):
    """The copy's end of a feed: see ``Reception``."""

    async def receive(self, frame: bytes, sender: Party) -> FeedReceipt: ...

    def seconds_since_heard(self) -> float: ...


@dataclass(slots=True, eq=False)
class _Place:
    """Room for one hand, whether it is there or not; ``used``: when it last had something to do (monotonic seconds)."""

    hand: Hand | None = None
    busy: bool = False
    starting: bool = False
    used: float = 0.0


class Desk:
    """A ``Reception`` with up to ``most`` hands; made by ``open_desk``.

    A hand is started when a large delivery comes that could have used it, and that one does not wait for it; it ends
    when it has long had nothing to do, so that a day of single changes knows none. One that dies costs the answer to its
    delivery, which the registry sends again.
    """

    def __init__(self, inside: Reception, beginning: Beginning, *, most: int, bulk: int, idle: float) -> None:
        self._inside = inside
        self._beginning = beginning
        self._bulk = bulk
        self._idle = idle
        self._turns = Turns()
        self._places = [_Place() for _ in range(most)]
        self._free: asyncio.Queue[_Place] = asyncio.Queue()
        for place in self._places:
            self._free.put_nowait(place)
        # a queue alone gives to one who comes just as a place is free, past those who wait: it would hold the place and
        # wait for their turns, and they for the place
        self._line = asyncio.Lock()
        self._coming: set[asyncio.Task[None]] = set()
        self._going: set[asyncio.Task[None]] = set()
        self._at_hand = 0
        self._heard = -math.inf

    async def receive(self, frame: bytes, sender: Party) -> FeedReceipt:
        """See ``Reception.receive``."""
        self._inside.require_registry(sender)
        self._at_hand += 1
        try:
            return await self._receive(frame, sender)
        finally:
            self._at_hand -= 1

    async def _receive(self, frame: bytes, sender: Party) -> FeedReceipt:
        if len(frame) < self._bulk or not self._places:
            with self._turns.one(aside=False) as turn:
                await turn.comes()
                return await self._inside.receive(frame, sender)
        with self._turns.one(aside=True) as turn:
            async with self._place() as place:
                if place.hand is not None:
                    return await self._by_hand(place, place.hand, frame, turn)
                self._start(place)
            await turn.comes()
            return await self._inside.receive(frame, sender)

    def seconds_since_heard(self) -> float:
        """0 while a delivery is at hand: the copy lacks what it brings, and the registry, which waits for the receipt,
        gives no other sign of life."""
        if self._at_hand:
            return 0.0
        return min(time.monotonic() - self._heard, self._inside.seconds_since_heard())

    @property
    def at_work(self) -> list[int]:
        """Process ids of the hands that there are."""
        return [place.hand.pid for place in self._places if place.hand is not None]

    @contextlib.asynccontextmanager
    async def _place(self) -> AsyncIterator[_Place]:
        """One place for one delivery: who comes first is given the next that is free."""
        async with self._line:
            place = await self._free.get()
        place.busy = True
        try:
            yield place
        finally:
            place.busy, place.used = False, time.monotonic()
            self._free.put_nowait(place)

    async def _by_hand(self, place: _Place, hand: Hand, frame: bytes, turn: Turn) -> FeedReceipt:
        try:
            return await hand.receive(frame, self._hear, turn)
        except (HandDiedError, asyncio.CancelledError):
            # in the middle of a delivery it is of no more use
            self._let_go(place)
            raise

    def _hear(self) -> None:
        self._heard = time.monotonic()

    def _start(self, place: _Place) -> None:
        if not place.starting:
            place.starting = True
            _beside(self._fill(place), self._coming)

    async def _fill(self, place: _Place) -> None:
        try:
            place.hand = await start_hand(self._beginning)
            place.used = time.monotonic()
        except UnavailableError as error:
            _log.warning("no hand for large deliveries", extra={"reason": str(error)})
            await asyncio.sleep(_AGAIN_SECONDS)
        finally:
            place.starting = False

    def _let_go(self, place: _Place) -> None:
        hand, place.hand = place.hand, None
        if hand is not None:
            _beside(hand.end(), self._going)

    async def rest(self) -> None:
        """Let hands go that have had nothing to do, until cancelled; then all of them, and none is left."""
        try:
            while True:
                await asyncio.sleep(self._idle / 4)
                long_ago = time.monotonic() - self._idle
                for place in self._places:
                    if not place.busy and place.used < long_ago:
                        self._let_go(place)
        finally:
            for task in self._coming:
                task.cancel()
            await asyncio.gather(*self._coming, return_exceptions=True)
            for place in self._places:
                self._let_go(place)
            await asyncio.gather(*self._going, return_exceptions=True)


def _beside(work: Coroutine[None, None, None], tasks: set[asyncio.Task[None]]) -> None:
    task = asyncio.ensure_future(work)
    tasks.add(task)
    task.add_done_callback(tasks.discard)


@contextlib.asynccontextmanager
async def open_desk(
    inside: Reception, beginning: Beginning, *, most: int, bulk: int = BULK, idle: float = 60.0
) -> AsyncIterator[Desk]:
    """``bulk``: bytes from which a delivery is a large one; ``idle``: seconds after which a hand without any ends."""
    desk = Desk(inside, beginning, most=most, bulk=bulk, idle=idle)
    resting = asyncio.create_task(desk.rest())
    try:
        yield desk
    finally:
        resting.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await resting
