"""A registry that does not answer: what its silence lets through, who asks it again and who waits."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from certificates.domain.entitlement import Watermark
from certificates.errors import RefusedError, WireError
from certificates.problems import ProblemCode
from issuance_server.desk import DeskFault, DeskRecord, DeskTally
from issuance_server.usecases.ask import AskRegistry
from tests.issuance.issuance_desk import LONG_AGO, Registry, counter_asking, heard, out_of_reach
from tests.issuance.issuance_world import CENTRE, CITY, NOON, an_order, view


async def test_a_registry_that_is_alive_and_does_not_answer_lets_nothing_through() -> None:
    counter = counter_asking(Registry(error=out_of_reach()))  # heard two seconds ago
    order = an_order()
    assert await counter.code_for(order) is ProblemCode.REGISTER_STALE
    assert await counter.ledger.find(order.order) is None  # it may pass: the same order is tried again


async def test_a_registry_that_is_silent_on_both_lines_does_not_stop_issuing() -> None:
    registry = Registry(error=out_of_reach())
    counter = counter_asking(registry)
    heard(counter, Watermark(applied=7, known=7, heard_at=LONG_AGO))
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.paper is not None
    assert (record.paper.registry_asked, record.paper.register_age_ms) == (None, 60_000)
    assert counter.ledger.entries[-1].detail.endswith("60000 ms old, registry not asked")


async def test_while_nobody_tells_whom_a_hidden_household_may_be_anybodys() -> None:
    counter = counter_asking(Registry(error=out_of_reach()))
    heard(counter, Watermark(applied=7, known=7, heard_at=LONG_AGO))
    await counter.issue(an_order(), CENTRE, NOON)
    counter.register.hide(1)
    assert await counter.code_for(an_order()) is ProblemCode.CHANGE_PENDING


@pytest.mark.parametrize("code", [ProblemCode.UNAVAILABLE, ProblemCode.INTERNAL, ProblemCode.BUSY])
async def test_a_registry_that_says_that_it_cannot_counts_as_silent(code: ProblemCode) -> None:
    counter = counter_asking(Registry(error=RefusedError(code)))
    heard(counter, Watermark(applied=7, known=7, heard_at=LONG_AGO))
    await counter.issue(an_order(), CENTRE, NOON)


@pytest.mark.parametrize(
    "error",
    [WireError("nonsense"), RefusedError(ProblemCode.NOT_PERMITTED), RefusedError(ProblemCode.NOT_FOUND)],
)
async def test_an_answer_that_cannot_be_used_refuses_whatever_the_age(error: Exception) -> None:
    counter = counter_asking(Registry(error=error))
    heard(counter, Watermark(applied=7, known=7, heard_at=LONG_AGO))
    assert await counter.code_for(an_order()) is ProblemCode.REGISTER_STALE


async def test_past_the_configured_age_a_silent_registry_stops_issuing() -> None:
    counter = counter_asking(Registry(error=out_of_reach()))
    age = timedelta(seconds=CITY.policy.max_register_age_seconds + 1)
    heard(counter, Watermark(applied=7, known=7, heard_at=NOON - age))
    assert await counter.code_for(an_order()) is ProblemCode.REGISTER_STALE


async def silent(registry: Registry) -> AskRegistry:
    """Known to be silent, and asked again by an order that has no answer yet."""
    ask = AskRegistry(registry, alive_seconds=3)
    assert await ask(SILENT, NOON) is None
    registry.waiting = asyncio.Event()
    return ask


SILENT = view(watermark=Watermark(applied=7, known=7, heard_at=LONG_AGO))


async def test_while_the_registry_is_silent_one_order_asks_and_the_others_wait_for_its_outcome() -> None:
    registry = Registry(error=out_of_reach())
    ask = await silent(registry)
    orders = [asyncio.create_task(ask(SILENT, NOON)) for _ in range(6)]
    await asyncio.sleep(0)
    assert len(registry.asked) == 2
    assert registry.waiting is not None
    registry.waiting.set()
    assert await asyncio.gather(*orders) == [None] * 6
    assert len(registry.asked) == 2


async def test_when_the_registry_answers_again_nobody_who_waited_goes_unasked() -> None:
    """A registry is there again from one moment to the next: the orders beside the one that finds out are asked for too."""
    registry = Registry(error=out_of_reach(), touched=1)
    ask = await silent(registry)
    orders = [asyncio.create_task(ask(SILENT, NOON)) for _ in range(6)]
    await asyncio.sleep(0)
    registry.error = None
    assert registry.waiting is not None
    registry.waiting.set()
    answers = await asyncio.gather(*orders)
    assert [answer.touched for answer in answers if answer is not None] == [1] * 6
    assert len(registry.asked) == 1 + 6


async def test_every_ask_of_the_desk_is_counted_for_the_operator() -> None:
    registry, tally = Registry(error=out_of_reach()), DeskTally()
    ask = AskRegistry(registry, alive_seconds=3, tally=tally)
    await ask(SILENT, NOON)
    registry.error = WireError("x")
    with pytest.raises(RefusedError):
        await ask(SILENT, NOON)
    assert tally.take() == DeskRecord(asked_at=NOON, failed=2, fault=DeskFault.UNUSABLE)
    registry.error = None
    await ask(SILENT, NOON)
    assert tally.take() == DeskRecord(asked_at=NOON, answered_at=NOON)


async def test_a_frame_that_arrived_here_is_a_sign_of_life_whatever_the_registrys_clock_says() -> None:
    """Its clock may be slow, and a long writer may hold up what the copy knows of it."""
    ago = [1.0]
    ask = AskRegistry(Registry(error=out_of_reach()), alive_seconds=3, heard=lambda: ago[0])
    with pytest.raises(RefusedError) as refused:
        await ask(SILENT, NOON)
    assert refused.value.code is ProblemCode.REGISTER_STALE
    ago[0] = 4.0
    assert await ask(SILENT, NOON) is None


async def test_an_order_that_gives_up_while_it_probes_leaves_the_probing_to_the_next() -> None:
    registry = Registry(error=out_of_reach())
    ask = AskRegistry(registry, alive_seconds=3)
    old = view(watermark=Watermark(applied=7, known=7, heard_at=LONG_AGO))
    await ask(old, NOON)
    registry.waiting = asyncio.Event()
    probe = asyncio.create_task(ask(old, NOON))
    await asyncio.sleep(0)
    probe.cancel()
    with pytest.raises(asyncio.CancelledError):
        await probe
    registry.waiting = None
    await ask(old, NOON)
    assert len(registry.asked) == 3
