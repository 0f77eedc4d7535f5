"""Issue, asked again: one order, one set of numbers, the same bytes, or nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from certificates.domain.entitlement import Watermark
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from issuance_server.records import AuditEvent, IssueState
from issuance_server.usecases.ask import AskNobody
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.issue import Issue
from issuance_server.usecases.look import Look
from issuance_server.usecases.numbers import BlockNumbers
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    CODE,
    NOON,
    Counter,
    PlainPress,
    a_closing,
    a_record,
    an_entry,
    an_order,
    serial_of,
    view,
)


async def test_the_same_order_again_gets_the_same_numbers_and_bytes() -> None:
    counter = Counter()
    order = an_order()
    first = await counter.issue(order, CENTRE, NOON)
    again = await counter.issue(order, CENTRE, NOON + timedelta(minutes=1))
    assert again == first
    assert [event for event, _ in counter.events()] == [AuditEvent.ISSUED, AuditEvent.ISSUED_AGAIN]


async def test_the_same_order_after_a_restart_gets_the_same_answer() -> None:
    before = Counter()
    order = an_order()
    first = await before.issue(order, CENTRE, NOON)
    after = Counter(ledger=before.ledger)
    assert await after.issue(order, CENTRE, NOON) == first


async def test_the_same_order_twenty_times_at_once_gets_one_set_of_numbers() -> None:
    counter = Counter()
    order = an_order()
    answers = await asyncio.gather(*(counter.issue(order, CENTRE, NOON) for _ in range(20)))
    assert all(answer == answers[0] for answer in answers)


async def test_the_same_order_over_midnight_keeps_its_date() -> None:
    counter = Counter()
    order = an_order(expires=NOON + timedelta(hours=11))
    evening = NOON + timedelta(hours=10, minutes=59)  # 22:59 in Japan
    gate = Gate(municipality=CITY, always_open=True)
    issue = Issue(
        gate=gate,
        look=Look(register=counter.register, ask=AskNobody()),
        numbers=BlockNumbers(counter.ledger, CODE),
        press=PlainPress(),
        ledger=counter.ledger,
        withdrawals=counter.ledger,
        line=counter.ledger,
    )
    counter.register.views[serial_of(1)] = view(watermark=Watermark(applied=7, known=7, heard_at=evening))
    order = replace(order, expires=evening + timedelta(hours=2))
    first = await issue(order, CENTRE, evening)
    late = evening + timedelta(hours=1, minutes=5)
    counter.register.views[serial_of(1)] = view(watermark=Watermark(applied=7, known=7, heard_at=late))
    again = await issue(order, CENTRE, late)
    assert again.pdf == first.pdf
    assert again.manifest.issued_at == evening


async def test_another_order_under_the_same_number_is_refused() -> None:
    counter = Counter(1, 2)
    order = an_order(1)
    await counter.issue(order, CENTRE, NOON)
    assert await counter.code_for(an_order(2, order=order.order)) is ProblemCode.ORDER_REUSED
    assert counter.events()[-1] == (AuditEvent.REFUSED, "order-reused")


async def test_a_record_that_changed_supersedes_the_order_and_voids_its_numbers() -> None:
    counter = Counter()
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    counter.register.change(1, address="見本県みほん市架空町九丁目９番９号")
    assert await counter.code_for(order) is ProblemCode.ORDER_SUPERSEDED
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.state is IssueState.VOIDED
    assert await counter.code_for(order) is ProblemCode.ORDER_SUPERSEDED
    voided = [event for event, _ in counter.events() if event is AuditEvent.VOIDED]
    assert len(voided) == 1


async def test_a_holder_refused_since_supersedes_the_order() -> None:
    counter = Counter()
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    del counter.register.views[serial_of(1)]
    assert await counter.code_for(order) is ProblemCode.ORDER_SUPERSEDED


async def test_a_copy_that_is_behind_refuses_without_voiding() -> None:
    counter = Counter()
    order = an_order()
    first = await counter.issue(order, CENTRE, NOON)
    whole = counter.register.views[serial_of(1)]
    counter.register.views[serial_of(1)] = replace(whole, pending=True)
    assert await counter.code_for(order) is ProblemCode.CHANGE_PENDING
    counter.register.views[serial_of(1)] = whole
    assert await counter.issue(order, CENTRE, NOON) == first


async def test_an_order_that_has_ended_is_not_printed_again() -> None:
    counter = Counter()
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    await counter.ledger.close(order.order, a_closing(), an_entry(AuditEvent.CLOSED))
    assert await counter.code_for(order) is ProblemCode.OUT_OF_TURN


async def test_an_order_abandoned_before_it_arrived_is_not_issued() -> None:
    counter = Counter()
    order = an_order()
    ending = a_closing(OutcomeKind.ABANDONED, sheets=0, taken=0)
    never = replace(
        a_record(order.order), state=IssueState.ABANDONED, paper=None, fingerprint=None, closing=ending
    )
    await counter.ledger.record(never, an_entry(AuditEvent.CLOSED))
    assert await counter.code_for(order) is ProblemCode.OUT_OF_TURN
