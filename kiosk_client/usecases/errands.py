"""Carries out what a step asks for and says, as an event, how it ended."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from certificates.domain.identifiers import KioskId
from certificates.errors import BindingError, InvalidValueError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.visit import ReportOutcome
from kiosk_client.ports import CardTerminal, CashBox, Clock, Journal, PrinterPanel, Receipt
from kiosk_client.printing.ports import PrintResult
from kiosk_client.record import FeeInEscrow, StaffLooked
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session.screens import Trouble
from kiosk_client.usecases.apply import ApplyForCertificate
from kiosk_client.usecases.delivery import PaidDelivery
from kiosk_client.usecases.hand_over import HandOver
from kiosk_client.usecases.prove import ProveHolder
from kiosk_client.usecases.report import Reporter
from kiosk_client.usecases.seat import Seat
from kiosk_client.usecases.troubles import ended, proof_event, reason_of

Post = Callable[[on.Event], None]
Errand = (
    do.CheckReady
    | do.Prove
    | do.Apply
    | do.OpenSlot
    | do.HoldFee
    | do.Print
    | do.CollectFee
    | do.GiveBack
    | do.Report
    | do.IssueReceipt
    | do.ReleaseOrders
)
GIVEN_UP_WITH_THE_VISIT = (do.CheckReady, do.Prove, do.OpenSlot)
"""These change nothing outside the visit; every other errand is always carried to its end."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    kiosk: KioskId
    prove: ProveHolder
    apply: ApplyForCertificate
    hand_over: HandOver
    reporter: Reporter
    cash: CashBox
    panel: PrinterPanel
    terminal: CardTerminal
    journal: Journal
    clock: Clock

    async def run(self, errand: Errand, seat: Seat, post: Post) -> None:
        """Raises whatever goes wrong; ``failed`` says what that means for the visit."""
        match errand:
            case do.CheckReady():
                await self._check_ready(post)
            case do.Prove(municipality=municipality, confirm_last_try=confirmed):
                menu = await self.prove(seat, municipality, confirm_last_try=confirmed)
                post(on.Proved(menu=menu))
            case do.Apply(choice=choice, fee=fee):
                verified = await self.apply(seat, choice, fee=fee)
                post(on.Delivered(sheets=verified.sheets))
            case do.OpenSlot():
                await self._take_money(post)
            case do.HoldFee(fee=fee):
                post(await self._hold(seat, fee))
            case do.Print(paid=paid):
                post(await self._print(seat, paid))
            case do.CollectFee():
                await self.cash.collect()
            case do.GiveBack():
                post(on.MoneyReturned(amount=await self.cash.give_back()))
            case do.Report():
                await self._report(seat, errand)
            case do.IssueReceipt(paid=paid, change=change):
                await self._receipt(seat, paid, change)
            case do.ReleaseOrders():
                await self.journal.append(StaffLooked())
                await self.cash.collect()  # staff have settled with the customer by hand
            case _:
                assert_never(errand)

    async def _check_ready(self, post: Post) -> None:
        state = await self.panel.state()
        if not state.ready:
            _log.warning("printer-not-ready", extra={"reasons": state.reasons})
            post(on.NotReady(reason=Trouble.PRINTER_NOT_READY))
        if held := await self.cash.held():
            _log.warning("coin-unit-not-empty", extra={"yen": held})
            post(on.NotReady(reason=Trouble.CASH_UNAVAILABLE))
        await self.terminal.wait(present=True, seconds=0)

    async def _take_money(self, post: Post) -> None:
        await self.cash.open_slot()
        total = 0
        while True:
            total = await self.cash.inserted(total)
            post(on.MoneyInserted(total=total))

    async def _hold(self, seat: Seat, fee: int) -> on.FeeHeld:
        change = await self.cash.hold(fee)
        if seat.order is None:
            raise InvalidValueError("order", "money without an order")
        await self.journal.append(FeeInEscrow(order=seat.order, amount=fee))
        return on.FeeHeld(paid=fee, change=change)

    async def _print(self, seat: Seat, paid: int) -> on.Event:
        if seat.verified is None:
            raise InvalidValueError("delivery", "nothing verified to print")
        ended = await self.hand_over(seat, PaidDelivery(verified=seat.verified, paid=paid))
        match ended.result:
            case PrintResult.PRINTED:
                return on.Printed()
            case PrintResult.FAILED:
                _log.warning("print-failed", extra={"order": ended.order, "reason": ended.reason})
                return on.PrintFailed(reason=Trouble.PRINT_FAILED, sheets=ended.sheets)
            case PrintResult.UNKNOWN:
                _log.critical("print-unknown", extra={"order": ended.order, "reason": ended.reason})
                return on.PrintUnknown()

    async def _report(self, seat: Seat, report: do.Report) -> None:
        if seat.order is None or seat.proof is None:
            return  # the application never left: there is nothing to close
        await self.reporter.conclude(
            ReportOutcome(
                session=seat.proof.session,
                order=seat.order,
                outcome=report.outcome,
                sheets=report.sheets,
                taken=report.taken,
                refunded=report.refunded,
                reason="" if report.reason is None else report.reason.value,
            )
        )

    async def _receipt(self, seat: Seat, paid: int, change: int) -> None:
        if seat.order is not None:
            await self.cash.receipt(
                Receipt(kiosk=self.kiosk, order=seat.order, at=self.clock(), paid=paid, change=change)
            )


def failed(errand: Errand, error: Exception) -> on.Event | None:
    """What an errand that raised means for the visit; None where the visit goes on all the same."""
    match errand:
        case do.CheckReady():
            reason = Trouble.CASH_UNAVAILABLE if _coin_unit(error) else reason_of(error)
            return on.NotReady(reason=reason)
        case do.Prove():
            return proof_event(error)
        case do.Apply():
            return ended(error)
        case do.OpenSlot():
            return on.Failed(reason=Trouble.CASH_UNAVAILABLE)
        case do.HoldFee() | do.GiveBack():
            return on.MoneyStuck()
        case do.Print() if isinstance(error, BindingError):
            return on.PrintFailed(reason=ProblemCode.BINDING_BROKEN, sheets=0)
        case do.Print():
            return on.Failed(reason=reason_of(error))
        case do.CollectFee() | do.Report() | do.IssueReceipt() | do.ReleaseOrders():
            return None
    assert_never(errand)


def _coin_unit(error: Exception) -> bool:
    return isinstance(error, UnavailableError) and error.part == "coin unit"
