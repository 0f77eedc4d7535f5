"""From the application to the end: delivered, paid, printed, or the money back; each way ends in one report."""

from __future__ import annotations

from datetime import datetime

from certificates.wire.visit import OutcomeKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.move import Move


def applying(screen: at.Applying, event: on.Event) -> Move | None:
    match event:
        case on.Cancel() if screen.withdrawn is None:
            # the request is on its way: its end is awaited, so that the withdrawal comes after it
            return Move(at.Applying(fee=screen.fee, withdrawn=at.Trouble.CANCELLED))
        case on.Delivered() | on.Failed() if screen.withdrawn is not None:
            return _abandoned(screen.withdrawn)
        case on.Failed(reason=reason, opens_at=opens_at):
            return _abandoned(reason, opens_at)
        case on.Delivered(sheets=sheets) if screen.fee == 0:
            return Move(at.Printing(paid=0, sheets=sheets), do.Print(paid=0))
        case on.Delivered(sheets=sheets):
            return Move(at.Paying(fee=screen.fee, sheets=sheets), do.OpenSlot())
        case _:
            return None


def paying(screen: at.Paying, event: on.Event) -> Move | None:
    match event:
        case on.MoneyInserted(total=total) if total >= screen.fee:
            return Move(at.Settling(fee=screen.fee, sheets=screen.sheets), do.HoldFee(fee=screen.fee))
        case on.MoneyInserted(total=total):
            return Move(at.Paying(fee=screen.fee, sheets=screen.sheets, inserted=total))
        case on.Cancel():
            return stop_paying(at.Trouble.CANCELLED)
        case on.Failed(reason=reason):
            return stop_paying(reason)
        case _:
            return None


def stop_paying(reason: at.Reason) -> Move:
    """What the screen has counted may be behind what was inserted, so the coin unit is always asked to return all."""
    return Move(at.Refunding(reason=reason, paid=0), do.GiveBack())


def settling(screen: at.Settling, event: on.Event) -> Move | None:
    match event:
        case on.FeeHeld(paid=paid, change=change) if paid == screen.fee:
            return Move(at.Printing(paid=paid, sheets=screen.sheets, change=change), do.Print(paid=paid))
        case on.FeeHeld():
            return stop_paying(at.Trouble.CASH_UNAVAILABLE)
        case on.MoneyStuck() | on.Failed():
            return _stuck(taken=screen.fee, sheets=0)
        case _:
            return None


def printing(screen: at.Printing, event: on.Event) -> Move | None:
    match event:
        case on.Printed():
            return Move(
                at.TakeCertificate(sheets=screen.sheets, paid=screen.paid, change=screen.change),
                do.CollectFee(),
                do.Report(outcome=OutcomeKind.PRINTED, sheets=screen.sheets, taken=screen.paid),
                do.IssueReceipt(paid=screen.paid, change=screen.change),
            )
        case on.PrintFailed(reason=reason, sheets=sheets):
            return Move(at.Refunding(reason=reason, paid=screen.paid, sheets=sheets), do.GiveBack())
        case on.PrintUnknown() | on.Failed():
            reason = at.Trouble.PRINT_UNKNOWN
            report = do.Report(outcome=OutcomeKind.UNKNOWN, taken=screen.paid, reason=reason)
            return Move(at.CallStaff(reason=reason), do.CollectFee(), report)
        case _:
            return None


def refunding(screen: at.Refunding, event: on.Event) -> Move | None:
    match event:
        case on.MoneyReturned(amount=amount) if amount < screen.paid:
            return _stuck(taken=screen.paid, sheets=screen.sheets, refunded=amount)
        case on.MoneyReturned(amount=amount):
            report = do.Report(
                # a certificate without a fee that did not come out was neither paid nor printed
                outcome=OutcomeKind.REFUNDED if screen.paid or screen.sheets else OutcomeKind.ABANDONED,
                sheets=screen.sheets,
                taken=screen.paid,
                refunded=screen.paid,
                reason=screen.reason,
            )
            if screen.sheets:  # paper of a certificate that was not paid for lies in the tray
                return Move(at.CallStaff(reason=at.Trouble.PRINT_INCOMPLETE), report)
            return Move(at.Refused(reason=screen.reason, returned=amount), report)
        case on.MoneyStuck() | on.Failed():
            return _stuck(taken=screen.paid, sheets=screen.sheets)
        case _:
            return None


def take_certificate(event: on.Event) -> Move | None:
    match event:
        case on.Next():
            return Move(at.Finished())
        case _:
            return None


def goodbye(event: on.Event, *, card_on_reader: bool) -> Move | None:
    """From the last screen of a visit to the first of the next, past a card that was forgotten."""
    match event:
        case on.Next():
            return leave(card_on_reader=card_on_reader)
        case _:
            return None


def leave(*, card_on_reader: bool) -> Move:
    return Move(at.TakeCardAway() if card_on_reader else at.Welcome())


def take_card_away(event: on.Event) -> Move | None:
    match event:
        case on.CardRemoved():
            return Move(at.Welcome())
        case _:
            return None


def call_staff(event: on.Event, *, card_on_reader: bool) -> Move | None:
    match event:
        case on.StaffReleased():
            return Move(leave(card_on_reader=card_on_reader).screen, do.ReleaseOrders())
        case _:
            return None


def _abandoned(reason: at.Reason, opens_at: datetime | None = None) -> Move:
    report = do.Report(outcome=OutcomeKind.ABANDONED, reason=reason)
    return Move(at.Refused(reason=reason, opens_at=opens_at), report)


def _stuck(*, taken: int, sheets: int, refunded: int = 0) -> Move:
    reason = at.Trouble.MONEY_STUCK
    report = do.Report(
        outcome=OutcomeKind.UNKNOWN, sheets=sheets, taken=taken, refunded=refunded, reason=reason
    )
    return Move(at.CallStaff(reason=reason), report)
