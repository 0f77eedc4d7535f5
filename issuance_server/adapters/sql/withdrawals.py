"""Withdrawn numbers in SQL."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.errors import InvalidValueError
from issuance_server.adapters.sql.group_commit import GroupCommit, Written
from issuance_server.adapters.sql.rows import read_orders
from issuance_server.adapters.sql.tables import issue_numbers, withdrawn_numbers
from issuance_server.records import AuditEntry, IssueRecord
from issuance_server.withdrawal import Withdrawal, WithdrawalReason, require_free
from sync.copy.database import reading

_table = withdrawn_numbers.c


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeping:
    withdrawal: Withdrawal
    entry: AuditEntry


class SqlWithdrawals:
    """See ``ports.Withdrawals``; writes are grouped with everybody else's."""

    def __init__(self, engine: AsyncEngine, commits: GroupCommit, municipality: MunicipalityCode) -> None:
        self._engine = engine
        self._commits = commits
        self._municipality = municipality

    async def issued_as(self, number: IssueNumber) -> IssueRecord | None:
        if number.municipality != self._municipality:
            return None
        async with reading(self._engine) as connection:
            found = select(issue_numbers.c.order_id).where(issue_numbers.c.serial == number.serial)
            if (order := await connection.scalar(found)) is None:
                return None
            return (await read_orders(connection, [OrderId(order)], self._municipality)).get(order)

    async def of(self, numbers: Collection[IssueNumber]) -> Sequence[Withdrawal]:
        serials = [number.serial for number in numbers if number.municipality == self._municipality]
        async with reading(self._engine) as connection:
            found = await connection.execute(select(withdrawn_numbers).where(_table.serial.in_(serials)))
            return [self._withdrawal(row) for row in found]

    async def keep(self, withdrawal: Withdrawal, entry: AuditEntry) -> Withdrawal:
        kept = await self._commits.submit(self._keep_all, _Keeping(withdrawal=withdrawal, entry=entry))
        if isinstance(kept, InvalidValueError):
            raise kept
        return kept

    async def _keep_all(
        self, connection: AsyncConnection, items: Sequence[_Keeping]
    ) -> list[Written[Withdrawal | InvalidValueError]]:
        written: list[Written[Withdrawal | InvalidValueError]] = []
        for item in items:
            try:
                written.append(await self._keep(connection, item))
            except InvalidValueError as refusal:
                written.append(Written(result=refusal))
        return written

    async def _keep(
        self, connection: AsyncConnection, item: _Keeping
    ) -> Written[Withdrawal | InvalidValueError]:
        asked = item.withdrawal
        involved = [number.serial for number in (asked.number, asked.successor) if number is not None]
        # their rows are held until the end, in one order for everybody (on SQLite a writer is alone anyway)
        drawn = issue_numbers.c.serial
        await connection.execute(select(drawn).where(drawn.in_(involved)).order_by(drawn).with_for_update())
        either = _table.serial.in_(involved) | _table.successor.in_(involved)
        rows = await connection.execute(select(withdrawn_numbers).where(either))
        known = [self._withdrawal(row) for row in rows]
        standing = next((one for one in known if one.number == asked.number), None)
        stands = asked.added_to(standing)
        if stands == standing:
            return Written(result=stands)
        if stands.successor is not None and (standing is None or standing.successor is None):
            itself = next((one for one in known if one.number == asked.successor), None)
            other = next((one.number for one in known if one.successor == asked.successor), None)
            require_free(asked, itself, other)
        columns = {"collected": stands.collected, "successor": stands.successor and stands.successor.serial}
        if standing is None:
            row = {"serial": stands.number.serial, "at": stands.at, "reason": stands.reason.value, **columns}
            await connection.execute(insert(withdrawn_numbers).values(row))
        else:
            changed = update(withdrawn_numbers).where(_table.serial == stands.number.serial).values(columns)
            await connection.execute(changed)
        return Written(result=stands, entries=[item.entry])

    def _withdrawal(self, row: Row[tuple[object, ...]]) -> Withdrawal:
        return Withdrawal(
            number=self._number(row.serial),
            at=row.at,
            reason=WithdrawalReason(row.reason),
            collected=row.collected,
            successor=None if row.successor is None else self._number(row.successor),
        )

    def _number(self, serial: int) -> IssueNumber:
        return IssueNumber(municipality=self._municipality, serial=serial)
