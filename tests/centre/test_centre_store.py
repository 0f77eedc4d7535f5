"""One contract for every store of the centre: records change by compare-and-set, and some are forgotten in time."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import pytest
from redis.asyncio import Redis

from center_relay.adapters.memory import MemoryStore
from center_relay.adapters.redis import RedisStore
from center_relay.adapters.stores import open_store, require_store
from center_relay.ports import Shelf, Store
from certificates.errors import ConfigurationError, UnavailableError
from load_tests.servers.redis import redis_server

Opener = Callable[[], AbstractAsyncContextManager[Store]]


@pytest.fixture(params=["memory", "redis"])
def opener(request: pytest.FixtureRequest) -> Opener:
    if request.param == "memory":

        @contextlib.asynccontextmanager
        async def memory() -> AsyncIterator[Store]:
            yield MemoryStore()

        return memory
    url = str(request.getfixturevalue("redis_url"))
    prefix = f"centre-test-{secrets.token_hex(4)}:"

    @contextlib.asynccontextmanager
    async def redis() -> AsyncIterator[Store]:
        client = Redis.from_url(url)
        try:
            yield RedisStore(client, seconds=5, prefix=prefix)
        finally:
            await client.aclose()

    return redis


async def until_forgotten(store: Store, name: str) -> None:
    async with asyncio.timeout(20):
        found = await store.read(Shelf.SESSIONS, name)
        while found is not None:
            await asyncio.sleep(0.01)
            found = await store.read(Shelf.SESSIONS, name)


async def test_a_record_is_created_once(opener: Opener) -> None:
    async with opener() as store:
        assert await store.read(Shelf.SESSIONS, "x") is None
        assert await store.swap(Shelf.SESSIONS, "x", None, b"first")
        assert not await store.swap(Shelf.SESSIONS, "x", None, b"second")
        assert await store.read(Shelf.SESSIONS, "x") == b"first"


async def test_a_record_changes_only_from_what_the_writer_saw(opener: Opener) -> None:
    async with opener() as store:
        await store.swap(Shelf.SESSIONS, "x", None, b"1")
        assert not await store.swap(Shelf.SESSIONS, "x", b"0", b"2")
        assert await store.swap(Shelf.SESSIONS, "x", b"1", b"2")
        assert not await store.swap(Shelf.SESSIONS, "x", b"1", b"3")
        assert not await store.swap(Shelf.SESSIONS, "x", b"1", None)
        assert await store.read(Shelf.SESSIONS, "x") == b"2"
        assert await store.swap(Shelf.SESSIONS, "x", b"2", None)
        assert await store.read(Shelf.SESSIONS, "x") is None
        assert not await store.swap(Shelf.SESSIONS, "x", b"2", b"4")


async def test_an_empty_record_is_not_the_same_as_none(opener: Opener) -> None:
    async with opener() as store:
        assert await store.swap(Shelf.SESSIONS, "x", None, b"")
        assert await store.read(Shelf.SESSIONS, "x") == b""
        assert not await store.swap(Shelf.SESSIONS, "x", None, b"1")
        assert await store.swap(Shelf.SESSIONS, "x", b"", b"1")


async def test_any_bytes_come_back_as_they_went_in(opener: Opener) -> None:
    record = bytes(range(256)) * 16
    async with opener() as store:
        await store.swap(Shelf.ORDERS, "x", None, record)
        assert await store.read(Shelf.ORDERS, "x") == record
        assert await store.swap(Shelf.ORDERS, "x", record, record[::-1])


async def test_shelves_do_not_share_names(opener: Opener) -> None:
    async with opener() as store:
        await store.swap(Shelf.SESSIONS, "x", None, b"visit")
        await store.swap(Shelf.ORDERS, "x", None, b"order")
        assert await store.read(Shelf.SESSIONS, "x") == b"visit"
        assert await store.read(Shelf.ORDERS, "x") == b"order"


async def test_of_many_racing_writers_exactly_one_wins(opener: Opener) -> None:
    async with opener() as store:
        await store.swap(Shelf.SESSIONS, "x", None, b"before")
        won = await asyncio.gather(
            *(store.swap(Shelf.SESSIONS, "x", b"before", f"{n}".encode()) for n in range(20))
        )
        assert won.count(True) == 1
        assert await store.read(Shelf.SESSIONS, "x") == f"{won.index(True)}".encode()


async def test_a_record_is_forgotten_in_time_and_another_can_take_its_name(opener: Opener) -> None:
    async with opener() as store:
        await store.swap(Shelf.SESSIONS, "x", None, b"1", keep_for=timedelta(milliseconds=30))
        await until_forgotten(store, "x")
        assert await store.swap(Shelf.SESSIONS, "x", None, b"2", keep_for=timedelta(minutes=1))
        assert await store.read(Shelf.SESSIONS, "x") == b"2"


async def test_a_later_change_gives_a_record_its_own_life(opener: Opener) -> None:
    async with opener() as store:
        await store.swap(Shelf.SESSIONS, "x", None, b"1", keep_for=timedelta(milliseconds=200))
        assert await store.swap(Shelf.SESSIONS, "x", b"1", b"2", keep_for=timedelta(minutes=1))
        await store.swap(Shelf.SESSIONS, "y", None, b"1", keep_for=timedelta(milliseconds=300))
        await until_forgotten(store, "y")
        assert await store.read(Shelf.SESSIONS, "x") == b"2"


async def test_a_listed_shelf_knows_its_names(opener: Opener) -> None:
    async with opener() as store:
        assert await store.names(Shelf.OUTBOX) == ()
        await store.swap(Shelf.OUTBOX, "b", None, b"1")
        await store.swap(Shelf.OUTBOX, "a", None, b"1")
        await store.swap(Shelf.LINES, "c", None, b"1")
        assert await store.names(Shelf.OUTBOX) == ("a", "b")
        await store.swap(Shelf.OUTBOX, "b", b"1", b"2")
        await store.swap(Shelf.OUTBOX, "a", b"1", None)
        assert await store.names(Shelf.OUTBOX) == ("b",)


async def test_two_processes_on_one_redis_see_the_same_records(redis_url: str) -> None:
    name, life = secrets.token_hex(8), timedelta(minutes=1)
    async with (
        open_store(redis_url, processes=2, seconds=5) as one,
        open_store(redis_url, processes=2, seconds=5) as other,
    ):
        assert await one.swap(Shelf.SESSIONS, name, None, b"1", keep_for=life)
        assert await other.swap(Shelf.SESSIONS, name, b"1", b"2", keep_for=life)
        assert await one.read(Shelf.SESSIONS, name) == b"2"


async def test_a_store_that_went_away_is_unavailable_with_an_open_outcome() -> None:
    try:
        with redis_server() as url:
            client = Redis.from_url(url)
            store = RedisStore(client, seconds=1)
            await store.swap(Shelf.LINES, "x", None, b"1")
    except UnavailableError as error:
        pytest.skip(str(error))
    with pytest.raises(UnavailableError) as caught:
        await store.read(Shelf.LINES, "x")
    assert not caught.value.outcome_known
    await client.aclose()


async def test_a_call_that_was_cut_off_never_leaves_its_answer_to_the_next_call(redis_url: str) -> None:
    """The pool must not give out a connection on which somebody else's answer is still to come."""
    client = Redis.from_url(redis_url, max_connections=1)
    store = RedisStore(client, seconds=5, prefix=f"centre-test-{secrets.token_hex(4)}:")
    cut_off = 0
    try:
        await store.swap(Shelf.SESSIONS, "mine", None, b"mine")
        await store.swap(Shelf.SESSIONS, "yours", None, b"yours")
        for turn in range(60):
            reading = asyncio.create_task(store.read(Shelf.SESSIONS, "yours"))
            for _ in range(turn % 6):
                await asyncio.sleep(0)
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await reading
            cut_off += reading.cancelled()
            assert await store.read(Shelf.SESSIONS, "mine") == b"mine"
    finally:
        await client.aclose()
    assert cut_off


async def test_a_cancellation_is_never_swallowed_by_the_store(redis_url: str) -> None:
    """It would leave a task that was told to end running for ever, and a shutdown waiting for it."""

    async def forever(store: Store) -> None:
        while True:
            await store.names(Shelf.OUTBOX)

    async with open_store(redis_url, processes=1, seconds=5) as store:
        for turn in range(400):
            task = asyncio.create_task(forever(store))
            for _ in range(turn % 40):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.wait([task], timeout=20)
            assert task.cancelled()


def test_several_processes_with_a_store_in_memory_are_refused_with_the_reason() -> None:
    assert require_store("memory://", processes=1) == "memory"
    with pytest.raises(ConfigurationError, match="lives in one process, but KOFU_CENTRE_PROCESSES is 2"):
        require_store("memory://", processes=2)


def test_an_unknown_store_is_refused_with_the_choices() -> None:
    with pytest.raises(ConfigurationError, match="memory://, redis://, rediss://, unix://"):
        require_store("postgres://secret@host", processes=1)


async def test_a_store_that_is_not_there_at_the_start_is_a_wrong_setting_without_its_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        async with open_store("unix://:secret@/nowhere/redis.sock", processes=1, seconds=1):
            pass
    assert "secret" not in str(caught.value)


async def test_the_store_in_memory_opens_by_its_url() -> None:
    async with open_store("memory://", processes=1, seconds=1) as store:
        assert await store.read(Shelf.LINES, "x") is None
