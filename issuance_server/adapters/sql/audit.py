"""Reading the audit log back for verification."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from certificates.domain.identifiers import ResidentNumber
from certificates.errors import WireError
from issuance_server.adapters.sql.tables import audit_rows
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.audit import AuditRow

_IN_ORDER = select(audit_rows).order_by(audit_rows.c.chain, audit_rows.c.sequence)


async def openings(connection: AsyncConnection) -> list[AuditRow]:
    """The first row of every chain."""
    first = _IN_ORDER.where(audit_rows.c.sequence == 1)
    return [_row(row) for row in await connection.execute(first)]


async def read_rows(connection: AsyncConnection) -> AsyncGenerator[AuditRow]:
    """All rows by chain and sequence, a page at a time; close it (``contextlib.aclosing``) when leaving early."""
    found = await connection.stream(_IN_ORDER)
    try:
        async for row in found:
            yield _row(row)
    finally:
        await found.close()


def _row(row: Row[tuple[object, ...]]) -> AuditRow:
    """Raises WireError for a row that this server cannot have written."""
    try:
        entry = AuditEntry(
            at=row.at,
            event=AuditEvent(row.event),
            actor=row.actor,
            reference=row.reference,
            resident=ResidentNumber(row.resident) if row.resident is not None else None,
            code=row.code,
            detail=row.detail,
        )
    except ValueError as error:
        raise WireError(f"row {row.chain}:{row.sequence} was changed") from error
    return AuditRow(
        chain=row.chain, sequence=row.sequence, entry=entry, digest=bytes(row.digest), seal=row.seal
    )
