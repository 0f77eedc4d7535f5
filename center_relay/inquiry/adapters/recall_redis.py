"""What was asked about, shared by several processes of the site: one script for every inquiry."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import cast

from redis.asyncio import Redis
from redis.exceptions import RedisError

from center_relay.inquiry.adapters.recall_memory import LATEST
from center_relay.inquiry.ports import Asked
from certificates.errors import UnavailableError

PREFIX = "kofu:inquiry:"

# KEYS: count and first time, latest times. ARGV: now in ms, how many times are kept, life in ms.
_NOTE = """
local first = redis.call('HGET', KEYS[1], 'first')
local count = redis.call('HINCRBY', KEYS[1], 'count', 1) - 1
local latest = redis.call('LRANGE', KEYS[2], 0, -1)
if not first then redis.call('HSET', KEYS[1], 'first', ARGV[1]) end
redis.call('LPUSH', KEYS[2], ARGV[1])
redis.call('LTRIM', KEYS[2], 0, ARGV[2] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
return {count, first or '', latest}
"""


class RedisRecall:
    """``seconds`` bounds every call; a sheet is kept for ``keep_for`` after it was last asked about."""

    def __init__(self, client: Redis, *, seconds: float, keep_for: timedelta, prefix: str = PREFIX) -> None:
        self._seconds = seconds
        self._keep_for = max(1, int(keep_for.total_seconds() * 1000))
        self._prefix = prefix
        self._note = client.register_script(_NOTE)

    async def note(self, mark: bytes, at: datetime) -> Asked:
        # the braces keep both records on one node of a cluster
        name = f"{self._prefix}{{{mark.hex()}}}"
        arguments: list[int] = [int(at.timestamp() * 1000), LATEST, self._keep_for]
        try:
            async with asyncio.timeout(self._seconds):
                answer = self._note(keys=[f"{name}:count", f"{name}:latest"], args=arguments)
                count, first, latest = await cast("Awaitable[tuple[int, bytes, list[bytes]]]", answer)
        except (TimeoutError, RedisError, OSError) as error:
            raise UnavailableError("recall", type(error).__name__, outcome_known=False) from error
        return Asked(
            count=count,
            first=_moment(first) if first else None,
            latest=tuple(_moment(moment) for moment in latest),
        )


def _moment(milliseconds: bytes) -> datetime:
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC)
