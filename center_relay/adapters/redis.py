"""The shared store of several centre processes: Redis 6.2 or later, one script for every change."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable
from datetime import timedelta
from typing import TypeVar, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from center_relay.ports import LISTED, Shelf
from certificates.errors import UnavailableError

PREFIX = "kofu:centre:"

# KEYS: the record, the list of its shelf. ARGV: its name, listed?, before?, before, after?, after, life in ms (0: for good).
_SWAP = """
local found = redis.call('GET', KEYS[1])
if ARGV[3] == '0' then
  if found then return 0 end
elseif found ~= ARGV[4] then
  return 0
end
if ARGV[5] == '0' then
  redis.call('DEL', KEYS[1])
  if ARGV[2] == '1' then redis.call('SREM', KEYS[2], ARGV[1]) end
  return 1
end
if ARGV[7] == '0' then
  redis.call('SET', KEYS[1], ARGV[6])
else
  redis.call('SET', KEYS[1], ARGV[6], 'PX', ARGV[7])
end
if ARGV[2] == '1' then redis.call('SADD', KEYS[2], ARGV[1]) end
return 1
"""
T = TypeVar("T")


class RedisStore:
    """``seconds`` bounds every call. Stopped lines and the outbox are only as durable as the server's configuration."""

    def __init__(self, client: Redis, *, seconds: float, prefix: str = PREFIX) -> None:
        self._client = client
        self._seconds = seconds
        self._prefix = prefix
        self._swap = client.register_script(_SWAP)

    async def read(self, shelf: Shelf, name: str) -> bytes | None:
        async with self._bounded():
            return cast(
                "bytes | None", await self._client.get(self._key(shelf, name))
            )  # decode_responses is off

    async def swap(
        self,
        shelf: Shelf,
        name: str,
        before: bytes | None,
        after: bytes | None,
        *,
        keep_for: timedelta | None = None,
    ) -> bool:
        life = 0 if keep_for is None else max(1, int(keep_for.total_seconds() * 1000))
        arguments: list[bytes | int | str] = [
            name,
            int(shelf in LISTED),
            int(before is not None),
            before or b"",
            int(after is not None),
            after or b"",
            life,
        ]
        keys = [self._key(shelf, name), self._prefix + shelf.value]
        async with self._bounded():
            return await cast("Awaitable[int]", self._swap(keys=keys, args=arguments)) == 1

    async def names(self, shelf: Shelf) -> tuple[str, ...]:
        async with self._bounded():
            found = await cast("Awaitable[set[bytes]]", self._client.smembers(self._prefix + shelf.value))
        return tuple(sorted(name.decode() for name in found))

    def _key(self, shelf: Shelf, name: str) -> str:
        return f"{self._prefix}{shelf.value}:{name}"

    @contextlib.asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        """A call that is cut off takes its connection with it (redis-py), so no later call can read its answer."""
        try:
            async with asyncio.timeout(self._seconds):
                yield
        except (TimeoutError, RedisError, OSError) as error:
            raise UnavailableError("store", type(error).__name__, outcome_known=False) from error
