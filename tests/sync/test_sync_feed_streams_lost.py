"""Redis may forget everything, vanish or never be there: the copy still ends where the register is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from certificates.errors import ConfigurationError, UnavailableError
from load_tests.servers.redis import PrivateRedis, private_redis
from sync.feed.redis import LEFT_FRAMES
from sync.feed.streams import consuming, require_feed
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.adapters.streams import open_stream_receiver
from sync.registry.usecases.push import Push
from sync.registry.usecases.sending import Pace
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import PATIENCE, several
from tests.sync.sync_world import KEY, NOW, Held, TestRegistry, require_equal, small_town, until_applied

FRAMES = f"kofu:feed:{MUNICIPALITY}"
CHANGES = 60


@pytest.fixture
def source() -> TestRegistry:
    return TestRegistry.having(day_of_changes(small_town(), CHANGES)[:CHANGES])


async def books_of(source: TestRegistry) -> MemoryBooks:
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    await books.enter(source.changes)
    return books


@asynccontextmanager
async def pushing(url: str, source: TestRegistry, *, seconds: float) -> AsyncIterator[Push]:
    pace = Pace(batch=5, heartbeat=0.02, first_wait=0.01, longest_wait=0.05)
    async with open_stream_receiver(url, MUNICIPALITY, "TEST", seconds=seconds) as receiver:
        push = Push(await books_of(source), receiver, KEY, MUNICIPALITY, lambda: NOW, pace)
        task = asyncio.create_task(push.run())
        try:
            yield push
        finally:
            task.cancel()


async def test_while_nobody_takes_frames_none_is_added_and_nothing_is_lost(
    redis_url: str, client: Redis, copy: Held, source: TestRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    async with pushing(redis_url, source, seconds=0.03):
        async with asyncio.timeout(30):
            while "frames not taken, none added" not in caplog.messages:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)  # several more tries
        assert LEFT_FRAMES <= await client.xlen(FRAMES) < LEFT_FRAMES + 4  # of a window of four
        assert caplog.messages.count("frames not taken, none added") == 1
        async with consuming(redis_url, copy.reception(), MUNICIPALITY, patience=PATIENCE):
            await until_applied(copy, CHANGES)
    await require_equal(copy, source)


async def test_several_consumers_and_a_redis_that_forgets_everything_again_and_again(
    redis_url: str, client: Redis, copy: Held, source: TestRegistry
) -> None:
    forgotten = 0
    async with (
        several(lambda: consuming(redis_url, copy.reception(), MUNICIPALITY, patience=PATIENCE), 3),
        pushing(redis_url, source, seconds=0.3) as push,
    ):
        async with asyncio.timeout(60):
            while push.acknowledged != CHANGES:
                await client.flushall()
                forgotten += 1
                await asyncio.sleep(0.05)
    assert forgotten
    await require_equal(copy, source)


@pytest.fixture
def redis() -> Iterator[PrivateRedis]:
    try:
        with private_redis() as server:
            yield server
    except UnavailableError as error:
        pytest.skip(str(error))


async def test_a_redis_that_is_killed_comes_back_empty_and_the_feed_goes_on(
    redis: PrivateRedis, copy: Held, source: TestRegistry
) -> None:
    async with (
        consuming(redis.url, copy.reception(), MUNICIPALITY, patience=PATIENCE),
        pushing(redis.url, source, seconds=0.3) as push,
    ):
        await until_applied(copy, 5)
        await asyncio.to_thread(redis.kill)
        await asyncio.sleep(0.1)
        await asyncio.to_thread(redis.start)
        async with asyncio.timeout(60):
            while push.acknowledged != CHANGES:  # noqa: ASYNC110 - the push announces nothing
                await asyncio.sleep(0.01)
    await require_equal(copy, source)


async def test_a_consumer_starts_and_ends_without_redis(tmp_path: Path, copy: Held) -> None:
    """The service must come up for HTTPS and for issuing even when Redis does not."""
    async with consuming(
        f"unix://{tmp_path / 'none.sock'}", copy.reception(), MUNICIPALITY, patience=PATIENCE
    ):
        await asyncio.sleep(0.05)


async def test_without_a_url_nothing_is_consumed(copy: Held) -> None:
    async with consuming("", copy.reception(), MUNICIPALITY):
        assert len(asyncio.all_tasks()) == 1


@pytest.mark.parametrize("url", ["https://127.0.0.1", "file:///x", "redis"])
async def test_only_a_redis_can_be_consumed(url: str, copy: Held) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_ISSUANCE_FEED"):
        require_feed(url)
    with pytest.raises(ConfigurationError, match="KOFU_ISSUANCE_FEED"):
        async with consuming(url, copy.reception(), MUNICIPALITY):
            pass


async def test_a_url_that_names_no_place_is_refused(copy: Held) -> None:
    with pytest.raises(ConfigurationError, match="not a Redis URL"):
        async with consuming("redis://127.0.0.1:port", copy.reception(), MUNICIPALITY):
            pass


def test_every_known_scheme_can_be_consumed() -> None:
    for url in ("", "redis://127.0.0.1/0", "rediss://127.0.0.1/0", "unix:///redis.sock"):
        require_feed(url)
