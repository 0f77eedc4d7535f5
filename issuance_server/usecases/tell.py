"""Tell: what became of a numbered paper, for whoever received one; nothing about a person is read or told."""

from __future__ import annotations

from certificates.domain.issue_number import IssueNumber
from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import OutcomeKind
from issuance_server.ports import Ledger, Withdrawals
from issuance_server.records import IssueRecord, IssueState
from issuance_server.usecases.gate import Gate

_ENDED = {
    OutcomeKind.PRINTED: Standing.PRINTED,
    OutcomeKind.REFUNDED: Standing.NOT_HANDED_OUT,
    OutcomeKind.ABANDONED: Standing.NOT_HANDED_OUT,
    OutcomeKind.UNKNOWN: Standing.UNCERTAIN,
}


class Tell:
    """From the issue record and the withdrawals alone: the register's copy is not looked at."""

    def __init__(self, *, gate: Gate, ledger: Ledger, withdrawals: Withdrawals) -> None:
        self._gate = gate
        self._ledger = ledger
        self._withdrawals = withdrawals

    async def __call__(self, message: AskStanding) -> StandingTold:
        """Raises RefusedError (UNKNOWN_MUNICIPALITY) for another municipality's paper."""
        self._gate.require_ours(message.municipality)
        record = await self._ledger.find(message.order)
        number = _number_of(record, message.issue_number)
        if record is None or number is None:
            return _told(message, Standing.NO_RECORD)
        for withdrawal in await self._withdrawals.of([number]):
            return StandingTold(
                order=message.order,
                issue_number=message.issue_number,
                standing=Standing.WITHDRAWN if withdrawal.successor is None else Standing.REPLACED,
                since=withdrawal.at,
                collected=withdrawal.collected,
            )
        return _told(message, _ending(record))


def _told(message: AskStanding, standing: Standing) -> StandingTold:
    return StandingTold(order=message.order, issue_number=message.issue_number, standing=standing)


def _number_of(record: IssueRecord | None, issue_number: str) -> IssueNumber | None:
    if record is None or record.paper is None:
        return None
    return next((number for number in record.paper.numbers if str(number) == issue_number), None)


def _ending(record: IssueRecord) -> Standing:
    """A paper that was voided stays so, whatever the kiosk reported afterwards: its content is no longer right."""
    if record.state is IssueState.VOIDED:
        return Standing.WITHDRAWN
    if record.closing is None:
        return Standing.NOT_REPORTED
    return _ENDED[record.closing.outcome]
