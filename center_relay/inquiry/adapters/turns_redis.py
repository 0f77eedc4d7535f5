"""Turns counted by all processes of the site together: one script takes a turn, and what is taken runs out by itself."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from center_relay.inquiry.ports import Rate
from certificates.errors import UnavailableError

PREFIX = "kofu:inquiry:turns:"
_log = logging.getLogger(__name__)

# KEYS: turns left and since when; those that are open, by when they run out.
# ARGV: burst, turns a millisecond, together, this turn's name, its longest life in ms, now in ms or '' for Redis's clock.
# Redis's own clock is everybody's; a record lives until all turns are back, and then it says nothing more.
_TAKE = """
local now = tonumber(ARGV[6])
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000 + math.floor(time[2] / 1000)
end
local burst, rate = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 0 end
local found = redis.call('HMGET', KEYS[1], 'left', 'since')
local left = tonumber(found[1] or burst)
left = math.min(burst, left + math.max(0, now - tonumber(found[2] or now)) * rate)
local granted = left >= 1
if granted then left = left - 1 end
redis.call('HSET', KEYS[1], 'left', string.format('%.17g', left), 'since', string.format('%.0f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil((burst - left) / rate) + 1)
if not granted then return 0 end
redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[5]), ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[5])
return 1
"""


class RedisTurns:
    """``seconds`` bounds every call; a turn that a process did not give back is over after ``life`` seconds.

    ``milliseconds`` is a clock in the place of Redis's own.
    """

    def __init__(
        self,
        client: Redis,
        rate: Rate,
        *,
        seconds: float,
        life: float,
        prefix: str = PREFIX,
        milliseconds: Callable[[], int] | None = None,
    ) -> None:
        self._client = client
        self._rate = rate
        self._seconds = seconds
        self._life = max(1, math.ceil(life * 1000))
        self._prefix = prefix
        self._milliseconds = milliseconds
        self._take = client.register_script(_TAKE)

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[bool]:
        """Raises UnavailableError, on entering alone, when Redis does not answer."""
        # the braces keep both records on one node of a cluster
        left, opened = (f"{self._prefix}{{{name}}}:{part}" for part in ("left", "open"))
        turn = secrets.token_hex(8)
        granted = await self._granted(left, opened, turn)
        try:
            yield granted
        finally:
            if granted:
                await self._give_back(opened, turn)

    async def _granted(self, left: str, opened: str, turn: str) -> bool:
        rate = self._rate
        arguments: list[str | int | float] = [
            rate.burst,
            rate.per_minute / 60_000,
            rate.together,
            turn,
            self._life,
            "" if self._milliseconds is None else self._milliseconds(),
        ]
        try:
            async with asyncio.timeout(self._seconds):
                answer = self._take(keys=[left, opened], args=arguments)
                return bool(await cast("Awaitable[int]", answer))
        except (TimeoutError, RedisError, OSError) as error:
            raise UnavailableError("turns", type(error).__name__, outcome_known=False) from error

    async def _give_back(self, opened: str, turn: str) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await self._client.zrem(opened, turn)
        except (TimeoutError, RedisError, OSError) as error:
            _log.warning("turn not given back, it runs out", extra={"reason": type(error).__name__})
