"""How an order ended reaches the municipality once, however often it is told and whoever is down meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import timedelta

import pytest

from center_relay.adapters.memory import MemoryStore
from center_relay.adapters.stores import open_store
from center_relay.ports import Shelf
from center_relay.usecases.outbox import LEASE, Pending
from certificates.domain.identifiers import KioskId, SessionId
from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import decode, encode
from certificates.wire.visit import OutcomeKind, OutcomeRecorded, ReportOutcome
from tests.centre.centre_bench import Bench, report
from tests.centre.centre_values import (
    KIOSK,
    MUNICIPALITY,
    ORDER,
    OTHER_KIOSK,
    OTHER_ORDER,
    SESSION,
    applied,
)
from tests.centre.conftest import World


async def test_an_outcome_is_told_and_done_with() -> None:
    bench = await Bench().ordered()
    receipt = await bench.close(report(), KIOSK)
    assert receipt == OutcomeRecorded(order=ORDER, outcome=OutcomeKind.PRINTED)
    assert [(close.order, close.sheets, close.taken) for close in bench.other_end.told] == [(ORDER, 1, 200)]
    assert await bench.waiting() == 0
    assert (await bench.record()).settled


async def test_the_same_outcome_again_has_the_same_receipt_and_is_told_once() -> None:
    bench = await Bench().ordered()
    first = await bench.close(report(), KIOSK)
    assert await bench.close(report(reason="once more"), KIOSK) == first
    assert len(bench.other_end.told) == 1
    assert bench.journal.events == ["outcome"]


async def test_another_outcome_for_the_same_order_is_refused() -> None:
    bench = await Bench().ordered()
    await bench.close(report(), KIOSK)
    with pytest.raises(RefusedError) as caught:
        await bench.close(report(OutcomeKind.REFUNDED, refunded=200), KIOSK)
    assert caught.value.code is ProblemCode.OUT_OF_TURN


async def test_a_kiosk_that_comes_back_after_days_can_still_say_how_it_ended() -> None:
    bench = await Bench().ordered()
    bench.hands.forward(days=3)
    await bench.close(report(OutcomeKind.REFUNDED, refunded=200), KIOSK)
    assert bench.other_end.told[0].outcome is OutcomeKind.REFUNDED


@pytest.mark.parametrize(
    "failure",
    [
        UnavailableError("municipality", "down", outcome_known=True),
        UnavailableError("municipality", "late", outcome_known=False),
        RefusedError(ProblemCode.BUSY),
        RefusedError(ProblemCode.LINE_STOPPED),
        RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY),
        BindingError("reports a broken binding"),
    ],
    ids=str,
)
async def test_an_outcome_that_cannot_be_told_now_is_kept_and_told_later(failure: KofuError) -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = failure
    await bench.close(report(), KIOSK)
    assert await bench.waiting() == 1
    bench.other_end.failure = None
    assert await bench.outbox.send_due() == 0
    bench.hands.moment += LEASE
    assert await bench.outbox.send_due() == 1
    assert await bench.waiting() == 0
    assert len(bench.other_end.told) == 1


async def test_pauses_grow_but_never_beyond_an_hour() -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = UnavailableError("municipality", "down", outcome_known=True)
    await bench.close(report(), KIOSK)
    pauses = []
    for _ in range(9):
        waited = timedelta()
        before = await bench.store.read(Shelf.OUTBOX, ORDER)
        while before == await bench.store.read(Shelf.OUTBOX, ORDER):
            bench.hands.forward(minutes=1)
            waited += timedelta(minutes=1)
            await bench.outbox.send_due()
        pauses.append(waited)
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (LEASE, timedelta(hours=1))


async def test_what_the_municipality_will_never_take_is_journalled_and_set_aside() -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = RefusedError(ProblemCode.OUT_OF_TURN)
    await bench.close(report(), KIOSK)
    assert await bench.waiting() == 0
    (note, _) = bench.journal.notes
    assert (note.event.value, note.code, note.order) == ("outcome-not-accepted", "out-of-turn", ORDER)


async def test_a_receipt_for_another_outcome_is_not_taken_for_ours() -> None:
    bench = await Bench().ordered()
    bench.other_end.receipt = lambda close: OutcomeRecorded(order=close.order, outcome=OutcomeKind.ABANDONED)
    await bench.close(report(), KIOSK)
    assert bench.journal.events[0] == "outcome-not-accepted"


async def test_a_receipt_for_another_order_stops_the_line_and_the_outcome_stays() -> None:
    bench = await Bench().ordered()
    bench.other_end.receipt = lambda close: OutcomeRecorded(order=OTHER_ORDER, outcome=close.outcome)
    await bench.close(report(), KIOSK)
    assert await bench.waiting() == 1
    assert await bench.lines.stopped() == (MUNICIPALITY,)


async def test_two_processes_do_not_tell_the_same_outcome_twice() -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = UnavailableError("municipality", "down", outcome_known=True)
    await bench.close(report(), KIOSK)
    bench.other_end.failure = None
    bench.hands.moment += LEASE
    assert sorted(await asyncio.gather(bench.outbox.send_due(), bench.outbox.send_due())) == [0, 1]
    assert len(bench.other_end.told) == 1


async def test_a_crash_between_our_record_and_the_outbox_is_mended_by_the_kiosks_retry() -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = UnavailableError("municipality", "down", outcome_known=True)
    await bench.close(report(), KIOSK)
    kept = await bench.store.read(Shelf.OUTBOX, ORDER)
    await bench.store.swap(Shelf.OUTBOX, ORDER, kept, None)
    await bench.close(report(), KIOSK)
    assert await bench.waiting() == 1


async def test_one_outcome_that_cannot_be_read_does_not_hold_up_the_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bench = await Bench().ordered()
    for name in ("0" * 32, "no order"):
        await bench.store.swap(Shelf.OUTBOX, name, None, b"{}")
    bench.other_end.failure = UnavailableError("municipality", "down", outcome_known=True)
    await bench.close(report(), KIOSK)
    bench.other_end.failure = None
    bench.hands.moment += LEASE
    assert await bench.outbox.send_due() == 1
    assert [record.message for record in caplog.records].count("outcome not sent") == 2


async def test_an_outcome_filed_under_another_order_is_a_broken_binding() -> None:
    bench = await Bench().ordered()
    bench.other_end.failure = UnavailableError("municipality", "down", outcome_known=True)
    await bench.close(report(), KIOSK)
    filed = await bench.store.read(Shelf.OUTBOX, ORDER)
    await bench.store.swap(Shelf.OUTBOX, OTHER_ORDER, None, filed)
    with pytest.raises(BindingError):
        await bench.outbox.send(OTHER_ORDER)
    claimed = await bench.store.read(Shelf.ORDERS, ORDER)
    await bench.store.swap(Shelf.ORDERS, OTHER_ORDER, None, claimed)
    with pytest.raises(BindingError):
        await bench.close(report(order=OTHER_ORDER), KIOSK)


@pytest.mark.parametrize(
    ("session", "kiosk"), [(SESSION, OTHER_KIOSK), (SessionId("6" * 32), KIOSK)], ids=["kiosk", "session"]
)
async def test_nobody_else_can_end_an_order(session: SessionId, kiosk: KioskId) -> None:
    bench = await Bench().ordered()
    with pytest.raises(RefusedError) as caught:
        await bench.close(report(session=session), kiosk)
    assert caught.value.code is ProblemCode.UNKNOWN_SESSION
    assert bench.other_end.told == []


async def test_an_order_that_was_never_placed_cannot_end() -> None:
    with pytest.raises(RefusedError) as caught:
        await Bench().close(report(), KIOSK)
    assert caught.value.code is ProblemCode.UNKNOWN_SESSION


@pytest.mark.parametrize(
    "wrong",
    [
        report(sheets=-1),
        report(taken=-1),
        report(refunded=-1),
        report(refunded=201),
        report(reason="x" * 201),
        report(reason="two\nlines"),
    ],
)
async def test_a_report_that_cannot_be_is_malformed(wrong: ReportOutcome) -> None:
    bench = await Bench().ordered()
    with pytest.raises(WireError):
        await bench.close(wrong, KIOSK)


async def test_an_order_number_belongs_to_the_first_visit_that_uses_it() -> None:
    bench = await Bench().ordered()
    await bench.orders.claim(applied())
    with pytest.raises(RefusedError) as caught:
        await bench.orders.claim(applied(session=SessionId("6" * 32)))
    assert caught.value.code is ProblemCode.ORDER_REUSED


class RestlessStore(MemoryStore):
    """Loses every race once ``restless``."""

    restless = False

    async def swap(self, shelf: Shelf, name: str, *records: bytes | None, **life: object) -> bool:
        return not self.restless and await super().swap(shelf, name, records[0], records[1])


async def test_an_order_that_never_stands_still_is_busy() -> None:
    store = RestlessStore()
    bench = await Bench(store).ordered()
    store.restless = True
    with pytest.raises(RefusedError) as caught:
        await bench.close(report(), KIOSK)
    assert caught.value.code is ProblemCode.BUSY


async def test_an_outcome_survives_a_restart_while_the_municipality_is_down(
    opened_world: Callable[[], AbstractAsyncContextManager[World]], redis_url: str
) -> None:
    async with opened_world() as world:
        await world.start(store=redis_url, outbox_seconds=300.0)
        visit = await world.begun()
        await visit.apply()
        world.municipality.refusal = UnavailableError("ledger", "down", outcome_known=True)
        receipt = await visit.report()
        assert (receipt.order, receipt.outcome) == (visit.order, OutcomeKind.PRINTED)
        await world.stop()
        world.municipality.refusal = None
        # the lease of the first attempt has not run out, so a new process leaves it alone until then
        await world.start(store=redis_url, outbox_seconds=0.05)
        assert visit.order not in [close.order for close in world.municipality.outcomes]
        await forget_lease(redis_url, visit.order)
        async with asyncio.timeout(20):
            told: list[str] = []
            while visit.order not in told:
                await asyncio.sleep(0.02)
                told = [close.order for close in world.municipality.outcomes]


async def forget_lease(redis_url: str, order: str) -> None:
    async with open_store(redis_url, processes=2, seconds=5) as store:
        before = await store.read(Shelf.OUTBOX, order)
        assert before is not None
        pending = decode(before, Pending)
        due = replace(pending, not_before=pending.not_before - LEASE)
        assert await store.swap(Shelf.OUTBOX, order, before, encode(due))
