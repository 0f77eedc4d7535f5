"""Redis may repeat, and consumers may die: each frame is taken in once, answered, and not kept."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from redis.asyncio import Redis

from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import encode
from certificates.wire.jose import SigningKey
from sync.copy.ports import Store, Transaction
from sync.feed.reception import Reception
from sync.feed.redis import FRAMES_LAST, LEFT_FRAMES, MAX_FRAMES, Answer, FeedStreams
from sync.feed.streams import Consumer, consuming
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.registry.adapters.streams import StreamReceiver
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import PATIENCE
from tests.sync.sync_world import NOW, TRUSTED, Held, TestRegistry, small_town, until_applied

FRAMES = f"kofu:feed:{MUNICIPALITY}"
ANSWERS = f"{FRAMES}:receipts"
CHANGES = 60


@pytest.fixture
def streams(client: Redis) -> FeedStreams:
    return FeedStreams(client, MUNICIPALITY, seconds=5)


@pytest.fixture
def receiver(streams: FeedStreams) -> StreamReceiver:
    return StreamReceiver(streams, 30)


@pytest.fixture
def source() -> TestRegistry:
    return TestRegistry.having(day_of_changes(small_town(), CHANGES)[:CHANGES])


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
