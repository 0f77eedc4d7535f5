"""Take the kiosk's report of how an order ended, forget the holder, and see that the municipality learns of it."""

from __future__ import annotations

from dataclasses import dataclass

from center_relay.ports import Event, Journal, Note
from center_relay.usecases.orders import Orders, end
from center_relay.usecases.outbox import Outbox
from center_relay.usecases.sessions import Sessions
from certificates.domain.identifiers import KioskId
from certificates.errors import WireError
from certificates.wire.visit import OutcomeRecorded, ReportOutcome

MAX_REASON = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseVisit:
    sessions: Sessions
    orders: Orders
    outbox: Outbox
    journal: Journal

    async def __call__(self, report: ReportOutcome, kiosk: KioskId) -> OutcomeRecorded:
        """The receipt, given once the report is safe with us; the municipality may learn of it later.

        Good as long as the order is remembered, far beyond the visit, for a kiosk that comes back from a power cut.
        Raises RefusedError (UNKNOWN_SESSION, OUT_OF_TURN), WireError, UnavailableError.
        """
        _require_plausible(report)
        record = await self.orders.change(
            report.order, session=report.session, kiosk=kiosk, step=lambda current: end(current, report)
        )
        await self.sessions.close(report.session, kiosk)
        if not record.settled:
            await self.outbox.post(record)
            await self.journal.append(
                Note(
                    event=Event.OUTCOME,
                    by=f"kiosk:{kiosk}",
                    step=report.outcome.value,
                    municipality=record.municipality,
                    session=report.session,
                    order=report.order,
                    sheets=report.sheets,
                )
            )
        return OutcomeRecorded(order=report.order, outcome=report.outcome)


def _require_plausible(report: ReportOutcome) -> None:
    if min(report.sheets, report.taken, report.refunded) < 0 or report.refunded > report.taken:
        raise WireError("report-outcome/1: sheets and fees do not agree")
    if len(report.reason) > MAX_REASON or not report.reason.isprintable():
        raise WireError(f"report-outcome/1.reason: must be at most {MAX_REASON} printable characters")
