"""The feed's two streams in Redis: frames to the issuance server, answers back; the same for both ends.

``kofu:feed:<code>`` holds frames (field ``frame``) until they are acknowledged, ``kofu:feed:<code>:receipts`` the answers:
``of`` (the frame's entry) with ``receipt`` (``feed-receipt/1``) or ``problem`` (a problem code). Redis may forget all of
it at any moment: numbers, inbox and outbox are in the databases at the two ends.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, UnavailableError

SCHEMES = ("redis", "rediss", "unix")
_CHOICES = ", ".join(f"{scheme}://" for scheme in SCHEMES)
GROUP = "issuance"
LEFT_FRAMES = 16
"""While so many frames wait that their sender has given up on, none is added: nobody takes them, and what they hold stays
in the registry's outbox. A frame is up to 16 MB."""
MAX_FRAMES = LEFT_FRAMES + 64
"""Frames that wait at most, the largest window included; whoever adds more loses the oldest, to be sent again."""
FRAMES_LAST = 600
"""Seconds after the last frame until Redis forgets all that nobody has taken: a registry that fell silent leaves no resident
there, and one that comes back sends again."""
_MAX_ANSWERS = 1_000

Fields = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """``kind``: ``receipt`` or ``problem``; ``content``: the receipt's message or the problem's code."""

    kind: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry of a stream; ``fields`` is empty when it was deleted while somebody was to read it."""

    id: bytes
    fields: Fields = field(repr=False)


def require_redis(url: str, setting: str) -> None:
    """Raises ConfigurationError unless ``url`` is of a scheme that names a Redis."""
    scheme, mark, _ = url.partition("://")
    if scheme not in SCHEMES or not mark:
        raise ConfigurationError(setting, f"must begin with one of {_CHOICES}")


@contextlib.asynccontextmanager
async def open_redis(url: str, setting: str, *, seconds: float) -> AsyncIterator[Redis]:
    """The client, connected when first used, within ``seconds``. Raises ConfigurationError naming ``setting``."""
    require_redis(url, setting)
    try:
        # Our own time-outs bound every call: redis-py's can swallow a cancellation on Python 3.11. No retries: a call
        # that failed is repeated by whoever knows whether it may be.
        client = Redis.from_url(
            url,
            decode_responses=False,
            protocol=2,
            socket_timeout=None,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
        )
    except ValueError as error:
        raise ConfigurationError(setting, "is not a Redis URL") from error
    async with client:
        yield client


class FeedStreams:
    """The two streams of one municipality; ``seconds`` bounds every call that does not wait for somebody else.

    Every method raises UnavailableError.
    """

    def __init__(self, client: Redis, municipality: MunicipalityCode, *, seconds: float) -> None:
        self._client = client
        self._frames = f"kofu:feed:{municipality}"
        self._answers = f"{self._frames}:receipts"
        self._seconds = seconds

    # the registry's end

    async def add_frame(self, frame: bytes) -> bytes:
        """The new entry's id. Cut exactly: Redis's approximate cut keeps up to a hundred entries more."""
        async with _bounded(self._seconds), self._client.pipeline(transaction=True) as pipeline:
            pipeline.xadd(self._frames, {"frame": frame}, maxlen=MAX_FRAMES, approximate=False)
            pipeline.expire(self._frames, FRAMES_LAST)
            entry, _ = await pipeline.execute()
        return cast(bytes, entry)  # decode_responses is off

    async def standing(self) -> tuple[bytes, int]:
        """The id of the newest answer, from which to wait for the next, and how many frames wait."""
        async with _bounded(self._seconds), self._client.pipeline(transaction=False) as pipeline:
            pipeline.xrevrange(self._answers, count=1)
            pipeline.xlen(self._frames)
            newest, waiting = await pipeline.execute()
        answers = _entries(newest)
        return answers[0].id if answers else b"0", cast(int, waiting)

    async def answers(self, after: bytes, *, wait: float) -> Sequence[Entry]:
        """What was answered since; waits up to ``wait`` seconds for the first."""
        async with _bounded(self._seconds + wait):
            found = await self._client.xread({self._answers: after}, block=max(1, int(wait * 1000)))
        return _of_one_stream(found)

    # the issuance server's end

    async def make_group(self) -> None:
        """Begin at the oldest frame; nothing happens when the group is there."""
        async with _bounded(self._seconds):
            try:
                await self._client.xgroup_create(self._frames, GROUP, id="0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def mine(self, consumer: str) -> Sequence[Entry]:
        """What was given to this consumer and not acknowledged: the oldest first."""
        async with _bounded(self._seconds):
            found = await self._client.xreadgroup(GROUP, consumer, {self._frames: "0"}, count=1)
        return _of_one_stream(found)

    async def next(self, consumer: str, *, wait: float) -> Sequence[Entry]:
        """The next frame that nobody was given; waits up to ``wait`` seconds."""
        async with _bounded(self._seconds + wait):
            found = await self._client.xreadgroup(
                GROUP, consumer, {self._frames: ">"}, count=1, block=max(1, int(wait * 1000))
            )
        return _of_one_stream(found)

    async def left_behind(self, consumer: str, *, idle: float) -> Sequence[Entry]:
        """A frame that another consumer was given ``idle`` seconds ago and did not acknowledge: now this one's."""
        async with _bounded(self._seconds):
            found = await self._client.xautoclaim(
                self._frames, GROUP, consumer, min_idle_time=int(idle * 1000), count=1
            )
        return _entries(cast("Sequence[object]", found)[1])  # next start, entries, ids that were deleted

    async def done(self, entry: Entry, answer: Answer) -> None:
        """Acknowledge, answer and delete in one step: what was taken in leaves no personal data behind in Redis."""
        async with _bounded(self._seconds), self._client.pipeline(transaction=True) as pipeline:
            pipeline.xadd(
                self._answers,
                {"of": entry.id, answer.kind: answer.content},
                maxlen=_MAX_ANSWERS,
                approximate=True,
            )
            pipeline.xack(self._frames, GROUP, entry.id)
            pipeline.xdel(self._frames, entry.id)
            await pipeline.execute()

    async def leave(self, consumer: str) -> None:
        """Forget this consumer unless it still owes an acknowledgement, which another one will claim."""
        async with _bounded(self._seconds):
            owed = await self._client.xpending_range(
                self._frames, GROUP, min="-", max="+", count=1, consumername=consumer
            )
            if not owed:
                await self._client.xgroup_delconsumer(self._frames, GROUP, consumer)


@contextlib.asynccontextmanager
async def _bounded(seconds: float) -> AsyncIterator[None]:
    """A call that is cut off takes its connection with it (redis-py), so no later call can read its answer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (TimeoutError, RedisError, OSError) as error:
        raise UnavailableError("redis", type(error).__name__, outcome_known=False) from error


def _of_one_stream(found: object) -> Sequence[Entry]:
    """The answer of XREAD and XREADGROUP: none, or one pair of a stream and its entries."""
    streams = cast("Sequence[Sequence[object]] | None", found)  # as RESP2 has it
    return _entries(streams[0][1]) if streams else ()


def _entries(found: object) -> Sequence[Entry]:
    pairs = cast("Sequence[tuple[bytes, Fields | None]]", found)  # as RESP2 has it, decode_responses off
    return [Entry(id=identity, fields=fields or {}) for identity, fields in pairs if identity is not None]
