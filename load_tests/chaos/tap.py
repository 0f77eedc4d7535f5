"""A hand in the Redis of the feed: what waits there is copied, taken away, held back and damaged, as told."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from random import Random
from typing import Final, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from certificates.domain.identifiers import MunicipalityCode
from load_tests.chaos.faults import Fault
from load_tests.chaos.line import Pending, receipt_for
from sync.feed.redis import FeedStreams, open_redis

_LOOK_SECONDS: Final = 0.002
_HELD_SECONDS: Final = (0.05, 0.5)
_REMEMBERED: Final = 200
_CALL_SECONDS: Final = 5.0


class Tap:
    """Does what is pending to the next frame that it catches in the stream."""

    def __init__(self, client: Redis, municipality: MunicipalityCode, pending: Pending, rng: Random) -> None:
        self._client = client
        self._streams = FeedStreams(client, municipality, seconds=_CALL_SECONDS)
        self._frames = f"kofu:feed:{municipality}"
        self._answers = f"{self._frames}:receipts"
        self._pending = pending
        self._rng = rng
        self._old: deque[bytes] = deque(maxlen=_REMEMBERED)

    async def run(self) -> None:
        """Until cancelled; a Redis that was just killed is waited for."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            if self._pending.empty:
                continue
            with contextlib.suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_CALL_SECONDS):
                    await self._look()

    async def _look(self) -> None:
        # decode_responses is off: ids, names and values are bytes
        found = cast(
            "list[tuple[bytes, dict[bytes, bytes]]]", await self._client.xrange(self._frames, count=1)
        )
        if not found or b"frame" not in found[0][1]:
            return
        identity, body = found[0][0], found[0][1][b"frame"]
        self._old.append(body)
        batch = self._pending.statement(body)
        if batch is None or batch.count == 0:
            return
        fault = self._pending.strike()
        match fault:
            case None:
                return
            case Fault.DUPLICATED:
                await self._put(body)
            case Fault.OLD:
                await self._put(self._rng.choice(self._old))
            case Fault.LOST:
                await self._client.xdel(self._frames, identity)
            case Fault.UNANSWERED:
                await self._client.delete(self._answers)
            case Fault.SWALLOWED | Fault.HELD_BACK:
                await self._client.xdel(self._frames, identity)
                await self._client.xadd(self._answers, {"of": identity, "receipt": receipt_for(batch)})
                if fault is Fault.HELD_BACK:
                    await asyncio.sleep(self._rng.uniform(*_HELD_SECONDS))
                    await self._put(body)
            case Fault.CUT:
                await self._client.client_kill_filter(_type="normal", skipme=True)
            case Fault.SHORTENED:
                await self._put(body[: len(body) // 2])
            case Fault.DAMAGED:
                place = self._rng.randrange(len(body))
                await self._put(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :])
            case _:
                raise AssertionError(fault)

    async def _put(self, body: bytes) -> None:
        await self._streams.add_frame(body)


@contextlib.asynccontextmanager
async def tapping(
    url: str, municipality: MunicipalityCode, pending: Pending, rng: Random
) -> AsyncIterator[None]:
    """The hand is in there until the context is left."""
    async with open_redis(url, "chaos", seconds=_CALL_SECONDS) as client, asyncio.TaskGroup() as group:
        task = group.create_task(Tap(client, municipality, pending, rng).run())
        try:
            yield
        finally:
            task.cancel()
