"""One contract for every count of turns: some in a row, more with time, few at once; and no address in any of them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import Mock

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict
from redis.asyncio import Redis

from center_relay.inquiry.adapters.memories import Keeping, open_memories
from center_relay.inquiry.adapters.turns_fallback import SILENT_SECONDS, FallbackTurns
from center_relay.inquiry.adapters.turns_memory import MOST, MemoryTurns
from center_relay.inquiry.adapters.turns_redis import RedisTurns
from center_relay.inquiry.ports import Rate, Turns
from center_relay.inquiry.usecases.rate import receiver_name
from center_relay.inquiry.web.application import address_of
from certificates.errors import UnavailableError
from tests.inquiry.test_inquiry_recall import redis_with_prefix

NOON = datetime(2026, 3, 27, 3, tzinfo=UTC)
SECRET = b"\5" * 32
LIFE = 60.0


class Clock:
    """Seconds that a test sets."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def milliseconds(self) -> int:
        return round(self.now * 1000)


@pytest.fixture
def clock() -> Clock:
    return Clock()


OpenTurns = Callable[..., Turns]


@pytest.fixture(params=["memory", "redis"])
async def open_turns(request: pytest.FixtureRequest, clock: Clock) -> AsyncIterator[OpenTurns]:
    """Opens one more count of the same turns where they are shared, as one more process would."""

    def rate(together: int) -> Rate:
        return Rate(burst=3, per_minute=6, together=together)

    if request.param == "memory":
        made: dict[int, Turns] = {}
        yield lambda together=100: made.setdefault(together, MemoryTurns(rate(together), monotonic=clock))
        return
    async with redis_with_prefix(str(request.getfixturevalue("redis_url"))) as (client, prefix):
        yield lambda together=100: RedisTurns(
            client,
            rate(together),
            seconds=5,
            life=LIFE,
            prefix=prefix,
            milliseconds=clock.milliseconds,
        )


async def granted(turns: Turns, name: str) -> bool:
    async with turns.turn(name) as turn:
        return turn


async def test_turns_are_used_up_and_come_back_with_time(open_turns: OpenTurns, clock: Clock) -> None:
    mine = open_turns()
    assert [await granted(mine, "a") for _ in range(4)] == [True, True, True, False]
    assert await granted(mine, "b")
    clock.now = 9.9
    assert not await granted(mine, "a")
    clock.now = 10.1
    assert await granted(mine, "a")
    assert not await granted(mine, "a")
    clock.now = 10_000
    assert [await granted(mine, "a") for _ in range(4)] == [True, True, True, False]


async def test_two_counts_of_the_same_turns_grant_no_more_than_one(open_turns: OpenTurns) -> None:
    here, there = open_turns(), open_turns()
    answers = await asyncio.gather(*(granted((here, there)[place % 2], "a") for place in range(20)))
    assert sum(answers) == 3


async def test_only_so_many_at_once_and_a_turn_that_ends_gives_its_place_back(
    open_turns: OpenTurns, clock: Clock
) -> None:
    here, there = open_turns(together=1), open_turns(together=1)
    async with here.turn("a") as first:
        assert first
        assert not await granted(there, "a")
        assert await granted(there, "b")
    assert await granted(there, "a")
    with contextlib.suppress(ValueError):
        async with here.turn("a"):
            raise ValueError
    clock.now = 30
    assert await granted(there, "a")


async def test_a_turn_of_a_process_that_died_runs_out(redis_url: str, clock: Clock) -> None:
    async with redis_with_prefix(redis_url) as (client, prefix):
        rate = Rate(burst=100, per_minute=100, together=1)
        turns = RedisTurns(client, rate, seconds=5, life=LIFE, prefix=prefix, milliseconds=clock.milliseconds)
        async with contextlib.AsyncExitStack() as died:
            assert await died.enter_async_context(turns.turn("a"))
            clock.now = LIFE - 1
            assert not await granted(turns, "a")
            clock.now = LIFE + 1
            assert await granted(turns, "a")
        keys = [key async for key in client.scan_iter(f"{prefix}*")]
        assert keys
        lives = [await client.pttl(key) for key in keys]
        assert all(0 < life <= LIFE * 1000 for life in lives)


async def test_processes_that_are_given_one_redis_count_together(redis_url: str) -> None:
    name = secrets.token_hex(16)
    keeping = Keeping(
        keep_for=timedelta(days=1), rate=Rate(burst=2, per_minute=1, together=9), seconds=5, turn_life=5
    )
    async with (
        open_memories(redis_url, processes=2, keeping=keeping) as here,
        open_memories(redis_url, processes=2, keeping=keeping) as there,
    ):
        turns = (here.turns, there.turns, here.turns, there.turns)
        assert [await granted(one, name) for one in turns] == [True, True, False, False]


async def test_redis_counts_by_its_own_clock(redis_url: str) -> None:
    async with redis_with_prefix(redis_url) as (client, prefix):
        rate = Rate(burst=2, per_minute=1, together=100)
        turns = RedisTurns(client, rate, seconds=5, life=LIFE, prefix=prefix)
        assert [await granted(turns, "a") for _ in range(3)] == [True, True, False]


async def test_while_the_shared_count_is_silent_the_process_counts_alone_and_says_so(
    redis_url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    rate = Rate(burst=2, per_minute=1, together=100)
    gone = Redis.from_url("unix:///nowhere/redis.sock")
    silent = RedisTurns(gone, rate, seconds=1, life=LIFE)
    with pytest.raises(UnavailableError):
        await granted(silent, "a")
    async with redis_with_prefix(redis_url) as (client, prefix):
        shared: list[Turns] = [silent, RedisTurns(client, rate, seconds=5, life=LIFE, prefix=prefix)]

        class Returning:
            def turn(self, name: str) -> contextlib.AbstractAsyncContextManager[bool]:
                return shared[0].turn(name)

        turns = FallbackTurns(Returning(), MemoryTurns(rate, monotonic=clock), monotonic=clock)
        assert [await granted(turns, "a") for _ in range(3)] == [True, True, False]
        assert [record.getMessage() for record in caplog.records] == ["turns counted by this process alone"]
        del shared[0]
        assert not await granted(turns, "a")
        clock.now = SILENT_SECONDS
        assert [await granted(turns, "a") for _ in range(3)] == [True, True, False]
        assert caplog.records[-1].getMessage() == "turns counted by all processes again"
    await gone.aclose()


async def test_the_number_of_names_in_memory_is_bounded(clock: Clock) -> None:
    mine = MemoryTurns(Rate(burst=3, per_minute=6, together=1), monotonic=clock)
    for number in range(MOST + 10):
        await granted(mine, str(number))
    assert len(mine._left) == MOST
    assert not mine._open


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::9", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("2001:db8::1%one", "2001:db8::1%other", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("nonsense", "", True),
    ],
)
def test_addresses_of_one_network_share_their_turns(one: str, other: str, same: bool) -> None:
    assert (receiver_name(SECRET, one, NOON) == receiver_name(SECRET, other, NOON)) is same


@pytest.mark.parametrize(
    ("proxies", "lines", "address"),
    [
        pytest.param(0, ["203.0.113.9"], "192.0.2.1", id="no proxy of ours: nobody's word counts"),
        pytest.param(
            1, ["203.0.113.9, 198.51.100.7"], "198.51.100.7", id="what the receiver made up stands before"
        ),
        pytest.param(1, ["203.0.113.9", "198.51.100.7"], "198.51.100.7", id="in a line of its own"),
        pytest.param(2, ["203.0.113.9", "198.51.100.7, 10.0.0.1"], "198.51.100.7", id="behind two proxies"),
        pytest.param(2, ["198.51.100.7"], "192.0.2.1", id="a proxy was passed by"),
    ],
)
def test_the_address_of_a_receiver_is_what_our_own_proxy_has_seen(
    proxies: int, lines: list[str], address: str
) -> None:
    headers = CIMultiDict([("X-Forwarded-For", line) for line in lines])
    transport = Mock(get_extra_info=lambda name: ("192.0.2.1", 1) if name == "peername" else None)
    request = make_mocked_request("POST", "/inquiry", headers=headers, transport=transport)
    assert address_of(request, proxies) == address


def test_a_name_says_nothing_of_its_address_and_is_another_one_tomorrow() -> None:
    name = receiver_name(SECRET, "192.0.2.1", NOON)
    assert len(name) == 32
    assert name == receiver_name(SECRET, "192.0.2.1", NOON + timedelta(hours=11))  # 23:00 in Japan
    assert name != receiver_name(SECRET, "192.0.2.1", NOON + timedelta(hours=12))
    assert name != receiver_name(b"\6" * 32, "192.0.2.1", NOON)
