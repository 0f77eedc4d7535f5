"""The chain over the feed: two ends that came to one number by different changes notice, whoever has passed it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from sync.change.cloud_events import Delivery, Unreadable
from sync.copy.store import FeedState
from sync.feed.numbering import judge
from sync.feed.wire import NO_CHAIN, FeedBatch, ReceiptStatus, link
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, Held, TestRegistry, small_town

SECOND = timedelta(seconds=1)
LATER = NOW + SECOND


def delivery(number: int, *, history: str = "a") -> Delivery:
    digest = (history.encode() + bytes([number])).ljust(32, b"\0")
    return Delivery(
        sequence=number, id="0" * 32, digest=digest, body=b"", named=(), content=Unreadable(where="nowhere")
    )


def chain_of(text: str) -> bytes:
    """The chain after one change of each letter's history."""
    chain = NO_CHAIN
    for number, history in enumerate(text, 1):
        chain = link(chain, delivery(number, history=history).digest)
    return chain


def state(text: str, **more: object) -> FeedState:
    at = FeedState(
        municipality=MUNICIPALITY,
        applied=len(text),
        known=len(text),
        heard_at=NOW,
        said_at=NOW,
        chain=chain_of(text),
    )
    return replace(at, **more)  # type: ignore[arg-type]  # fields of the test's own choosing


def batch(text: str, first: int, *, sent_at: datetime = LATER, position: int | None = None) -> FeedBatch:
    """The changes of ``text`` from ``first``; a heartbeat when 0."""
    count = len(text) - first + 1 if first else 0
    return FeedBatch(
        municipality=MUNICIPALITY,
        first=first,
        last=len(text) if first else 0,
        count=count,
        sha256=bytes(32),
        position=len(text) if position is None else position,
        sent_at=sent_at,
        chain=chain_of(text[: first - 1]) if first else chain_of(text),
    )


def deliveries(text: str, first: int) -> tuple[Delivery, ...]:
    return tuple(delivery(number, history=text[number - 1]) for number in range(first, len(text) + 1))


@pytest.mark.parametrize("first", [1, 2, 3, 4])
def test_the_chain_grows_by_what_is_new(first: int) -> None:
    judged = judge(state("aaa"), batch("aaab", first), deliveries("aaab", first), {}, NOW)
    assert judged.status is ReceiptStatus.APPLIED
    assert (judged.state.applied, judged.state.chain, judged.state.conflict) == (4, chain_of("aaab"), None)
    assert [new.sequence for new in judged.new] == [4]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("aba", 0),  # a sign of life at the same number
        ("abaa", 4),  # the next change
        ("abaa", 2),  # changes that reach back: of numbers below a full load the inbox has no digest
        ("aba", 3),
    ],
)
def test_other_changes_that_led_to_the_same_number_are_a_conflict(text: str, first: int) -> None:
    judged = judge(state("aaa"), batch(text, first), deliveries(text, first) if first else (), {}, NOW)
    assert judged.status is ReceiptStatus.GAP
    assert judged.new == ()
    assert (judged.state.applied, judged.state.conflict) == (3, 3)
    after = judge(judged.state, batch("aaab", 4), deliveries("aaab", 4), {}, NOW)
    assert after.state == judged.state  # for good, until a full load


def test_a_chain_that_cannot_be_compared_decides_nothing() -> None:
    ahead = judge(state("aaa"), batch("abaaa", 0), (), {}, NOW)
    assert (ahead.state.conflict, ahead.state.known, ahead.status) == (None, 5, ReceiptStatus.GAP)
    behind = judge(state("aaa"), batch("ab", 1, sent_at=NOW - SECOND), deliveries("ab", 1), {}, NOW)
    assert (behind.state, behind.status) == (state("aaa"), ReceiptStatus.DUPLICATE)


def test_a_late_message_of_a_past_that_a_full_load_has_ended_is_not_taken_and_changes_nothing() -> None:
    for text, first in (("aba", 0), ("abaa", 4)):
        late = batch(text, first, sent_at=NOW - SECOND)
        judged = judge(state("aaa"), late, deliveries(text, first) if first else (), {}, LATER)
        assert (judged.state, judged.status, judged.new) == (state("aaa"), ReceiptStatus.GAP, ())


def test_an_empty_copy_takes_no_history_that_begins_with_something_before_the_first_change() -> None:
    begun = replace(batch("a", 1), chain=bytes([1]) * 32)
    assert judge(state(""), begun, deliveries("a", 1), {}, NOW).state.conflict == 1


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(hours=2)])
def test_a_registry_that_has_forgotten_numbers_is_compared_with_its_own_clock_alone(ahead: timedelta) -> None:
    """``heard_at`` is clipped to our clock; a late message must not look new beside it."""
    said_at = NOW + ahead
    here = state("aaa", said_at=said_at, heard_at=NOW)
    late = judge(here, batch("aa", 0, sent_at=said_at - SECOND), (), {}, NOW + SECOND)
    assert late.state.conflict is None
    restored = judge(here, batch("aa", 0, sent_at=said_at + SECOND), (), {}, NOW)
    assert restored.state.conflict == 3


def test_a_registrys_clock_that_runs_ahead_is_remembered_as_it_said_and_counts_only_as_ours_has_come() -> (
    None
):
    ahead = NOW + timedelta(hours=2)
    heard = judge(state("a"), batch("a", 0, sent_at=ahead), (), {}, LATER).state
    assert (heard.heard_at, heard.said_at) == (LATER, ahead)


def test_a_state_from_before_the_registrys_time_was_kept_goes_by_what_was_heard() -> None:
    here = state("aaa", said_at=None)
    assert judge(here, batch("aa", 0, sent_at=NOW), (), {}, NOW).state.conflict is None
    assert judge(here, batch("aa", 0, sent_at=LATER), (), {}, NOW).state.conflict == 3


@settings(max_examples=60)
@given(
    ours=st.text("ab", max_size=5),
    theirs=st.text("ab", min_size=1, max_size=8),
    cuts=st.lists(st.integers(1, 8), max_size=8),
)
def test_a_copy_never_passes_the_number_at_which_the_histories_part(
    ours: str, theirs: str, cuts: list[int]
) -> None:
    here = state(ours)
    for first in [cut for cut in cuts if cut <= len(theirs)] + [min(len(ours) + 1, len(theirs)), 0]:
        delivered = deliveries(theirs, first) if first else ()
        here = judge(here, batch(theirs, first), delivered, {}, LATER).state
    if here.conflict is None and here.applied == len(theirs):
        assert here.chain == chain_of(theirs)
        assert theirs.startswith(ours)
    elif theirs.startswith(ours):
        assert here.conflict is None


async def test_the_copy_keeps_the_chain_with_its_number(held: Held) -> None:
    """Also over a copy's own storage: the next delivery is judged by what was written with the last one."""
    registry = TestRegistry()
    for change in day_of_changes(small_town(), 9)[:9]:
        registry.enter(change)
    await held.receive(registry.frame(1, 4))
    assert (await held.receive(registry.frame(5, 9))).applied == 9
    assert (await held.receive(registry.heartbeat())).status is ReceiptStatus.APPLIED
    with pytest.raises(RefusedError) as refused:
        await held.receive(registry.frame(0, 0, chain=registry.chain(8)))
    assert refused.value.code is ProblemCode.FEED_CONFLICT
    mark = await held.reader.watermark()
    assert mark is not None
    assert mark.known > mark.applied


async def test_one_conflict_stays_for_every_delivery_after_it(simple: Held) -> None:
    registry = TestRegistry()
    for change in day_of_changes(small_town(), 3)[:3]:
        registry.enter(change)
    await simple.take_all(registry)
    await asyncio.gather(
        *(simple.receive(registry.frame(0, 0, chain=bytes(32))) for _ in range(3)), return_exceptions=True
    )
    with pytest.raises(RefusedError):
        await simple.receive(registry.heartbeat())
