"""Large deliveries are taken in by processes beside the service: the same copy, in the same order, whoever dies."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import pytest

from certificates.errors import (
    ConfigurationError,
    KofuError,
    RefusedError,
    SignatureError,
    UnavailableError,
    WireError,
)
from certificates.problems import ProblemCode
from certificates.wire.jose import Party, Role, SigningKey
from sync.feed.hands.desk import Desk
from sync.feed.hands.talk import error_from_bytes, error_to_bytes
from sync.feed.wire import ReceiptStatus
from sync.town.numbers import MUNICIPALITY
from tests.sync.hands_desk import CHANGES, HANDS, alive, desk_of, enter, on_postgresql, until
from tests.sync.sync_world import SENDER, Held, TestRegistry, require_equal


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


@on_postgresql
async def test_without_hands_everything_is_taken_in_here(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    async with desk_of(held, tmp_path, most=0) as desk:
        enter(registry)
        assert (await desk.receive(registry.frame(1, CHANGES), SENDER)).applied == CHANGES
        assert desk.at_work == []
    await require_equal(held, registry)


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
