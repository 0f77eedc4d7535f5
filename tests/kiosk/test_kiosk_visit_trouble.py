"""A visit in which a device or the print fails: the fee comes back, or staff are called and the outcome is unknown."""

from __future__ import annotations

import pytest

from certificates.errors import UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from kiosk_client.printing.ports import PrintOutcome, PrintResult
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Trouble
from tests.kiosk.kiosk_ends import finished, reported
from tests.kiosk.kiosk_world import World, recorded

FAILED = PrintOutcome(result=PrintResult.FAILED, reason="media-empty")
UNKNOWN = PrintOutcome(result=PrintResult.UNKNOWN, reason="contact-lost")


async def test_a_print_that_failed_gives_the_fee_back(world: World) -> None:
    world.room.outcome = FAILED
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays(500)
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.PRINT_FAILED, returned=200)
        await finished(customer)
        assert (customer.cash.drawer.box, customer.cash.drawer.tray) == (0, 500)
    assert reported(world) == [(OutcomeKind.REFUNDED, 0, 200, 200, "print-failed")]


@pytest.mark.parametrize(
    ("outcome", "sheets"),
    [
        (PrintOutcome(result=PrintResult.FAILED, reason="media-jam", sheets_completed=1), 1),
        (PrintOutcome(result=PrintResult.FAILED, reason="media-jam", impressions_completed=3), 2),
    ],
)
async def test_sheets_of_a_failed_print_are_counted_and_staff_are_called(
    world: World, outcome: PrintOutcome, sheets: int
) -> None:
    world.room.outcome = outcome
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        assert await customer.sees(at.CallStaff) == at.CallStaff(reason=Trouble.PRINT_INCOMPLETE)
        await recorded(world)
        customer.touch(on.StaffReleased())
        await customer.sees(at.Welcome)
    assert reported(world) == [(OutcomeKind.REFUNDED, sheets, 200, 200, "print-failed")]


async def test_an_unknown_print_keeps_the_fee_and_calls_staff(world: World) -> None:
    world.room.outcome = UNKNOWN
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        assert await customer.sees(at.CallStaff) == at.CallStaff(reason=Trouble.PRINT_UNKNOWN)
        await recorded(world)
        assert customer.cash.drawer.box == 200
    assert reported(world) == [(OutcomeKind.UNKNOWN, 0, 200, 0, "print-unknown")]


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (UnavailableError("vault", "died", outcome_known=True), OutcomeKind.REFUNDED),
        (UnavailableError("vault", "died", outcome_known=False), OutcomeKind.UNKNOWN),
        (ZeroDivisionError(), OutcomeKind.UNKNOWN),
    ],
)
async def test_a_vault_that_dies_ends_in_a_refund_or_with_staff(
    world: World, failure: Exception, outcome: OutcomeKind
) -> None:
    world.room.failure = failure
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.Refused, at.CallStaff)
        await recorded(world)
    assert [one.outcome for one in world.centre.reports] == [outcome]


@pytest.mark.parametrize("operation", ["hold", "give_back"])
async def test_a_coin_unit_that_fails_calls_staff_and_the_outcome_is_unknown(
    world: World, operation: str
) -> None:
    world.room.outcome = FAILED
    async with world.serving() as customer:
        customer.cash.faults.broken.add(operation)
        await customer.applies()
        await customer.pays()
        assert await customer.sees(at.CallStaff) == at.CallStaff(reason=Trouble.MONEY_STUCK)
        await recorded(world)
    assert [one.outcome for one in world.centre.reports] == [OutcomeKind.UNKNOWN]


async def test_a_slot_that_does_not_open_ends_the_visit_without_a_fee(world: World) -> None:
    async with world.serving() as customer:
        customer.cash.faults.broken.add("open_slot")
        await customer.applies()
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.CASH_UNAVAILABLE)
        await finished(customer)
    assert [one.outcome for one in world.centre.reports] == [OutcomeKind.ABANDONED]


async def test_a_receipt_that_fails_does_not_hold_up_the_customer(world: World) -> None:
    async with world.serving() as customer:
        customer.cash.faults.broken.add("receipt")
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await finished(customer)
    assert [one.outcome for one in world.centre.reports] == [OutcomeKind.PRINTED]


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ("printer", Trouble.PRINTER_NOT_READY),
        ("reader", Trouble.READER_UNAVAILABLE),
        ("cash", Trouble.CASH_UNAVAILABLE),
    ],
)
async def test_a_device_that_would_not_serve_ends_the_visit_at_its_beginning(
    world: World, broken: str, reason: Trouble
) -> None:
    async with world.serving() as customer:
        match broken:
            case "printer":
                world.room.reasons = ("media-empty",)
            case "reader":
                world.reader.unplug()
            case _:
                customer.cash.faults.broken.add("held")
        customer.touch(on.Start())
        assert await customer.sees(at.Refused) == at.Refused(reason=reason)


async def test_money_of_nobody_in_the_coin_unit_keeps_the_next_visit_from_beginning(world: World) -> None:
    async with world.serving() as customer:
        await customer.cash.open_slot()
        await customer.cash.insert(100)
        customer.touch(on.Start())
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.CASH_UNAVAILABLE)


async def test_a_journal_that_cannot_be_written_lets_nothing_begin(world: World) -> None:
    async with world.serving() as customer:
        await customer.proves()
        await customer.chooses()
        customer.break_journal()
        customer.touch(on.Next())
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.UNAVAILABLE)
    assert world.centre.applications == []
