"""Withdraw: two members of staff take a paper out of force, and say whether it came back and what replaces it."""

from __future__ import annotations

import logging

from certificates.errors import InvalidValueError
from certificates.wire.visit import OutcomeKind
from issuance_server.ports import Withdrawals
from issuance_server.records import AuditEntry, AuditEvent, IssuedPaper, IssueRecord, IssueState
from issuance_server.usecases.two_people import two_people
from issuance_server.withdrawal import Withdrawal

_NEVER_OUT = frozenset({OutcomeKind.REFUNDED, OutcomeKind.ABANDONED})
_log = logging.getLogger(__name__)


class Withdraw:
    """無効・差替・回収 of one number. More facts may follow later (the paper comes back, another is handed out)."""

    def __init__(self, *, withdrawals: Withdrawals) -> None:
        self._withdrawals = withdrawals

    async def __call__(self, withdrawal: Withdrawal, first: str, second: str) -> Withdrawal:
        """What stands now; the same again changes nothing.

        Raises InvalidValueError, naming the number, when it was never issued, when what is known contradicts, or when
        the successor is not a paper in force of the same kind for the same holder.
        """
        first, second = two_people("withdraw", first, second)
        old = await self._withdrawals.issued_as(withdrawal.number)
        paper = _paper(withdrawal, old)
        if withdrawal.successor is not None:
            _require_successor(withdrawal, paper, await self._withdrawals.issued_as(withdrawal.successor))
        entry = AuditEntry(
            at=withdrawal.at,
            event=AuditEvent.WITHDRAWN,
            actor=f"operator:{first}",
            reference=old.order if old is not None else None,
            resident=paper.holder,
            code=withdrawal.reason.value,
            detail=f"{withdrawal.number}: {withdrawal.facts}; together with operator:{second}",
        )
        stands = await self._withdrawals.keep(withdrawal, entry)
        _log.warning("number withdrawn", extra={"reason": withdrawal.reason.value})
        return stands


def _paper(withdrawal: Withdrawal, record: IssueRecord | None) -> IssuedPaper:
    if record is None or record.paper is None:
        raise InvalidValueError(str(withdrawal.number), "was never issued here")
    return record.paper


def _require_successor(withdrawal: Withdrawal, paper: IssuedPaper, record: IssueRecord | None) -> None:
    """Another person's number given as the successor would hand one person's paper to another in the books."""
    number = str(withdrawal.successor)
    if record is None or record.paper is None:
        raise InvalidValueError(number, "was never issued here")
    if (record.paper.holder, record.paper.kind) != (paper.holder, paper.kind):
        raise InvalidValueError(number, f"is not of the holder and kind of {withdrawal.number}")
    ended = None if record.closing is None else record.closing.outcome
    if record.state is not IssueState.ISSUED or ended in _NEVER_OUT:
        raise InvalidValueError(number, "was not handed out")
