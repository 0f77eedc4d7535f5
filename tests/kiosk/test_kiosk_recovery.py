"""A crash at any moment ends in printed-and-paid, refunded, abandoned or unknown, and the record says which."""

from __future__ import annotations

import pytest

from certificates.domain.identifiers import MunicipalityCode, OrderId, SessionId
from certificates.errors import RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind, ReportOutcome
from kiosk_client.adapters.coin_unit import SimulatedCoinUnit
from kiosk_client.adapters.journal_file import open_journal
from kiosk_client.printing.ports import PrintOutcome, PrintResult
from kiosk_client.record import (
    Applied,
    Concluded,
    Entry,
    FeeInEscrow,
    PrintBegun,
    PrintEnded,
    Recorded,
    Trail,
    conclusion,
    standing,
)
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.usecases.recover import Recover
from kiosk_client.usecases.report import Reporter
from tests.kiosk.kiosk_world import World, eventually, now, recorded

ORDER = OrderId("b" * 32)
APPLIED = Applied(order=ORDER, session=SessionId("a" * 32), municipality=MunicipalityCode("992011"), fee=200)


def outcomes(world: World) -> list[tuple[OutcomeKind, int, int]]:
    return [(one.outcome, one.taken, one.refunded) for one in world.centre.reports]


async def test_a_crash_while_paying_returns_the_coins_and_abandons_the_order(world: World) -> None:
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays(100)
    async with world.serving() as customer:
        await customer.sees(at.Welcome)
        await recorded(world)
        assert (customer.cash.drawer.held, customer.cash.drawer.tray) == (0, 100)
    assert outcomes(world) == [(OutcomeKind.ABANDONED, 0, 0)]


async def test_a_crash_during_printing_is_unknown_and_staff_must_look(world: World) -> None:
    world.room.may_end.clear()
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.Printing)
        await eventually(lambda: '"kiosk-print-begun/1"' in world.journal_path.read_text())
    world.room.may_end.set()
    for _ in range(2):  # another restart changes nothing about it
        async with world.serving() as customer:
            await customer.sees(at.CallStaff)
            await recorded(world)
            assert customer.cash.drawer.box == 200
    assert outcomes(world) == [(OutcomeKind.UNKNOWN, 200, 0)]
    async with world.serving() as customer:
        customer.touch(on.StaffReleased())
        await customer.sees(at.Welcome)
        await eventually(lambda: '"kiosk-staff-looked/1"' in world.journal_path.read_text())
    async with world.serving() as customer:
        await customer.sees(at.Welcome)


async def test_a_crash_after_the_printing_is_printed_and_paid(world: World) -> None:
    """The fee was in escrow when the power went: it is collected now."""
    async with world.serving() as customer:
        customer.cash.faults.broken.add("collect")
        customer.break_journal_after("kiosk-print-ended/1")
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await eventually(lambda: customer.cash.receipts != ())
        assert customer.cash.drawer.held == 200
    async with world.serving() as customer:
        await recorded(world)
        assert customer.cash.drawer.box == 200
    assert outcomes(world) == [(OutcomeKind.PRINTED, 200, 0)]


async def test_an_outcome_that_could_not_be_sent_is_sent_at_the_next_start(world: World) -> None:
    world.centre.failures += [("report", UnavailableError("centre", "away", outcome_known=True))] * 50
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await eventually(lambda: '"kiosk-concluded/1"' in world.journal_path.read_text())
    assert world.centre.reports == []
    world.centre.failures.clear()
    for _ in range(2):
        async with world.serving() as customer:
            await recorded(world)
    assert outcomes(world) == [(OutcomeKind.PRINTED, 200, 0)]


async def test_an_outcome_whose_receipt_was_lost_is_sent_again_as_it_was(world: World) -> None:
    world.centre.failures_after.append(("report", UnavailableError("centre", "lost", outcome_known=False)))
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await eventually(lambda: len(world.centre.reports) == 2)
        await recorded(world)
    first, second = world.centre.reports
    assert first == second


async def test_an_abandoned_order_that_the_centre_never_had_is_not_reported_for_ever(world: World) -> None:
    world.centre.failures += [
        ("apply", RefusedError(ProblemCode.LINE_STOPPED)),
        ("report", RefusedError(ProblemCode.UNKNOWN_SESSION)),
    ]
    async with world.serving() as customer:
        await customer.applies()
        await customer.sees(at.Refused)
        await recorded(world)
    assert '"refused":"unknown-session"' in world.journal_path.read_text()


async def test_a_paid_outcome_that_the_centre_refuses_stays_open(world: World) -> None:
    world.centre.failures += [("report", RefusedError(ProblemCode.UNKNOWN_SESSION))] * 2
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await eventually(lambda: len(world.centre.failures) == 1)
        await customer.leaves()
    assert '"kiosk-recorded/1"' not in world.journal_path.read_text()


async def test_a_coin_unit_that_fails_at_the_start_keeps_the_kiosk_from_serving(world: World) -> None:
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays(100)
    async with open_journal(world.journal_path, now) as journal:
        cash = SimulatedCoinUnit(world.folder / "drawer.json")
        cash.faults.broken.add("give_back")
        reporter = Reporter(centre=world.centre, journal=journal)
        with pytest.raises(UnavailableError):
            await Recover(cash=cash, journal=journal, reporter=reporter)()
    assert '"kiosk-concluded/1"' not in world.journal_path.read_text()


def trail(*entries: Entry) -> Trail:
    return standing([APPLIED, *entries]).open[ORDER]


HELD = FeeInEscrow(order=ORDER, amount=200)
BEGUN = PrintBegun(order=ORDER, job="j")


def ended(result: PrintResult, sheets: int = 0) -> PrintEnded:
    return PrintEnded(order=ORDER, result=result, sheets=sheets, reason="media-empty")


@pytest.mark.parametrize(
    ("entries", "returned", "outcome", "sheets", "taken", "refunded"),
    [
        ((), 0, OutcomeKind.ABANDONED, 0, 0, 0),
        ((), 100, OutcomeKind.ABANDONED, 0, 0, 0),
        ((HELD,), 200, OutcomeKind.REFUNDED, 0, 200, 200),
        ((HELD,), 0, OutcomeKind.REFUNDED, 0, 200, 200),
        ((HELD,), 100, OutcomeKind.UNKNOWN, 0, 200, 100),
        ((HELD, BEGUN), 0, OutcomeKind.UNKNOWN, 0, 200, 0),
        ((HELD, BEGUN, ended(PrintResult.UNKNOWN)), 0, OutcomeKind.UNKNOWN, 0, 200, 0),
        ((HELD, BEGUN, ended(PrintResult.PRINTED, 2)), 0, OutcomeKind.PRINTED, 2, 200, 0),
        ((HELD, BEGUN, ended(PrintResult.FAILED)), 200, OutcomeKind.REFUNDED, 0, 200, 200),
        ((HELD, BEGUN, ended(PrintResult.FAILED, 1)), 200, OutcomeKind.REFUNDED, 1, 200, 200),
        ((BEGUN, ended(PrintResult.FAILED)), 0, OutcomeKind.ABANDONED, 0, 0, 0),
    ],
)
def test_every_point_of_a_crash_has_one_conclusion(
    entries: tuple[Entry, ...], returned: int, outcome: OutcomeKind, sheets: int, taken: int, refunded: int
) -> None:
    report = conclusion(trail(*entries), returned=returned)
    assert (report.order, report.session) == (ORDER, APPLIED.session)
    assert (report.outcome, report.sheets, report.taken, report.refunded) == (
        outcome,
        sheets,
        taken,
        refunded,
    )


def test_a_recorded_order_is_open_no_more() -> None:
    report = ReportOutcome(
        session=APPLIED.session, order=ORDER, outcome=OutcomeKind.PRINTED, sheets=1, taken=200, refunded=0
    )
    entries: list[Entry] = [APPLIED, HELD, BEGUN, ended(PrintResult.PRINTED, 1), Concluded(report=report)]
    assert standing(entries).open[ORDER].concluded == report
    assert standing([*entries, Recorded(order=ORDER)]).open == {}


async def test_a_crash_with_an_unfinished_refund_gives_the_fee_back_once(world: World) -> None:
    world.room.outcome = PrintOutcome(result=PrintResult.FAILED, reason="media-empty")
    async with world.serving() as customer:
        customer.break_journal_after("kiosk-print-ended/1")
        await customer.applies()
        await customer.pays()
        await customer.sees(at.Refused)
        assert customer.cash.drawer.tray == 200
    async with world.serving() as customer:
        await recorded(world)
        assert customer.cash.drawer.tray == 200
    assert outcomes(world) == [(OutcomeKind.REFUNDED, 200, 200)]


async def test_what_cannot_be_written_down_is_not_printed_and_the_fee_goes_back(world: World) -> None:
    """The disk is full after the fee was taken: nothing was decrypted yet, and no record may say otherwise."""
    async with world.serving() as customer:
        customer.break_journal_after("kiosk-fee-in-escrow/1")
        await customer.applies()
        await customer.pays()
        await customer.sees(at.Refused)
        assert world.room.printed == []
        assert (customer.cash.drawer.held, customer.cash.drawer.box, customer.cash.drawer.tray) == (0, 0, 200)
    async with world.serving():
        await recorded(world)
    assert outcomes(world) == [(OutcomeKind.REFUNDED, 200, 200)]
