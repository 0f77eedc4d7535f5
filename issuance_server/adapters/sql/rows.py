"""Issue records as rows of ``issue_orders`` and ``issue_numbers``, and back."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from certificates.domain.identifiers import MunicipalityCode, OrderId, ResidentNumber
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from issuance_server.adapters.sql.tables import issue_numbers, issue_orders
from issuance_server.records import Closing, IssuedPaper, IssueRecord, IssueState

Columns = dict[str, object]


def order_columns(record: IssueRecord) -> Columns:
    """Every column is given, so that records of all states go into one statement."""
    paper = record.paper
    return {
        "order_id": record.order,
        "fingerprint": record.fingerprint,
        "state": record.state.value,
        "at": record.at,
        "refusal": record.refusal.value if record.refusal is not None else None,
        "kind": paper.kind.value if paper is not None else None,
        "holder": paper.holder if paper is not None else None,
        "members": " ".join(paper.members) if paper is not None else None,
        "sha256": paper.sha256 if paper is not None else None,
        "fee": paper.fee if paper is not None else None,
        "register_sequence": paper.register_sequence if paper is not None else None,
        "register_age_ms": paper.register_age_ms if paper is not None else None,
        "registry_asked": paper.registry_asked if paper is not None else None,
        **closing_columns(record.closing),
    }


def closing_columns(closing: Closing | None) -> Columns:
    return {
        "outcome": closing.outcome.value if closing is not None else None,
        "sheets": closing.sheets if closing is not None else None,
        "taken": closing.taken if closing is not None else None,
        "refunded": closing.refunded if closing is not None else None,
        "reason": closing.reason if closing is not None else None,
        "closed_at": closing.at if closing is not None else None,
    }


def number_columns(record: IssueRecord) -> list[Columns]:
    if record.paper is None:
        return []
    return [
        {"serial": number.serial, "order_id": record.order, "place": place}
        for place, number in enumerate(record.paper.numbers, start=1)
    ]


async def read_orders(
    connection: AsyncConnection,
    orders: Collection[OrderId],
    municipality: MunicipalityCode,
    *,
    to_change: bool = False,
) -> dict[OrderId, IssueRecord]:
    """Those that are known. ``to_change`` keeps other servers from changing them until the transaction ends
    (on SQLite a writer is alone anyway).
    """
    if not orders:
        return {}
    found = select(issue_orders).where(issue_orders.c.order_id.in_(orders)).order_by(issue_orders.c.order_id)
    rows = (await connection.execute(found.with_for_update() if to_change else found)).all()
    drawn = select(issue_numbers).where(issue_numbers.c.order_id.in_(orders)).order_by(issue_numbers.c.place)
    numbers: dict[str, list[IssueNumber]] = {}
    for row in await connection.execute(drawn):
        number = IssueNumber(municipality=municipality, serial=row.serial)
        numbers.setdefault(row.order_id, []).append(number)
    return {OrderId(row.order_id): _record(row, tuple(numbers.get(row.order_id, ()))) for row in rows}


def _record(row: Row[tuple[object, ...]], numbers: tuple[IssueNumber, ...]) -> IssueRecord:
    paper = None
    if row.kind is not None:
        paper = IssuedPaper(
            kind=CertificateKind(row.kind),
            holder=ResidentNumber(row.holder),
            members=tuple(ResidentNumber(member) for member in row.members.split()),
            numbers=numbers,
            sha256=row.sha256,
            fee=row.fee,
            register_sequence=row.register_sequence,
            register_age_ms=row.register_age_ms,
            registry_asked=row.registry_asked,
        )
    closing = None
    if row.outcome is not None:
        closing = Closing(
            outcome=OutcomeKind(row.outcome),
            sheets=row.sheets,
            taken=row.taken,
            refunded=row.refunded,
            reason=row.reason,
            at=row.closed_at,
        )
    return IssueRecord(
        order=OrderId(row.order_id),
        fingerprint=row.fingerprint,
        state=IssueState(row.state),
        at=row.at,
        paper=paper,
        refusal=ProblemCode(row.refusal) if row.refusal is not None else None,
        closing=closing,
    )
