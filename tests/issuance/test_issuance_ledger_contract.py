"""What every ledger keeps to: memory, SQLite and PostgreSQL alike."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import replace

import pytest

from certificates.domain.identifiers import OrderId, order_id
from certificates.errors import BindingError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from issuance_server.records import AuditEvent, IssueState
from tests.issuance.conftest import Desk, OpenDesk
from tests.issuance.issuance_world import NOON, a_closing, a_record, an_entry


def fresh() -> OrderId:
    return order_id(secrets.token_hex(16))


async def test_what_is_recorded_is_found_again_whole(desk: Desk) -> None:
    record = a_record(fresh(), 5, 6, 7)
    assert await desk.ledger.record(record, an_entry()) is record
    assert await desk.ledger.find(record.order) == record


async def test_a_refusal_is_recorded_with_its_code(desk: Desk) -> None:
    record = replace(a_record(fresh()), state=IssueState.REFUSED, paper=None, refusal=ProblemCode.SUPPRESSED)
    assert await desk.ledger.record(record, an_entry(AuditEvent.REFUSED)) is record
    assert await desk.ledger.find(record.order) == record


async def test_an_unknown_order_is_not_found(desk: Desk) -> None:
    assert await desk.ledger.find(fresh()) is None
    assert await desk.ledger.close(fresh(), a_closing(), an_entry(AuditEvent.CLOSED)) is None


async def test_the_first_record_of_an_order_stands(desk: Desk) -> None:
    first = a_record(fresh(), 1)
    later = a_record(first.order, 2)
    await desk.ledger.record(first, an_entry())
    standing = await desk.ledger.record(later, an_entry())
    assert standing == first
    assert standing is not later
    # the later one's number was not taken
    assert await desk.ledger.record(a_record(fresh(), 2), an_entry()) is not None


async def test_of_many_records_of_one_order_at_once_one_stands_for_all(open_desk: OpenDesk) -> None:
    order = fresh()
    async with open_desk() as here, open_desk() as there:
        records = [a_record(order, serial) for serial in range(1, 21)]
        standing = await asyncio.gather(
            *(
                (here, there)[place % 2].ledger.record(record, an_entry())
                for place, record in enumerate(records)
            )
        )
        assert len({record.paper for record in standing}) == 1
        assert sum(kept is own for kept, own in zip(standing, records, strict=True)) == 1
        assert await here.ledger.find(order) == standing[0]


async def test_a_number_is_never_issued_twice(desk: Desk) -> None:
    await desk.ledger.record(a_record(fresh(), 1, 2), an_entry())
    with pytest.raises(BindingError):
        await desk.ledger.record(a_record(fresh(), 2, 3), an_entry())


async def test_a_number_issued_twice_takes_no_neighbour_with_it(desk: Desk) -> None:
    await desk.ledger.record(a_record(fresh(), 1), an_entry())
    good = [a_record(fresh(), serial) for serial in range(2, 12)]
    outcomes = await asyncio.gather(
        *(desk.ledger.record(record, an_entry()) for record in (*good, a_record(fresh(), 1))),
        return_exceptions=True,
    )
    assert outcomes[:-1] == good
    assert isinstance(outcomes[-1], BindingError)


async def test_series_of_two_desks_never_meet(open_desk: OpenDesk) -> None:
    async with open_desk() as here, open_desk() as there:
        firsts = await asyncio.gather(*((here, there)[place % 2].series.reserve(7) for place in range(40)))
    taken = [serial for first in firsts for serial in range(first, first + 7)]
    assert len(set(taken)) == len(taken) == 280
    assert min(taken) == 1


async def test_a_series_goes_on_after_a_restart(open_desk: OpenDesk) -> None:
    async with open_desk() as before:
        first = await before.series.reserve(10)
    async with open_desk() as after:
        assert await after.series.reserve(1) >= first + 10


async def test_an_order_ends_once(desk: Desk) -> None:
    record = a_record(fresh())
    await desk.ledger.record(record, an_entry())
    closing = a_closing(reason="紙詰まりのあと印刷")
    closed = await desk.ledger.close(record.order, closing, an_entry(AuditEvent.CLOSED))
    assert closed == replace(record, closing=closing)
    other = a_closing(OutcomeKind.REFUNDED, sheets=0, refunded=200)
    assert await desk.ledger.close(record.order, other, an_entry(AuditEvent.CLOSED)) == closed
    assert await desk.ledger.find(record.order) == closed


async def test_of_two_endings_at_once_one_stands(open_desk: OpenDesk) -> None:
    record = a_record(fresh())
    async with open_desk() as here, open_desk() as there:
        await here.ledger.record(record, an_entry())
        endings = [a_closing(), a_closing(OutcomeKind.REFUNDED, sheets=0, refunded=200)] * 5
        standing = await asyncio.gather(
            *(
                (here, there)[place % 2].ledger.close(record.order, ending, an_entry(AuditEvent.CLOSED))
                for place, ending in enumerate(endings)
            )
        )
    assert len({kept.closing for kept in standing if kept is not None}) == 1


async def test_a_refused_order_can_only_be_abandoned(desk: Desk) -> None:
    record = replace(a_record(fresh()), state=IssueState.REFUSED, paper=None, refusal=ProblemCode.NO_GLYPH)
    await desk.ledger.record(record, an_entry(AuditEvent.REFUSED))
    assert await desk.ledger.close(record.order, a_closing(), an_entry(AuditEvent.CLOSED)) == record
    ending = a_closing(OutcomeKind.ABANDONED, sheets=0, taken=0)
    closed = await desk.ledger.close(record.order, ending, an_entry(AuditEvent.CLOSED))
    assert closed is not None
    assert closed.closing == ending


async def test_an_order_abandoned_before_it_arrives_is_never_issued(desk: Desk) -> None:
    order = fresh()
    ending = a_closing(OutcomeKind.ABANDONED, sheets=0, taken=0)
    never = replace(a_record(order), state=IssueState.ABANDONED, paper=None, fingerprint=None, closing=ending)
    await desk.ledger.record(never, an_entry(AuditEvent.CLOSED))
    assert await desk.ledger.record(a_record(order), an_entry()) == never


async def test_a_voided_order_keeps_its_numbers(desk: Desk) -> None:
    record = a_record(fresh(), 4)
    await desk.ledger.record(record, an_entry())
    await desk.ledger.void(record.order, an_entry(AuditEvent.VOIDED))
    assert await desk.ledger.find(record.order) == replace(record, state=IssueState.VOIDED)
    with pytest.raises(BindingError):
        await desk.ledger.record(a_record(fresh(), 4), an_entry())


async def test_voiding_what_was_not_issued_changes_nothing(desk: Desk) -> None:
    record = replace(a_record(fresh()), state=IssueState.REFUSED, paper=None, refusal=ProblemCode.NO_GLYPH)
    await desk.ledger.record(record, an_entry(AuditEvent.REFUSED))
    await desk.ledger.void(record.order, an_entry(AuditEvent.VOIDED))
    assert await desk.ledger.find(record.order) == record


async def test_a_stopped_line_issues_for_nobody_and_still_remembers_refusals(open_desk: OpenDesk) -> None:
    async with open_desk() as here, open_desk() as there:
        assert not await there.line.is_stopped()
        await here.line.stop("page 2 is of another order", an_entry(AuditEvent.LINE_STOPPED))
        assert await there.line.is_stopped()
        record = a_record(fresh())
        with pytest.raises(RefusedError) as caught:
            await there.ledger.record(record, an_entry())
        assert caught.value.code is ProblemCode.LINE_STOPPED
        assert await there.ledger.find(record.order) is None
        refused = replace(record, state=IssueState.REFUSED, paper=None, refusal=ProblemCode.NO_GLYPH)
        assert await there.ledger.record(refused, an_entry(AuditEvent.REFUSED)) is refused


async def test_a_released_line_issues_again(desk: Desk) -> None:
    await desk.line.stop("one", an_entry(AuditEvent.LINE_STOPPED))
    await desk.line.stop("two", an_entry(AuditEvent.LINE_STOPPED))
    entry = an_entry(AuditEvent.LINE_RELEASED, at=NOON)
    assert await desk.line.release("架空花子", "見本太郎", entry) == 2
    assert not await desk.line.is_stopped()
    assert await desk.line.release("架空花子", "見本太郎", entry) == 0
    await desk.ledger.record(a_record(fresh()), an_entry())
