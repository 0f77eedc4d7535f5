"""The ledger in this process's memory: for tests and for looking at a rule by itself; it forgets everything."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import BindingError, RefusedError
from certificates.problems import ProblemCode
from issuance_server.records import AuditEntry, Closing, IssueRecord, IssueState
from issuance_server.withdrawal import Withdrawal, require_free


class MemoryLedger:
    """Ledger, Withdrawals, Line and Series in one; no await inside, so each method is one transaction."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []
        self._records: dict[OrderId, IssueRecord] = {}
        self._numbers: set[IssueNumber] = set()
        self._withdrawn: dict[IssueNumber, Withdrawal] = {}
        self._next = 1
        self._stops: list[str] = []

    async def record(self, record: IssueRecord, entry: AuditEntry) -> IssueRecord:
        if record.paper is not None and self._stops:
            raise RefusedError(ProblemCode.LINE_STOPPED)
        if (standing := self._records.get(record.order)) is not None:
            return standing
        numbers = set(record.paper.numbers) if record.paper is not None else set()
        if numbers & self._numbers:
            raise BindingError("an issue number was drawn twice")
        self._numbers |= numbers
        self._records[record.order] = record
        self.entries.append(entry)
        return record

    async def find(self, order: OrderId) -> IssueRecord | None:
        return self._records.get(order)

    async def void(self, order: OrderId, entry: AuditEntry) -> None:
        standing = self._records.get(order)
        if standing is not None and standing.state is IssueState.ISSUED:
            self._records[order] = replace(standing, state=IssueState.VOIDED)
            self.entries.append(entry)

    async def close(self, order: OrderId, closing: Closing, entry: AuditEntry) -> IssueRecord | None:
        standing = self._records.get(order)
        if standing is None or not standing.can_close(closing):
            return standing
        self._records[order] = closed = replace(standing, closing=closing)
        self.entries.append(entry)
        return closed

    async def issued_as(self, number: IssueNumber) -> IssueRecord | None:
        records = self._records.values()
        return next((one for one in records if one.paper is not None and number in one.paper.numbers), None)

    async def of(self, numbers: Collection[IssueNumber]) -> Sequence[Withdrawal]:
        return [self._withdrawn[number] for number in numbers if number in self._withdrawn]

    async def keep(self, withdrawal: Withdrawal, entry: AuditEntry) -> Withdrawal:
        standing = self._withdrawn.get(withdrawal.number)
        stands = withdrawal.added_to(standing)
        if stands == standing:
            return stands
        if stands.successor is not None and (standing is None or standing.successor is None):
            known = self._withdrawn.values()
            other = next((one.number for one in known if one.successor == stands.successor), None)
            require_free(withdrawal, self._withdrawn.get(stands.successor), other)
        self._withdrawn[stands.number] = stands
        self.entries.append(entry)
        return stands

    async def note(self, entry: AuditEntry) -> None:
        self.entries.append(entry)

    async def reserve(self, count: int) -> int:
        first = self._next
        self._next += count
        return first

    async def is_stopped(self) -> bool:
        return bool(self._stops)

    async def stop(self, reason: str, entry: AuditEntry) -> None:
        self._stops.append(reason)
        self.entries.append(entry)

    async def release(self, first: str, second: str, entry: AuditEntry) -> int:
        released = len(self._stops)
        self._stops.clear()
        if released:
            self.entries.append(entry)
        return released
