"""Which store: the URL's scheme picks it from a closed table."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from center_relay.adapters.memory import MemoryStore
from center_relay.adapters.redis import RedisStore
from center_relay.ports import Shelf, Store
from certificates.errors import ConfigurationError, UnavailableError
from certificates.service.settings import require_scheme

VARIABLE = "KOFU_CENTRE_STORE"


@contextlib.asynccontextmanager
async def _memory(url: str, seconds: float) -> AsyncIterator[Store]:
    yield MemoryStore()


@contextlib.asynccontextmanager
async def _redis(url: str, seconds: float) -> AsyncIterator[Store]:
    # Our own time-out bounds every call: with socket_timeout redis-py uses asyncio.wait_for, which on Python 3.11 can
    # swallow a cancellation. No retries: a repeated compare-and-set could not tell its own first success from a loss.
    client = Redis.from_url(
        url, socket_timeout=None, socket_connect_timeout=seconds, retry=Retry(NoBackoff(), 0)
    )
    try:
        store = RedisStore(client, seconds=seconds)
        await store.names(Shelf.LINES)
        yield store
    finally:
        await client.aclose()


_SCHEMES: dict[str, Callable[[str, float], AbstractAsyncContextManager[Store]]] = {
    "memory": _memory,
    "redis": _redis,
    "rediss": _redis,
    "unix": _redis,
}
_IN_PROCESS = frozenset({"memory"})


def require_store(url: str, *, processes: int) -> str:
    """The URL's scheme. Raises ConfigurationError when it is unknown, or cannot be shared by so many processes."""
    scheme = require_scheme(VARIABLE, url, _SCHEMES)
    if processes > 1 and scheme in _IN_PROCESS:
        raise ConfigurationError(
            VARIABLE,
            f"{scheme}:// lives in one process, but KOFU_CENTRE_PROCESSES is {processes}: a visit that reaches "
            "another process would be unknown there, and a stopped line would go on; use redis:// or unix://",
        )
    return scheme


@contextlib.asynccontextmanager
async def open_store(url: str, *, processes: int, seconds: float) -> AsyncIterator[Store]:
    """Raises ConfigurationError when the store is not there at the start."""
    scheme = require_store(url, processes=processes)
    async with contextlib.AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(_SCHEMES[scheme](url, seconds))
        except (UnavailableError, ValueError) as error:
            # the URL may hold a password, so it is not repeated
            raise ConfigurationError(VARIABLE, f"the {scheme} store cannot be opened: {error}") from error
        yield store
