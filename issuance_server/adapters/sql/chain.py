"""The audit chain of one process in SQL: opened when it starts, extended in every transaction."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Sequence

from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import UnavailableError
from certificates.wire.jose import SigningKey
from issuance_server.adapters.sql.tables import audit_rows
from issuance_server.ports import Clock
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.audit import AuditRow, Tail, extend, start_of
from sync.copy.database import writing

ATTEMPTS = 20
COMMIT_SECONDS = 15.0
_log = logging.getLogger(__name__)


class Chain:
    """Where this process's chain stands. After a failed transaction it is left behind and a new one begun:
    whether its last rows were committed need not be known.
    """

    def __init__(self, municipality: MunicipalityCode, key: SigningKey, writer: str, clock: Clock) -> None:
        self._municipality = municipality
        self._key = key
        self._writer = writer
        self._clock = clock
        self._tail: Tail | None = None
        self._pending: Tail | None = None

    @contextlib.asynccontextmanager
    async def transaction(self, engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
        """A transaction in which ``append`` may be called; the chain moves on when it is committed."""
        if self._tail is None:
            self._tail = await self._open(engine)
        self._pending = self._tail
        tail, self._tail = self._tail, None
        try:
            async with writing(engine, seconds=COMMIT_SECONDS) as connection:
                yield connection
        except IntegrityError:
            # refused before the commit: nothing was written, so the chain is where it was
            self._tail = tail
            raise
        self._tail = self._pending

    async def append(self, connection: AsyncConnection, entries: Sequence[AuditEntry]) -> None:
        assert self._pending is not None
        rows, self._pending = extend(self._pending, entries, self._municipality, self._key)
        await connection.execute(insert(audit_rows), [_columns(row) for row in rows])

    async def _open(self, engine: AsyncEngine) -> Tail:
        """The next free number; another process may take it first, and then the one after."""
        for _ in range(ATTEMPTS):
            try:
                async with writing(engine, seconds=COMMIT_SECONDS) as connection:
                    return await self._begin(connection)
            except IntegrityError:
                continue
        raise UnavailableError(
            "audit log", f"no chain could be opened in {ATTEMPTS} tries", outcome_known=True
        )

    async def _begin(self, connection: AsyncConnection) -> Tail:
        last = await connection.scalar(select(func.max(audit_rows.c.chain)))
        found = ""
        if last is not None:
            newest = select(audit_rows.c.sequence, audit_rows.c.digest).where(audit_rows.c.chain == last)
            row = (await connection.execute(newest.order_by(audit_rows.c.sequence.desc()).limit(1))).one()
            found = str(Tail(chain=last, sequence=row.sequence, digest=row.digest))
        entry = AuditEntry(
            at=self._clock(), event=AuditEvent.CHAIN_OPENED, actor=f"operator:{self._writer}", detail=found
        )
        start = start_of(1 if last is None else last + 1)
        rows, tail = extend(start, [entry], self._municipality, self._key)
        await connection.execute(insert(audit_rows), [_columns(row) for row in rows])
        _log.info("audit chain opened", extra={"chain": tail.chain, "predecessor": found})
        return tail


def _columns(row: AuditRow) -> dict[str, object]:
    entry = row.entry
    return {
        "chain": row.chain,
        "sequence": row.sequence,
        "at": entry.at,
        "event": entry.event.value,
        "actor": entry.actor,
        "reference": entry.reference,
        "resident": entry.resident,
        "code": entry.code,
        "detail": entry.detail,
        "digest": row.digest,
        "seal": row.seal,
    }
