"""What could hold a desk up: hands that stop or do not start, and turns and places that are waited for."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from certificates.errors import UnavailableError
from sync.feed.hands.desk import Desk, open_desk
from sync.feed.hands.hand import Hand, start_hand
from sync.feed.hands.talk import Beginning
from sync.feed.hands.turns import Turn, Turns
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.town.numbers import MUNICIPALITY
from tests.sync.hands_desk import CHANGES, alive, desk_of, enter, in_memory, on_postgresql, until
from tests.sync.sync_world import SENDER, Held, TestRegistry


@on_postgresql
async def test_a_hand_that_stops_is_killed_and_holds_up_nobody_behind_it(
    held: Held, registry: TestRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync.feed.hands.hand._LONGEST", 0.2)
    monkeypatch.setattr("sync.feed.hands.hand._STOP_SECONDS", 0.1)
    async with desk_of(held, tmp_path, most=1) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: len(desk.at_work) == 1)
        enter(registry)
        (pid,) = desk.at_work
        os.kill(pid, signal.SIGSTOP)
        deliveries = [
            asyncio.create_task(desk.receive(registry.frame(1, last), SENDER)) for last in (40, CHANGES)
        ]
        with pytest.raises(UnavailableError, match="stopped"):
            await deliveries[0]
        assert (await deliveries[1]).applied == CHANGES
    assert not alive(pid)


@in_memory
async def test_a_hand_that_cannot_start_says_why_and_is_not_tried_with_every_delivery(
    held: Held,
    registry: TestRegistry,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Beginning] = []

    async def start(beginning: Beginning) -> Hand:
        tried.append(beginning)
        return await start_hand(beginning)

    monkeypatch.setattr("sync.feed.hands.desk.start_hand", start)
    nowhere = "postgresql+asyncpg://nowhere/none"
    beginning = Beginning(database=nowhere, trusted_keys=tmp_path / "none", municipality=MUNICIPALITY)
    async with open_desk(held.reception(), beginning, most=1, bulk=1) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: "no hand for large deliveries" in caplog.text)
        await desk.receive(registry.heartbeat(), SENDER)
        await asyncio.sleep(0)
    assert len(tried) == 1
    (record,) = caplog.records
    assert str(tmp_path / "none") in vars(record)["reason"]


class HeldUp(Hand):
    """Takes in nothing until ``gate`` is open."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def receive(self, frame: bytes, heard: Callable[[], None], turn: Turn) -> FeedReceipt:
        await turn.comes()
        await self.gate.wait()
        return FeedReceipt(
            municipality=MUNICIPALITY, applied=int(frame), status=ReceiptStatus.APPLIED, quarantined=0
        )

    async def end(self) -> None:
        pass


@asynccontextmanager
async def held_up(
    held: Held, patch: pytest.MonkeyPatch, registry: TestRegistry
) -> AsyncIterator[tuple[Desk, HeldUp]]:
    """A desk whose one hand is held up."""
    hand = HeldUp()

    async def start(_: Beginning) -> Hand:
        return hand

    patch.setattr("sync.feed.hands.desk.start_hand", start)
    patch.setattr(HeldUp, "pid", 1)
    beginning = Beginning(database="", trusted_keys=Path(), municipality=MUNICIPALITY)
    async with asyncio.timeout(10), open_desk(held.reception(), beginning, most=1, bulk=1) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: desk.at_work == [1])
        yield desk, hand


@in_memory
async def test_who_comes_just_as_a_place_is_free_does_not_take_it_from_one_who_waits(
    held: Held, registry: TestRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The later one would wait for the turn of the earlier one, and that one for the place: for ever."""
    async with held_up(held, monkeypatch, registry) as (desk, hand):

        async def comes_as_it_is_free() -> FeedReceipt:
            await hand.gate.wait()
            return await desk.receive(b"3", SENDER)

        deliveries = [asyncio.create_task(desk.receive(frame, SENDER)) for frame in (b"1", b"2")]
        await asyncio.sleep(0)
        deliveries.append(asyncio.create_task(comes_as_it_is_free()))
        await asyncio.sleep(0)
        hand.gate.set()
        assert [receipt.applied for receipt in await asyncio.gather(*deliveries)] == [1, 2, 3]


@in_memory
async def test_a_delivery_at_hand_is_a_sign_of_life_however_long_it_takes(
    held: Held, registry: TestRegistry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It waits for the copy or for its turn, and the registry for its receipt: nothing else is heard meanwhile."""
    async with held_up(held, monkeypatch, registry) as (desk, hand):
        assert desk.seconds_since_heard() > 0
        delivery = asyncio.create_task(desk.receive(b"1", SENDER))
        await asyncio.sleep(0)
        assert desk.seconds_since_heard() == 0
        hand.gate.set()
        await delivery
        assert desk.seconds_since_heard() > 0


async def test_turns_are_given_in_the_order_of_coming() -> None:
    turns = Turns()
    done: list[str] = []

    async def one(name: str, *, aside: bool, begun: asyncio.Event) -> None:
        with turns.one(aside=aside) as turn:
            await begun.wait()
            await turn.comes()
            done.append(name)

    events = {name: asyncio.Event() for name in ("hand 1", "here", "hand 2")}
    async with asyncio.TaskGroup() as group:
        for name, event in events.items():
            group.create_task(one(name, aside=name != "here", begun=event))
        await asyncio.sleep(0)
        for name in ("hand 2", "here", "hand 1"):
            assert done == []
            events[name].set()
            await asyncio.sleep(0)
    assert done == ["hand 1", "here", "hand 2"]


@in_memory
async def test_a_service_that_ends_while_a_hand_starts_leaves_nothing_open(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    """A socket or a process that is left warns, and a warning fails."""
    beginning = Beginning(database="", trusted_keys=tmp_path, municipality=MUNICIPALITY)
    for passes in range(4):  # so often others have their turn before it ends
        async with open_desk(held.reception(), beginning, most=1, bulk=1) as desk:
            await desk.receive(registry.heartbeat(), SENDER)
            for _ in range(passes):
                await asyncio.sleep(0)


async def test_a_small_delivery_that_comes_as_a_hand_is_done_stays_behind_those_that_waited() -> None:
    turns = Turns()
    done: list[str] = []
    ended = asyncio.Event()

    async def by_hand() -> None:
        with turns.one(aside=True) as turn:
            await turn.comes()
            await ended.wait()

    async def here(name: str, after: asyncio.Event) -> None:
        await after.wait()
        with turns.one(aside=False) as turn:
            await turn.comes()
            done.append(name)

    at_once = asyncio.Event()
    at_once.set()
    async with asyncio.TaskGroup() as group:
        for work in (
            by_hand(),
            here("first", at_once),
            here("second", at_once),
            here("as it is done", ended),
        ):
            group.create_task(work)
        await asyncio.sleep(0)
        ended.set()
    assert done == ["first", "second", "as it is done"]
