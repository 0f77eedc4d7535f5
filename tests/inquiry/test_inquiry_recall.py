"""One contract for every memory of inquiries: counts, times, and nothing beyond its time."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis

from center_relay.inquiry.adapters.memories import Keeping, open_memories, require_memories
from center_relay.inquiry.adapters.recall_memory import LATEST, MemoryRecall
from center_relay.inquiry.adapters.recall_redis import RedisRecall
from center_relay.inquiry.ports import Asked, Rate, Recall
from certificates.errors import ConfigurationError, UnavailableError

NOW = datetime(2026, 3, 27, 4, 5, 6, 789000, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
YEAR = timedelta(days=365)
KEEPING = Keeping(keep_for=YEAR, rate=Rate(burst=1, per_minute=1, together=1), seconds=1, turn_life=1)
MARK = b"\1" * 32


@asynccontextmanager
async def redis_with_prefix(url: str) -> AsyncIterator[tuple[Redis, str]]:
    """Leaves nothing in the Redis that other tests share."""
    client, prefix = Redis.from_url(url), f"inquiry-test-{secrets.token_hex(4)}:"
    try:
        yield client, prefix
        await client.delete(*[key async for key in client.scan_iter(f"{prefix}*")])
    finally:
        await client.aclose()


@pytest.fixture(params=["memory", "redis"])
async def recall(request: pytest.FixtureRequest) -> AsyncIterator[Recall]:
    if request.param == "memory":
        yield MemoryRecall(keep_for=YEAR)
        return
    async with redis_with_prefix(str(request.getfixturevalue("redis_url"))) as (client, prefix):
        yield RedisRecall(client, seconds=5, keep_for=YEAR, prefix=prefix)


async def test_what_was_asked_before_is_told_and_this_time_is_noted(recall: Recall) -> None:
    assert await recall.note(MARK, NOW) == Asked(count=0)
    assert await recall.note(MARK, NOW + MINUTE) == Asked(count=1, first=NOW, latest=(NOW,))
    assert await recall.note(MARK, NOW + 2 * MINUTE) == Asked(count=2, first=NOW, latest=(NOW + MINUTE, NOW))
    assert await recall.note(b"\2" * 32, NOW) == Asked(count=0)


async def test_the_count_goes_on_and_only_the_latest_times_are_kept(recall: Recall) -> None:
    for number in range(LATEST + 5):
        await recall.note(MARK, NOW + number * MINUTE)
    asked = await recall.note(MARK, NOW + YEAR / 2)
    assert (asked.count, asked.first, len(asked.latest)) == (LATEST + 5, NOW, LATEST)
    assert asked.latest[0] == NOW + (LATEST + 4) * MINUTE


async def test_of_many_at_once_each_is_counted(recall: Recall) -> None:
    counts = [asked.count for asked in await asyncio.gather(*(recall.note(MARK, NOW) for _ in range(20)))]
    assert sorted(counts) == list(range(20))


async def test_a_sheet_is_forgotten_in_time(redis_url: str) -> None:
    memory = MemoryRecall(keep_for=MINUTE)
    await memory.note(MARK, NOW)
    assert (await memory.note(MARK, NOW + MINUTE / 2)).count == 1
    assert (await memory.note(MARK, NOW + 2 * MINUTE)).count == 0
    async with redis_with_prefix(redis_url) as (client, prefix):
        await RedisRecall(client, seconds=5, keep_for=MINUTE, prefix=prefix).note(MARK, NOW)
        left = [await client.pttl(key) async for key in client.scan_iter(f"{prefix}*")]
    assert len(left) == 2
    assert all(0 < milliseconds <= 60_000 for milliseconds in left)


async def test_memory_is_bounded_and_drops_what_was_asked_about_longest_ago() -> None:
    memory = MemoryRecall(keep_for=YEAR, most=2)
    for number in range(3):
        await memory.note(bytes([number]), NOW + number * MINUTE)
    assert (await memory.note(b"\2", NOW + 4 * MINUTE)).count == 1
    assert (await memory.note(b"\0", NOW + 5 * MINUTE)).count == 0


async def test_a_memory_that_does_not_answer_is_unavailable() -> None:
    client = Redis.from_url("unix:///nowhere/redis.sock")
    with pytest.raises(UnavailableError):
        await RedisRecall(client, seconds=1, keep_for=YEAR).note(MARK, NOW)
    await client.aclose()
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        async with open_memories("unix:///nowhere/redis.sock", processes=1, keeping=KEEPING):
            pass


def test_the_scheme_is_one_of_a_closed_table_and_memory_serves_one_process() -> None:
    assert require_memories("redis://x", processes=2) == "redis"
    with pytest.raises(ConfigurationError, match="memory://, redis://"):
        require_memories("sqlite://x", processes=1)
    with pytest.raises(ConfigurationError, match="would look new"):
        require_memories("memory://", processes=2)
