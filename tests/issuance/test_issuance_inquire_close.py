"""Inquire and Close: what may be had, and how it ended."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from certificates.domain.identifiers import OrderId, household_number, numbered, order_id
from certificates.domain.kinds import CertificateKind
from certificates.domain.resident import ResidencyStatus
from certificates.errors import InvalidValueError, RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.order import Inquire as InquireMessage
from certificates.wire.visit import OutcomeKind, OutcomeRecorded
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.records import AuditEntry, AuditEvent, Closing, IssueRecord, IssueState
from issuance_server.usecases.close import Close
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.inquire import Inquire
from issuance_server.usecases.release import Release
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    NOON,
    Views,
    a_close,
    a_record,
    an_entry,
    an_inquiry,
    resident,
    seal,
    serial_of,
    view,
)

GATE = Gate(municipality=CITY)
ORDER = order_id("ab" * 16)


class Hall:
    def __init__(self, *people: int) -> None:
        self.ledger = MemoryLedger()
        self.register = Views(*people)
        self.inquire = Inquire(gate=GATE, register=self.register, ledger=self.ledger, line=self.ledger)
        self.close = Close(gate=GATE, ledger=self.ledger)

    async def code_for(self, message: InquireMessage) -> ProblemCode:
        with pytest.raises(RefusedError) as caught:
            await self.inquire(message, CENTRE, NOON)
        last = self.ledger.entries[-1]
        assert (last.event, last.code) == (AuditEvent.REFUSED, caught.value.code.value)
        return caught.value.code


async def test_the_menu_names_kinds_fees_and_the_members_of_the_household() -> None:
    hall = Hall(1)
    home = household_number(numbered(700))
    head = resident(1, household=home)
    wife = resident(2, household=home, relation="妻")
    gone = resident(
        3, household=home, relation="子", status=ResidencyStatus.DECEASED, removed_on=date(2026, 1, 4)
    )
    hall.register.views[serial_of(1)] = view(wife, head, gone, seal=seal(2))
    inquiry = an_inquiry(1)
    menu = await hall.inquire(inquiry, CENTRE, NOON)
    assert menu.transcript == inquiry.transcript
    assert menu.municipality_name == "見本県みほん市"
    assert {(offer.kind, offer.fee) for offer in menu.kinds} == {
        (CertificateKind.RESIDENT_RECORD, 200),
        (CertificateKind.SEAL_REGISTRATION, 300),
    }
    assert [member.relation for member in menu.members] == ["世帯主", "妻"]
    assert gone.name not in {member.name for member in menu.members}
    assert hall.ledger.entries[-1].event is AuditEvent.INQUIRY
    assert hall.ledger.entries[-1].resident == wife.number
    assert hall.ledger.entries[-1].reference == inquiry.session


async def test_an_inquiry_is_refused_with_the_reason_in_the_audit_log() -> None:
    hall = Hall(1)
    assert await hall.code_for(an_inquiry(2)) is ProblemCode.UNKNOWN_SERIAL
    assert await hall.code_for(an_inquiry(1, expires=NOON)) is ProblemCode.SESSION_EXPIRED
    assert await hall.code_for(an_inquiry(1, municipality="131016")) is ProblemCode.UNKNOWN_MUNICIPALITY
    hall.register.views[serial_of(1)] = view(resident(1), resident(2))
    assert await hall.code_for(an_inquiry(1)) is ProblemCode.LEGAL_ITEM_MISSING
    await hall.ledger.stop("test", an_entry(AuditEvent.LINE_STOPPED))
    assert await hall.code_for(an_inquiry(1)) is ProblemCode.LINE_STOPPED


async def test_the_same_outcome_again_gets_the_same_receipt() -> None:
    hall = Hall()
    await hall.ledger.record(a_record(ORDER), an_entry())
    receipt = await hall.close(a_close(ORDER), CENTRE, NOON)
    assert receipt == OutcomeRecorded(order=ORDER, outcome=OutcomeKind.PRINTED)
    again = a_close(ORDER, reason="asked again after a time-out")
    assert await hall.close(again, CENTRE, NOON + timedelta(minutes=1)) == receipt
    record = await hall.ledger.find(ORDER)
    assert record is not None
    assert record.closing is not None
    assert record.closing.at == NOON


async def test_another_outcome_is_refused_and_the_first_stands() -> None:
    hall = Hall()
    await hall.ledger.record(a_record(ORDER), an_entry())
    await hall.close(a_close(ORDER), CENTRE, NOON)
    with pytest.raises(RefusedError) as caught:
        await hall.close(a_close(ORDER, OutcomeKind.REFUNDED), CENTRE, NOON)
    assert caught.value.code is ProblemCode.OUT_OF_TURN
    record = await hall.ledger.find(ORDER)
    assert record is not None
    assert record.closing is not None
    assert record.closing.outcome is OutcomeKind.PRINTED


async def test_an_order_that_never_came_can_only_be_abandoned(caplog: pytest.LogCaptureFixture) -> None:
    hall = Hall()
    with caplog.at_level(logging.CRITICAL), pytest.raises(RefusedError) as caught:
        await hall.close(a_close(ORDER), CENTRE, NOON)
    assert caught.value.code is ProblemCode.NOT_FOUND
    assert [record.getMessage() for record in caplog.records] == ["outcome of an order never issued"]
    abandoned = a_close(ORDER, OutcomeKind.ABANDONED)
    assert (await hall.close(abandoned, CENTRE, NOON)).outcome is OutcomeKind.ABANDONED
    record = await hall.ledger.find(ORDER)
    assert record is not None
    assert record.state is IssueState.ABANDONED
    assert await hall.close(abandoned, CENTRE, NOON)


async def test_an_order_that_arrives_while_it_is_abandoned_is_closed() -> None:
    class Crossing(MemoryLedger):
        """The order is recorded by another process just after the first look."""

        async def close(self, order: OrderId, closing: Closing, entry: AuditEntry) -> IssueRecord | None:
            found = await super().close(order, closing, entry)
            if found is None:
                await self.record(a_record(ORDER), an_entry())
            return found

    ledger = Crossing()
    close = Close(gate=GATE, ledger=ledger)
    await close(a_close(ORDER, OutcomeKind.ABANDONED), CENTRE, NOON)
    record = await ledger.find(ORDER)
    assert record is not None
    assert record.state is IssueState.ISSUED
    assert record.closing is not None
    assert record.closing.outcome is OutcomeKind.ABANDONED


async def test_paper_from_a_refused_or_voided_order_alarms(caplog: pytest.LogCaptureFixture) -> None:
    hall = Hall()
    refused = replace(a_record(ORDER), state=IssueState.REFUSED, paper=None, refusal=ProblemCode.SUPPRESSED)
    await hall.ledger.record(refused, an_entry(AuditEvent.REFUSED))
    voided = a_record(order_id("cd" * 16), 9)
    await hall.ledger.record(voided, an_entry())
    await hall.ledger.void(voided.order, an_entry(AuditEvent.VOIDED))
    with caplog.at_level(logging.CRITICAL):
        with pytest.raises(RefusedError):
            await hall.close(a_close(ORDER), CENTRE, NOON)
        await hall.close(a_close(voided.order), CENTRE, NOON)
    assert [record.getMessage() for record in caplog.records] == [
        "outcome of a refused order",
        "a voided certificate was handed out",
    ]


async def test_what_needs_a_persons_eye_is_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    hall = Hall()
    other = order_id("ef" * 16)
    await hall.ledger.record(a_record(ORDER), an_entry())
    await hall.ledger.record(a_record(other, 2), an_entry())
    with caplog.at_level(logging.WARNING):
        await hall.close(a_close(ORDER, taken=100), CENTRE, NOON)
        await hall.close(a_close(other, OutcomeKind.UNKNOWN), CENTRE, NOON)
    assert [record.getMessage() for record in caplog.records] == [
        "fee taken is not the fee asked",
        "outcome unknown, staff must look",
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"sheets": -1},
        {"taken": 100, "refunded": 200},
        {"taken": 10**9},
        {"reason": "長" * 201},
        {"reason": "\0"},
    ],
)
async def test_impossible_figures_are_malformed(given: dict[str, Any]) -> None:
    hall = Hall()
    await hall.ledger.record(a_record(ORDER), an_entry())
    with pytest.raises(WireError):
        await hall.close(a_close(ORDER, **given), CENTRE, NOON)
    record = await hall.ledger.find(ORDER)
    assert record is not None
    assert record.closing is None


async def test_an_outcome_for_another_municipality_is_refused() -> None:
    hall = Hall()
    with pytest.raises(RefusedError) as caught:
        await hall.close(a_close(ORDER, municipality="131016"), CENTRE, NOON)
    assert caught.value.code is ProblemCode.UNKNOWN_MUNICIPALITY


async def test_a_line_is_released_by_two_different_people() -> None:
    ledger = MemoryLedger()
    release = Release(line=ledger)
    await ledger.stop("test", an_entry(AuditEvent.LINE_STOPPED))
    for first, second in (
        ("架空花子", " 架空花子 "),
        ("A", "a"),
        ("", "架空"),
        ("架空", "\n"),
        ("x" * 65, "y"),
    ):
        with pytest.raises(InvalidValueError):
            await release(first, second, NOON)
        assert await ledger.is_stopped()
    assert await release("架空花子", "見本太郎", NOON) == 1
    assert not await ledger.is_stopped()
    assert ledger.entries[-1].event is AuditEvent.LINE_RELEASED
    assert await release("架空花子", "見本太郎", NOON) == 0
