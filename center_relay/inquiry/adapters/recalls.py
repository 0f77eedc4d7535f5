"""Which memory of inquiries: the URL's scheme picks it from a closed table."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from center_relay.inquiry.adapters.recall_memory import MemoryRecall
from center_relay.inquiry.adapters.recall_redis import RedisRecall
from center_relay.inquiry.ports import Recall
from certificates.errors import ConfigurationError

VARIABLE = "KOFU_INQUIRY_RECALL"


@contextlib.asynccontextmanager
async def _memory(url: str, keep_for: timedelta, seconds: float) -> AsyncIterator[Recall]:
    yield MemoryRecall(keep_for=keep_for)


@contextlib.asynccontextmanager
async def _redis(url: str, keep_for: timedelta, seconds: float) -> AsyncIterator[Recall]:
    # no retries: an inquiry that was noted twice would look like a second receiver
    client = Redis.from_url(
        url, socket_timeout=None, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
    )
    try:
        await client.ping()
        yield RedisRecall(client, seconds=seconds, keep_for=keep_for)
    finally:
        await client.aclose()


_SCHEMES: dict[str, Callable[[str, timedelta, float], AbstractAsyncContextManager[Recall]]] = {
    "memory": _memory,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
}


def require_recall(url: str, *, processes: int) -> str:
    """The URL's scheme. Raises ConfigurationError when it is unknown, or cannot be shared by so many processes."""
    scheme = url.partition("://")[0]
    if scheme not in _SCHEMES:
        choices = ", ".join(f"{name}://" for name in _SCHEMES)
        raise ConfigurationError(VARIABLE, f"the scheme must be one of {choices}")
    if processes > 1 and scheme == "memory":
        raise ConfigurationError(
            VARIABLE,
            f"memory:// lives in one process, but KOFU_INQUIRY_PROCESSES is {processes}: a sheet that was asked about "
            "in another process would look new; use redis:// or unix://",
        )
    return scheme


@contextlib.asynccontextmanager
async def open_recall(
    url: str, *, processes: int, keep_for: timedelta, seconds: float
) -> AsyncIterator[Recall]:
    """Raises ConfigurationError when the memory is not there at the start."""
    scheme = require_recall(url, processes=processes)
    async with contextlib.AsyncExitStack() as stack:
        try:
            recall = await stack.enter_async_context(_SCHEMES[scheme](url, keep_for, seconds))
        except (RedisError, OSError, ValueError) as error:
            # the URL may hold a password, so it is not repeated
            raise ConfigurationError(VARIABLE, f"the {scheme} memory cannot be opened: {error}") from error
        yield recall
