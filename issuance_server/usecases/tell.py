"""Tell: what became of a numbered paper, for whoever received one; nothing about a person is read or told."""

from __future__ import annotations

from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import OutcomeKind
from issuance_server.ports import Ledger
from issuance_server.records import IssueRecord, IssueState
from issuance_server.usecases.gate import Gate

_ENDED = {
    OutcomeKind.PRINTED: Standing.PRINTED,
    OutcomeKind.REFUNDED: Standing.NOT_HANDED_OUT,
    OutcomeKind.ABANDONED: Standing.NOT_HANDED_OUT,
    OutcomeKind.UNKNOWN: Standing.UNCERTAIN,
}


class Tell:
    """From the issue record alone: the register's copy is not looked at."""

    def __init__(self, *, gate: Gate, ledger: Ledger) -> None:
        self._gate = gate
        self._ledger = ledger

    async def __call__(self, message: AskStanding) -> StandingTold:
        """Raises RefusedError (UNKNOWN_MUNICIPALITY) for another municipality's paper."""
        self._gate.require_ours(message.municipality)
        record = await self._ledger.find(message.order)
        return StandingTold(
            order=message.order,
            issue_number=message.issue_number,
            standing=standing_of(record, message.issue_number),
        )


def standing_of(record: IssueRecord | None, issue_number: str) -> Standing:
    """A paper that was withdrawn stays so, whatever the kiosk reported afterwards: its content is no longer right."""
    if record is None or record.paper is None or issue_number not in map(str, record.paper.numbers):
        return Standing.NO_RECORD
    if record.state is IssueState.VOIDED:
        return Standing.WITHDRAWN
    if record.closing is None:
        return Standing.NOT_REPORTED
    return _ENDED[record.closing.outcome]
