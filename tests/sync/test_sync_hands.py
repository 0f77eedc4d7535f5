"""Large deliveries are taken in by processes beside the service: the same copy, in the same order, whoever dies."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import (
    ConfigurationError,
    KofuError,
    RefusedError,
    SignatureError,
    UnavailableError,
    WireError,
)
from certificates.problems import ProblemCode
from certificates.service.keyring import save_trusted_key
from certificates.wire.jose import Party, Role, SigningKey
from sync.feed.hands.desk import Desk, open_desk
from sync.feed.hands.hand import Hand, start_hand
from sync.feed.hands.talk import Beginning, error_from_bytes, error_to_bytes
from sync.feed.hands.turns import Turn, Turns
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, SENDER, Held, TestRegistry, require_equal, small_town

CHANGES = 60
HANDS = 2


on_postgresql = pytest.mark.parametrize("empty", ["postgresql"], indirect=True)
in_memory = pytest.mark.parametrize("empty", ["memory"], indirect=True)


def enter(registry: TestRegistry) -> None:
    for change in day_of_changes(small_town(), CHANGES)[:CHANGES]:
        registry.enter(change)


@asynccontextmanager
async def desk_of(
    held: Held, folder: Path, *, most: int = HANDS, bulk: int = 1, idle: float = 60.0
) -> AsyncIterator[Desk]:
    assert isinstance(held.store, AsyncEngine)
    save_trusted_key(folder / "keys", SENDER, KEY)
    beginning = Beginning(
        database=held.store.url.render_as_string(hide_password=False),
        trusted_keys=folder / "keys",
        municipality=MUNICIPALITY,
    )
    async with open_desk(held.reception(), beginning, most=most, bulk=bulk, idle=idle) as desk:
        yield desk


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - a process announces nothing
            await asyncio.sleep(0.01)


async def with_hands(desk: Desk, registry: TestRegistry) -> None:
    """Heartbeats are large deliveries here."""
    await asyncio.gather(*(desk.receive(registry.heartbeat(), SENDER) for _ in range(HANDS)))
    await until(lambda: len(desk.at_work) == HANDS)


@on_postgresql
async def test_deliveries_that_hands_read_at_once_are_taken_in_their_order(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    async with desk_of(held, tmp_path) as desk:
        await with_hands(desk, registry)
        enter(registry)
        frames = [registry.frame(first, first + 5) for first in range(1, CHANGES, 6)]
        receipts = await asyncio.gather(*(desk.receive(frame, SENDER) for frame in frames))
        assert [receipt.applied for receipt in receipts] == list(range(6, CHANGES + 1, 6))
        assert {receipt.status for receipt in receipts} == {ReceiptStatus.APPLIED}
        again = await desk.receive(frames[3], SENDER)
        assert (again.status, again.applied) == (ReceiptStatus.DUPLICATE, CHANGES)
        assert desk.seconds_since_heard() < 60
    await require_equal(held, registry)


@on_postgresql
async def test_the_first_large_delivery_waits_for_no_hand_and_small_ones_keep_their_place(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    enter(registry)
    small = max(len(registry.frame(number, number)) for number in (1, 32, 33))
    async with desk_of(held, tmp_path, bulk=small + 1) as desk:
        await desk.receive(registry.frame(1, 1), SENDER)
        await desk.receive(registry.frame(1, 10), SENDER)
        assert desk.at_work == []
        await until(lambda: len(desk.at_work) == 1)
        spans = [(11, 31), (32, 32), (33, 33), (34, CHANGES)]
        receipts = await asyncio.gather(*(desk.receive(registry.frame(*span), SENDER) for span in spans))
        assert [receipt.applied for receipt in receipts] == [31, 32, 33, CHANGES]
    await require_equal(held, registry)


@on_postgresql
@pytest.mark.parametrize("stopped", [False, True], ids=["idle", "with a delivery"])
async def test_a_killed_hand_costs_an_answer_and_no_change(
    held: Held, registry: TestRegistry, tmp_path: Path, stopped: bool
) -> None:
    async with desk_of(held, tmp_path, most=1) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: len(desk.at_work) == 1)
        enter(registry)
        (pid,) = desk.at_work
        if stopped:
            os.kill(pid, signal.SIGSTOP)
            delivery = asyncio.create_task(desk.receive(registry.frame(1, 40), SENDER))
            await asyncio.sleep(0.05)
            os.kill(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)
            delivery = asyncio.create_task(desk.receive(registry.frame(1, 40), SENDER))
        with pytest.raises(UnavailableError) as error:
            await delivery
        assert not error.value.outcome_known
        assert desk.at_work == []
        assert (await desk.receive(registry.frame(1, CHANGES), SENDER)).applied == CHANGES
        await until(lambda: len(desk.at_work) == 1)
        assert desk.at_work != [pid]
    await require_equal(held, registry)


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


@on_postgresql
async def test_what_is_wrong_with_a_delivery_is_told_and_the_hand_goes_on(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    async with desk_of(held, tmp_path, most=1) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: len(desk.at_work) == 1)
        before = desk.at_work
        enter(registry)
        with pytest.raises(SignatureError):
            await desk.receive(registry.frame(1, 3, key=SigningKey.generate("stranger")), SENDER)
        with pytest.raises(WireError, match="numbers"):
            await desk.receive(registry.frame(1, 2, events=[registry.event(2), registry.event(1)]), SENDER)
        mark = await held.reader.watermark()
        assert mark is not None
        assert (mark.applied, mark.known) == (0, CHANGES)  # the gap is written down
        with pytest.raises(RefusedError) as refused:
            await desk.receive(registry.frame(1, 3), Party(role=Role.CENTRE, name=MUNICIPALITY))
        assert refused.value.code is ProblemCode.NOT_PERMITTED
        assert (await desk.receive(registry.frame(1, CHANGES), SENDER)).applied == CHANGES
        assert desk.at_work == before
    await require_equal(held, registry)


@on_postgresql
async def test_hands_without_work_end_and_none_outlives_its_service(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    async with desk_of(held, tmp_path, most=1, idle=0.2) as desk:
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: len(desk.at_work) == 1)
        (first,) = desk.at_work
        await until(lambda: not desk.at_work and not alive(first))
        await desk.receive(registry.heartbeat(), SENDER)
        await until(lambda: len(desk.at_work) == 1)
        (second,) = desk.at_work
    assert not alive(second)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@on_postgresql
async def test_without_hands_everything_is_taken_in_here(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    async with desk_of(held, tmp_path, most=0) as desk:
        enter(registry)
        assert (await desk.receive(registry.frame(1, CHANGES), SENDER)).applied == CHANGES
        assert desk.at_work == []
    await require_equal(held, registry)


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


@pytest.mark.parametrize(
    "error",
    [
        RefusedError(ProblemCode.FEED_CONFLICT, "at or before number 3"),
        SignatureError("no key of that name"),
        WireError("events[3].id: must be 32 lower-case hexadecimal digits"),
        UnavailableError("database", "TimeoutError", outcome_known=False),
        UnavailableError("database", "TimeoutError", outcome_known=True),
        ConfigurationError("database", "holds 992020, not 992011"),
    ],
)
def test_errors_cross_the_talk_as_they_are(error: KofuError) -> None:
    back = error_from_bytes(error_to_bytes(error))
    assert type(back) is type(error)
    assert str(back) == str(error)
    assert vars(back) == vars(error)


def test_a_bug_crosses_without_its_text() -> None:
    back = error_from_bytes(error_to_bytes(ValueError("架空 太郎")))
    assert type(back) is RuntimeError
    assert str(back) == "ValueError"


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
