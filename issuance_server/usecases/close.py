"""Close: how an order ended at the kiosk, written into the issue record once."""

from __future__ import annotations

import logging
from datetime import datetime

from certificates.errors import RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.jose import Party
from certificates.wire.order import CloseOrder
from certificates.wire.visit import OutcomeKind, OutcomeRecorded
from issuance_server.ports import Ledger
from issuance_server.records import AuditEntry, AuditEvent, Closing, IssueRecord, IssueState
from issuance_server.usecases.gate import Gate

MAX_REASON = 200
MAX_FIGURE = 1_000_000
_log = logging.getLogger(__name__)


class Close:
    """The same outcome again is answered alike; another one is refused."""

    def __init__(self, *, gate: Gate, ledger: Ledger) -> None:
        self._gate = gate
        self._ledger = ledger

    async def __call__(self, message: CloseOrder, sender: Party, now: datetime) -> OutcomeRecorded:
        """Raises RefusedError: NOT_FOUND for an order that never arrived (unless it is ABANDONED, and then it can
        arrive no more), OUT_OF_TURN for an outcome that contradicts the record; WireError for impossible figures.
        """
        closing = _closing(message, now)
        try:
            self._gate.require_ours(message.municipality)
            standing = await self._settle(message, closing, _entry(message, sender, now))
            if standing is None or standing.closing is None or not standing.closing.agrees_with(closing):
                raise self._contradiction(message, standing)
        except RefusedError as refusal:
            entry = AuditEntry(
                at=now,
                event=AuditEvent.REFUSED,
                actor=str(sender),
                reference=message.order,
                code=refusal.code.value,
                detail=f"outcome {message.outcome.value}",
            )
            await self._ledger.note(entry)
            raise
        _look_closer(standing, closing)
        return OutcomeRecorded(order=message.order, outcome=message.outcome)

    async def _settle(self, message: CloseOrder, closing: Closing, entry: AuditEntry) -> IssueRecord | None:
        standing = await self._ledger.close(message.order, closing, entry)
        if standing is not None or closing.outcome is not OutcomeKind.ABANDONED:
            return standing
        # The order may still be on its way to us: this record keeps it from ever being issued.
        never = IssueRecord(
            order=message.order, fingerprint=None, state=IssueState.ABANDONED, at=closing.at, closing=closing
        )
        kept = await self._ledger.record(never, entry)
        return kept if kept is never else await self._ledger.close(message.order, closing, entry)

    def _contradiction(self, message: CloseOrder, standing: IssueRecord | None) -> RefusedError:
        if standing is None:
            _log.critical("outcome of an order never issued", extra={"order": message.order})
            return RefusedError(ProblemCode.NOT_FOUND, "no such order")
        if standing.state is IssueState.REFUSED:
            _log.critical("outcome of a refused order", extra={"order": message.order})
        return RefusedError(ProblemCode.OUT_OF_TURN, f"the order is {standing.state.value}")


def _closing(message: CloseOrder, now: datetime) -> Closing:
    if min(message.sheets, message.taken, message.refunded) < 0 or message.refunded > message.taken:
        raise WireError("close-order: sheets, taken and refunded must add up")
    if max(message.sheets, message.taken) > MAX_FIGURE:
        raise WireError(f"close-order: figures go to {MAX_FIGURE}")
    if len(message.reason) > MAX_REASON or not message.reason.isprintable():
        raise WireError(f"close-order: the reason is at most {MAX_REASON} printable characters")
    return Closing(
        outcome=message.outcome,
        sheets=message.sheets,
        taken=message.taken,
        refunded=message.refunded,
        reason=message.reason,
        at=now,
    )


def _entry(message: CloseOrder, sender: Party, now: datetime) -> AuditEntry:
    return AuditEntry(
        at=now,
        event=AuditEvent.CLOSED,
        actor=str(sender),
        reference=message.order,
        code=message.outcome.value,
        detail=f"sheets {message.sheets} taken {message.taken} refunded {message.refunded}",
    )


def _look_closer(standing: IssueRecord, closing: Closing) -> None:
    """What is recorded as told and still wants a person's eye."""
    if standing.state is IssueState.VOIDED and closing.outcome is not OutcomeKind.ABANDONED:
        _log.critical("a voided certificate was handed out", extra={"order": standing.order})
    if closing.outcome is OutcomeKind.UNKNOWN:
        _log.warning("outcome unknown, staff must look", extra={"order": standing.order})
    if (
        closing.outcome is OutcomeKind.PRINTED
        and standing.paper is not None
        and closing.taken - closing.refunded != standing.paper.fee
    ):
        _log.warning("fee taken is not the fee asked", extra={"order": standing.order})
