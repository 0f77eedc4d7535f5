"""Where the site remembers, what was asked about and who asks how often: the URL's scheme picks it from a closed table."""

from __future__ import annotations

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from center_relay.inquiry.adapters.recall_memory import MemoryRecall
from center_relay.inquiry.adapters.recall_redis import RedisRecall
from center_relay.inquiry.adapters.turns_fallback import FallbackTurns
from center_relay.inquiry.adapters.turns_memory import MemoryTurns
from center_relay.inquiry.adapters.turns_redis import RedisTurns
from center_relay.inquiry.ports import Rate, Recall, Turns
from certificates.errors import ConfigurationError
from certificates.service.settings import require_scheme

VARIABLE = "KOFU_INQUIRY_RECALL"
COUNT_SECONDS = 1.0
"""A turn is not worth a longer wait: this process can count it as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """What is remembered, and for how long. ``seconds`` bounds a call, ``turn_life`` (seconds) a turn not given back."""

    keep_for: timedelta
    rate: Rate
    seconds: float
    turn_life: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Memories:
    recall: Recall
    turns: Turns


@contextlib.asynccontextmanager
async def _memory(url: str, keeping: Keeping) -> AsyncIterator[Memories]:
    yield Memories(
        recall=MemoryRecall(keep_for=keeping.keep_for),
        turns=MemoryTurns(keeping.rate, monotonic=time.monotonic),
    )


@contextlib.asynccontextmanager
async def _redis(url: str, keeping: Keeping) -> AsyncIterator[Memories]:
    # no retries: an inquiry that was noted twice would look like a second receiver
    client = Redis.from_url(
        url, socket_timeout=None, socket_connect_timeout=keeping.seconds, retry=Retry(NoBackoff(), 0)
    )
    try:
        await client.ping()
        shared = RedisTurns(
            client, keeping.rate, seconds=min(keeping.seconds, COUNT_SECONDS), life=keeping.turn_life
        )
        own = MemoryTurns(keeping.rate, monotonic=time.monotonic)
        yield Memories(
            recall=RedisRecall(client, seconds=keeping.seconds, keep_for=keeping.keep_for),
            turns=FallbackTurns(shared, own, monotonic=time.monotonic),
        )
    finally:
        await client.aclose()


_SCHEMES: dict[str, Callable[[str, Keeping], AbstractAsyncContextManager[Memories]]] = {
    "memory": _memory,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
}


def require_memories(url: str, *, processes: int) -> str:
    """The URL's scheme. Raises ConfigurationError when it is unknown, or cannot be shared by so many processes."""
    scheme = require_scheme(VARIABLE, url, _SCHEMES)
    if processes > 1 and scheme == "memory":
        raise ConfigurationError(
            VARIABLE,
            f"memory:// lives in one process, but KOFU_INQUIRY_PROCESSES is {processes}: a sheet that was asked about "
            "in another process would look new; use redis:// or unix://",
        )
    return scheme


@contextlib.asynccontextmanager
async def open_memories(url: str, *, processes: int, keeping: Keeping) -> AsyncIterator[Memories]:
    """Raises ConfigurationError when the memory is not there at the start."""
    scheme = require_memories(url, processes=processes)
    async with contextlib.AsyncExitStack() as stack:
        try:
            memories = await stack.enter_async_context(_SCHEMES[scheme](url, keeping))
        except (RedisError, OSError, ValueError) as error:
            # the URL may hold a password, so it is not repeated
            raise ConfigurationError(VARIABLE, f"the {scheme} memory cannot be opened: {error}") from error
        yield memories
