"""The registry's push: the feed restarts from what the receipt says."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest

from certificates.domain.identifiers import municipality_code
from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from sync.feed.wire import FeedReceipt, ReceiptStatus
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.ports import Books, Span
from sync.registry.usecases.push import Push
from sync.registry.usecases.sending import (
    HEARTBEAT,
    MAX_BYTES,
    Pace,
    Sending,
    fitting,
    next_sending,
    wait_after,
)
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import day
from tests.sync.sync_world import KEY, NOW, Held, TestRegistry, require_equal, small_town

PACE = Pace(batch=7, heartbeat=0.01, first_wait=0.001, longest_wait=0.01)


@pytest.mark.parametrize(
    ("span", "acknowledged", "expected"),
    [
        (Span(first=1, position=0), None, HEARTBEAT),
        (Span(first=1, position=9), None, HEARTBEAT),  # first learn where the other end stands
        (Span(first=1, position=9), 0, Sending(1, 4)),
        (Span(first=1, position=9), 7, Sending(8, 9)),
        (Span(first=1, position=9), 9, HEARTBEAT),
        (Span(first=1, position=9), 12, HEARTBEAT),  # the copy is ahead: nothing to send
        (Span(first=6, position=9), 3, HEARTBEAT),  # what it lacks is no longer here
        (Span(first=6, position=9), 5, Sending(6, 9)),
    ],
)
def test_what_is_sent_next_follows_from_numbers_alone(
    span: Span, acknowledged: int | None, expected: Sending
) -> None:
    assert next_sending(span, acknowledged, 4) == expected


def test_a_delivery_is_cut_where_it_grows_too_large() -> None:
    third = bytes(MAX_BYTES // 3)
    assert len(fitting([third] * 5)) == 3
    assert len(fitting([bytes(MAX_BYTES + 1), b"x"])) == 1
    assert fitting([]) == []


def test_the_wait_doubles_up_to_its_bound() -> None:
    pace = Pace(first_wait=0.1, longest_wait=1.0)
    assert [wait_after(failures, pace) for failures in (1, 2, 3, 4, 5, 500)] == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0]


@dataclass
class Line:
    """The way to a copy; the ``faults`` come first, each for one delivery."""

    held: Held
    faults: list[str] = field(default_factory=list)
    sent: int = 0

    async def send(self, frame: bytes) -> FeedReceipt:
        self.sent += 1
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "lost":
            raise UnavailableError("issuance server", "no connection", outcome_known=True)
        receipt = await self.held.receive(frame)
        if fault == "answer lost":
            raise UnavailableError("issuance server", "TimeoutError", outcome_known=False)
        if fault == "refused":
            raise RefusedError(ProblemCode.BUSY)
        if fault == "nonsense":
            raise WireError("not a receipt")
        if fault == "twice":
            await self.held.receive(frame)
        if fault == "stuck":
            return replace(receipt, applied=0, status=ReceiptStatus.GAP)
        if fault == "other":
            return replace(receipt, municipality=municipality_code("992020"))
        return receipt


def push_to(line: Line, books: Books) -> Push:
    return Push(books, line, KEY, MUNICIPALITY, lambda: NOW, PACE)


async def until_acknowledged(push: Push, position: int) -> None:
    async with asyncio.timeout(20):
        while push.acknowledged != position:  # noqa: ASYNC110 - the push announces nothing
            await asyncio.sleep(0.002)


@pytest.mark.parametrize(
    "faults",
    [
        [],
        ["lost", "lost", "lost"],
        ["", "answer lost", "lost", "answer lost"],
        ["", "twice", "refused", "twice", "nonsense"],
        ["", "stuck", "", "stuck"],
        ["other", "", "other"],
    ],
)
async def test_the_copy_gets_everything_whatever_the_line_does(simple: Held, faults: list[str]) -> None:
    registry = TestRegistry()
    for change in day(30):
        registry.enter(change)
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    await books.enter(registry.changes)
    line = Line(simple, list(faults))
    push = push_to(line, books)
    task = asyncio.create_task(push.run())
    await until_acknowledged(push, 30)
    task.cancel()
    assert not line.faults
    await require_equal(simple, registry)


async def test_as_many_deliveries_are_on_their_way_as_the_window_allows_and_in_their_order(
    simple: Held,
) -> None:
    registry = TestRegistry()
    for change in day(30):
        registry.enter(change)
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    await books.enter(registry.changes)
    now = most = 0

    class Slow(Line):
        async def send(self, frame: bytes) -> FeedReceipt:
            nonlocal now, most
            now += 1
            most = max(most, now)
            await asyncio.sleep(0.01)
            receipt = await super().send(frame)
            now -= 1
            return receipt

    line = Slow(simple)
    push = Push(books, line, KEY, MUNICIPALITY, lambda: NOW, replace(PACE, batch=3, window=3))
    while await push.once():
        pass
    assert (push.acknowledged, line.sent, most) == (30, 11, 3)  # a heartbeat first; nothing was sent twice
    await require_equal(simple, registry)


async def test_news_are_pushed_at_once_and_silence_is_filled_with_heartbeats(simple: Held) -> None:
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    line = Line(simple)
    push = Push(books, line, KEY, MUNICIPALITY, lambda: NOW, replace(PACE, heartbeat=30.0))
    task = asyncio.create_task(push.run())
    await until_acknowledged(push, 0)
    await books.enter(day(1))
    push.wake()
    await until_acknowledged(push, 1)
    task.cancel()
    line = Line(simple)
    quiet = push_to(line, books)
    task = asyncio.create_task(quiet.run())
    await until_acknowledged(quiet, 1)
    seen = line.sent
    async with asyncio.timeout(20):
        while line.sent < seen + 3:  # noqa: ASYNC110 - nor does the line
            await asyncio.sleep(0.005)
    task.cancel()


async def test_a_copy_that_is_too_old_for_the_outbox_gets_heartbeats_and_shows_a_gap(simple: Held) -> None:
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 10)
    push = push_to(Line(simple), books)
    assert not await push.once()
    assert push.acknowledged == 0
    mark = await simple.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (0, 10)


async def test_the_push_stops_for_good_when_the_copy_is_ahead(
    simple: Held, caplog: pytest.LogCaptureFixture
) -> None:
    registry = TestRegistry()
    for change in day(3):
        registry.enter(change)
    await simple.take_all(registry)
    forgetful = MemoryBooks(MUNICIPALITY)
    await forgetful.begin(small_town().records(), 0)
    await forgetful.enter(day(2))
    line = Line(simple)
    push = push_to(line, forgetful)
    async with asyncio.timeout(20):
        await push.run()  # the same moment: to the copy it could be an old message
    assert (push.acknowledged, line.sent) == (3, 1)
    assert [record.message for record in caplog.records if record.levelname == "CRITICAL"] == [
        "copy ahead, push stopped"
    ]


async def test_changes_that_another_process_has_pushed_meanwhile_are_not_taken_for_lost_ones(
    simple: Held,
) -> None:
    registry = TestRegistry()
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    for change in day(3):
        registry.enter(change)

    class Busy(Line):
        async def send(self, frame: bytes) -> FeedReceipt:
            await books.enter(registry.changes)
            await self.held.take_all(registry)
            return await super().send(frame)

    push = push_to(Busy(simple), books)
    assert not await push.once()
    assert push.acknowledged == 3


async def test_a_message_never_claims_a_later_moment_than_its_position(simple: Held) -> None:
    """Else a copy that hears two pushes of one registry could take the slower one for a registry that forgot."""
    order: list[str] = []

    class Watched(MemoryBooks):
        async def span(self) -> Span:
            order.append("position")
            return await super().span()

    def clock() -> datetime:
        order.append("moment")
        return NOW

    push = Push(Watched(MUNICIPALITY), Line(simple), KEY, MUNICIPALITY, clock, PACE)
    await push.once()
    assert order == ["moment", "position"]
