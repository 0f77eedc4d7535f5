"""Redis may forget, repeat and vanish, and consumers may die: the copy still ends where the register is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from redis.asyncio import Redis

from certificates.errors import ConfigurationError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import encode
from certificates.wire.jose import SigningKey
from load_tests.servers.redis import PrivateRedis, private_redis
from sync.copy.ports import Store, Transaction
from sync.feed.reception import Reception
from sync.feed.redis import FRAMES_LAST, LEFT_FRAMES, MAX_FRAMES, Answer, FeedStreams, open_redis
from sync.feed.streams import Consumer, consuming, require_feed
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.adapters.streams import StreamReceiver, open_stream_receiver
from sync.registry.usecases.push import Push
from sync.registry.usecases.sending import Pace
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import PATIENCE, several
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal, small_town

FRAMES = f"kofu:feed:{MUNICIPALITY}"
ANSWERS = f"{FRAMES}:receipts"
CHANGES = 60


@pytest.fixture
async def client(redis_url: str) -> AsyncIterator[Redis]:
    """An empty Redis."""
    async with open_redis(redis_url, "TEST", seconds=5) as opened:
        await opened.flushall()
        yield opened


@pytest.fixture
def streams(client: Redis) -> FeedStreams:
    return FeedStreams(client, MUNICIPALITY, seconds=5)


@pytest.fixture
def receiver(streams: FeedStreams) -> StreamReceiver:
    return StreamReceiver(streams, 30)


@pytest.fixture
def source() -> TestRegistry:
    return TestRegistry.having(day_of_changes(small_town(), CHANGES)[:CHANGES])


@pytest.fixture
def copy() -> Held:
    copy = TestRegistry().ideal()
    return Held(store=copy, reader=copy)


async def until_applied(copy: Held, number: int) -> None:
    async with asyncio.timeout(30):
        while (mark := await copy.reader.watermark()) is None or mark.applied < number:  # noqa: ASYNC110 - a copy tells nobody
            await asyncio.sleep(0.01)


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


async def test_what_was_taken_in_leaves_nothing_of_the_residents_in_redis(
    redis_url: str, client: Redis, receiver: StreamReceiver, copy: Held, source: TestRegistry
) -> None:
    async with consuming(redis_url, copy.reception(), MUNICIPALITY, patience=PATIENCE):
        receipt = await receiver.send(source.frame(1, CHANGES))
    assert receipt == FeedReceipt(
        municipality=MUNICIPALITY, applied=CHANGES, status=ReceiptStatus.APPLIED, quarantined=0
    )
    assert await client.xlen(FRAMES) == 0
    assert (await client.xpending(FRAMES, "issuance"))["pending"] == 0
    assert await client.xinfo_consumers(FRAMES, "issuance") == []  # it has left
    kept = [fields for _, fields in await client.xrange(ANSWERS)]
    assert [set(fields) for fields in kept] == [{b"of", b"receipt"}]


async def test_a_poisoned_frame_is_acknowledged_counted_and_answered(
    streams: FeedStreams, receiver: StreamReceiver, copy: Held, source: TestRegistry
) -> None:
    consumer = Consumer(streams, copy.reception(), MUNICIPALITY, PATIENCE)
    task = asyncio.create_task(consumer.run())
    with pytest.raises(RefusedError) as refused:
        await receiver.send(source.frame(1, 3, key=SigningKey.generate("stranger")))
    assert refused.value.code is ProblemCode.WRONG_SIGNATURE
    with pytest.raises(RefusedError) as refused:
        await receiver.send(b"no frame at all")
    assert refused.value.code is ProblemCode.MALFORMED_MESSAGE
    assert consumer.poisoned == 2
    assert (await receiver.send(source.frame(1, 3))).applied == 3
    assert consumer.poisoned == 2
    task.cancel()


async def test_a_bug_of_ours_is_answered_without_its_words_and_stops_nothing(
    redis_url: str, receiver: StreamReceiver, source: TestRegistry, caplog: pytest.LogCaptureFixture
) -> None:
    resident = small_town().residents[0].name

    class Broken(Reception):
        def __init__(self) -> None:
            """Takes nothing in."""

        async def receive(self, frame: bytes, sender: object) -> FeedReceipt:
            raise ZeroDivisionError(resident)

    async with consuming(redis_url, Broken(), MUNICIPALITY, patience=PATIENCE):
        for _ in range(2):
            with pytest.raises(RefusedError) as refused:
                await receiver.send(source.frame(1, 3))
            assert refused.value.code is ProblemCode.INTERNAL
    assert "ZeroDivisionError" in caplog.text
    assert resident not in caplog.text


async def test_what_a_dead_consumer_was_given_another_one_takes(
    redis_url: str, streams: FeedStreams, client: Redis, copy: Held, source: TestRegistry
) -> None:
    await streams.make_group()
    await streams.add_frame(source.frame(1, 5))
    (given,) = await streams.next("dead", wait=1)
    assert set(given.fields) == {b"frame"}
    async with consuming(redis_url, copy.reception(), MUNICIPALITY, patience=PATIENCE):
        await until_applied(copy, 5)
        await streams.add_frame(source.frame(6, 7))
        await until_applied(copy, 7)
        async with asyncio.timeout(20):  # it is acknowledged after it was applied
            while (await client.xpending(FRAMES, "issuance"))["pending"]:  # noqa: ASYNC110 - Redis announces nothing
                await asyncio.sleep(0.005)


async def test_a_frame_that_was_deleted_under_a_dead_consumer_stands_in_nobodys_way(
    redis_url: str, streams: FeedStreams, client: Redis, copy: Held, source: TestRegistry
) -> None:
    await streams.make_group()
    entry = await streams.add_frame(source.frame(1, 5))
    await streams.next("dead", wait=1)
    await client.xdel(FRAMES, entry)
    async with consuming(redis_url, copy.reception(), MUNICIPALITY, patience=PATIENCE):
        await streams.add_frame(source.frame(1, 7))
        await until_applied(copy, 7)


@dataclass
class Reluctant:
    """A store that is out of reach for the first ``refusals`` transactions."""

    store: Store
    refusals: int

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        if self.refusals:
            self.refusals -= 1
            raise UnavailableError("database", "gone", outcome_known=True)
        async with self.store.writing() as transaction:
            yield transaction


async def test_what_the_database_could_not_take_is_not_acknowledged_and_is_tried_again(
    redis_url: str, receiver: StreamReceiver, copy: Held, source: TestRegistry
) -> None:
    store = Reluctant(copy.store, 3)  # type: ignore[arg-type]  # a MemoryCopy, as the fixture has it
    reception = Reception(store, TRUSTED, MUNICIPALITY, lambda: NOW)
    async with consuming(redis_url, reception, MUNICIPALITY, patience=PATIENCE):
        # one frame, sent once
        assert (await receiver.send(source.frame(1, 9))).applied == 9
    assert store.refusals == 0


async def test_frames_that_nobody_takes_are_bounded_and_the_registry_is_told(
    streams: FeedStreams, client: Redis, source: TestRegistry
) -> None:
    receiver = StreamReceiver(streams, 0.02)
    with pytest.raises(UnavailableError, match="issuance server") as error:
        await receiver.send(source.frame(1, 1))
    assert not error.value.outcome_known
    for _ in range(MAX_FRAMES + 5):  # by a sender that does not look
        await streams.add_frame(b"frame")
    assert await client.xlen(FRAMES) == MAX_FRAMES
    assert 0 < await client.ttl(FRAMES) <= FRAMES_LAST  # a registry that falls silent leaves nobody there


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


async def test_a_window_of_frames_on_their_way_is_not_taken_for_frames_left(
    streams: FeedStreams, client: Redis, source: TestRegistry
) -> None:
    receiver = StreamReceiver(streams, 30)
    sends = [asyncio.create_task(receiver.send(source.frame(1, 1))) for _ in range(LEFT_FRAMES + 4)]
    async with asyncio.timeout(30):
        while await client.xlen(FRAMES) < LEFT_FRAMES + 4:  # noqa: ASYNC110 - Redis tells nobody
            await asyncio.sleep(0.01)
    for send in sends:
        send.cancel()
    await asyncio.gather(*sends, return_exceptions=True)
    with pytest.raises(UnavailableError, match="wait untaken"):
        await receiver.send(source.frame(1, 1))


async def test_an_answer_to_another_frame_or_of_no_known_form_is_not_believed(
    streams: FeedStreams, receiver: StreamReceiver
) -> None:
    receipt = FeedReceipt(municipality=MUNICIPALITY, applied=7, status=ReceiptStatus.APPLIED)
    await streams.make_group()

    async def answer(*answers: Answer) -> None:
        (entry,) = await streams.next("forger", wait=5)
        await streams.done(replace(entry, id=b"1-1"), Answer(kind="receipt", content=b"of another frame"))
        for one in answers:
            await streams.done(entry, one)

    for content, expected in (
        (Answer(kind="problem", content=b"of-no-known-code"), WireError),
        (Answer(kind="receipt", content=b"{}"), WireError),
        (Answer(kind="receipt", content=b" " * 70_000), WireError),
        (Answer(kind="problem", content=b"busy"), RefusedError),
    ):
        async with asyncio.TaskGroup() as group:
            group.create_task(answer(content))
            with pytest.raises(expected):
                await receiver.send(b"frame")
    async with asyncio.TaskGroup() as group:
        group.create_task(answer(Answer(kind="receipt", content=encode(receipt))))
        assert await receiver.send(b"frame") == receipt


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
