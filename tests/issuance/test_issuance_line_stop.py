"""A mismatch stops the line: for everybody, until two people release it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date

import pytest

from certificates.domain.entitlement import Entitlement
from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import BindingError, UnavailableError
from certificates.problems import ProblemCode
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.ports import Built
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.ask import AskNobody
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.issue import Issue
from issuance_server.usecases.look import Look
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    CODE,
    NOON,
    Counter,
    PlainPress,
    Views,
    an_entry,
    an_order,
)


class OtherPersonsPress(PlainPress):
    """Finds another's page when it reads back, as the real one must be able to."""

    async def build(
        self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
    ) -> Built:
        raise BindingError("page 2 names none of its subjects")


async def test_a_mismatch_stops_the_line_for_all_and_alarms(caplog: pytest.LogCaptureFixture) -> None:
    ledger = MemoryLedger()
    broken = Counter(1, press=OtherPersonsPress(), ledger=ledger)
    order = an_order(1)
    with caplog.at_level(logging.CRITICAL), pytest.raises(BindingError):
        await broken.issue(order, CENTRE, NOON)
    assert [record.getMessage() for record in caplog.records] == ["line stopped"]
    assert await ledger.is_stopped()
    assert await ledger.find(order.order) is None
    sound = Counter(2, ledger=ledger)
    assert await sound.code_for(an_order(2)) is ProblemCode.LINE_STOPPED
    assert ledger.entries[0].event is AuditEvent.LINE_STOPPED


async def test_a_stopped_line_does_not_repeat_what_it_issued() -> None:
    counter = Counter()
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    await counter.ledger.stop("test", an_entry(AuditEvent.LINE_STOPPED))
    assert await counter.code_for(order) is ProblemCode.LINE_STOPPED


class DeafLedger(MemoryLedger):
    """Cannot write a stop down."""

    async def stop(self, reason: str, entry: AuditEntry) -> None:
        raise UnavailableError("ledger", "cannot be written", outcome_known=False)


async def test_a_stop_that_cannot_be_written_down_holds_in_this_process() -> None:
    class OnceWrong(PlainPress):
        wrong = True

        async def build(
            self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
        ) -> Built:
            if self.wrong:
                self.wrong = False
                raise BindingError("page 1 is of another order")
            return await super().build(entitlement, numbers, order, issued_on)

    counter = Counter(1, press=OnceWrong(), ledger=DeafLedger())
    with pytest.raises(UnavailableError):
        await counter.issue(an_order(), CENTRE, NOON)
    assert await counter.code_for(an_order()) is ProblemCode.LINE_STOPPED


async def test_a_number_drawn_twice_stops_the_line() -> None:
    class Stuck:
        async def draw(self, count: int) -> tuple[IssueNumber, ...]:
            return tuple(IssueNumber(municipality=CODE, serial=place + 1) for place in range(count))

    ledger = MemoryLedger()
    issue = Issue(
        gate=Gate(municipality=CITY),
        look=Look(register=Views(1, 2), ask=AskNobody()),
        numbers=Stuck(),
        press=PlainPress(),
        ledger=ledger,
        withdrawals=ledger,
        line=ledger,
    )
    await issue(an_order(1), CENTRE, NOON)
    with pytest.raises(BindingError):
        await issue(an_order(2), CENTRE, NOON)
    assert await ledger.is_stopped()
