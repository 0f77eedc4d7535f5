"""Orders, numbers and outcomes in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from issuance_server.adapters.sql.group_commit import GroupCommit, Written
from issuance_server.adapters.sql.line import is_stopped
from issuance_server.adapters.sql.rows import closing_columns, number_columns, order_columns, read_orders
from issuance_server.adapters.sql.tables import issue_numbers, issue_orders
from issuance_server.records import AuditEntry, Closing, IssueRecord, IssueState
from sync.copy.database import reading

_INSERT_NEW = {
    "sqlite": sqlite.insert(issue_orders).on_conflict_do_nothing().returning(issue_orders.c.order_id),
    "postgresql": postgresql.insert(issue_orders).on_conflict_do_nothing().returning(issue_orders.c.order_id),
}
_CLOSE = (
    update(issue_orders)
    .where(issue_orders.c.order_id == bindparam("of_order"))
    .values({name: bindparam(name) for name in closing_columns(None)})
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Recording:
    record: IssueRecord
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ending:
    order: OrderId
    closing: Closing
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Voiding:
    order: OrderId
    entry: AuditEntry


class SqlLedger:
    """See ``ports.Ledger``; writes are grouped with everybody else's."""

    def __init__(self, engine: AsyncEngine, commits: GroupCommit, municipality: MunicipalityCode) -> None:
        self._engine = engine
        self._commits = commits
        self._municipality = municipality

    async def record(self, record: IssueRecord, entry: AuditEntry) -> IssueRecord:
        standing = await self._commits.submit(self._record_all, _Recording(record=record, entry=entry))
        if standing is None:
            raise RefusedError(ProblemCode.LINE_STOPPED)
        return standing

    async def find(self, order: OrderId) -> IssueRecord | None:
        async with reading(self._engine) as connection:
            return (await read_orders(connection, [order], self._municipality)).get(order)

    async def void(self, order: OrderId, entry: AuditEntry) -> None:
        await self._commits.submit(self._void_all, _Voiding(order=order, entry=entry))

    async def close(self, order: OrderId, closing: Closing, entry: AuditEntry) -> IssueRecord | None:
        return await self._commits.submit(self._close_all, _Ending(order=order, closing=closing, entry=entry))

    async def note(self, entry: AuditEntry) -> None:
        await self._commits.submit(_note_all, entry)

    async def _record_all(
        self, connection: AsyncConnection, items: Sequence[_Recording]
    ) -> list[Written[IssueRecord | None]]:
        """None for an issue while the line is stopped: that is looked up in this very transaction."""
        stopped = await is_stopped(connection)
        first: dict[OrderId, IssueRecord] = {}
        for item in items:
            if not (stopped and item.record.paper is not None):
                first.setdefault(item.record.order, item.record)
        new = await _insert_new(connection, list(first.values()))
        kept = [item.record.order in new and first.get(item.record.order) is item.record for item in items]
        known = {item.record.order for item, is_kept in zip(items, kept, strict=True) if not is_kept}
        earlier = await read_orders(connection, known, self._municipality)
        written: list[Written[IssueRecord | None]] = []
        for item, is_kept in zip(items, kept, strict=True):
            if is_kept:
                written.append(Written(result=item.record, entries=[item.entry]))
            elif stopped and item.record.paper is not None:
                written.append(Written(result=None))
            else:
                written.append(Written(result=earlier[item.record.order]))
        return written

    async def _close_all(
        self, connection: AsyncConnection, items: Sequence[_Ending]
    ) -> list[Written[IssueRecord | None]]:
        orders = {item.order for item in items}
        standing = await read_orders(connection, orders, self._municipality, to_change=True)
        changed: list[dict[str, object]] = []
        written: list[Written[IssueRecord | None]] = []
        for item in items:
            record = standing.get(item.order)
            if record is None or not record.can_close(item.closing):
                written.append(Written(result=record))
                continue
            standing[item.order] = closed = replace(record, closing=item.closing)
            changed.append({"of_order": item.order, **closing_columns(item.closing)})
            written.append(Written(result=closed, entries=[item.entry]))
        if changed:
            await connection.execute(_CLOSE, changed)
        return written

    async def _void_all(self, connection: AsyncConnection, items: Sequence[_Voiding]) -> list[Written[None]]:
        written: list[Written[None]] = []
        for item in items:
            done = await connection.execute(
                update(issue_orders)
                .where(issue_orders.c.order_id == item.order, issue_orders.c.state == IssueState.ISSUED.value)
                .values(state=IssueState.VOIDED.value)
            )
            written.append(Written(result=None, entries=[item.entry] if done.rowcount else []))
        return written


async def _insert_new(connection: AsyncConnection, records: Sequence[IssueRecord]) -> set[OrderId]:
    """The orders that were not known; their numbers with them. A number that is known breaks the transaction."""
    if not records:
        return set()
    statement = _INSERT_NEW[connection.dialect.name]
    kept = set(await connection.scalars(statement, [order_columns(record) for record in records]))
    numbers = [row for record in records if record.order in kept for row in number_columns(record)]
    if numbers:
        await connection.execute(insert(issue_numbers), numbers)
    return kept


async def _note_all(connection: AsyncConnection, items: Sequence[AuditEntry]) -> list[Written[None]]:
    return [Written(result=None, entries=[entry]) for entry in items]
