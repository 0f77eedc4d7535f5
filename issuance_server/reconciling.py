"""Beside the service: reconciling the copy with the registry, and asking for the households that bad changes hide."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Coroutine
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode, resident_number
from certificates.errors import InvalidValueError, KofuError
from certificates.wire.jose import Party, Role
from issuance_server.ports import Clock
from issuance_server.records import AuditEntry, AuditEvent
from sync.original.ports import Original
from sync.reconcile.alone import alone
from sync.reconcile.placing import place
from sync.reconcile.report import Finding, Outcome, Report, summary
from sync.reconcile.run import reconcile
from sync.reconcile.scan import Progress

_LONGEST_WAIT = 60.0
_FIRST_SECONDS = 3600.0  # a server that is restarted every day must come to it too
_log = logging.getLogger(__name__)


class Notes(Protocol):
    """The audit log."""

    async def note(self, entry: AuditEntry) -> None: ...


async def reconcile_once(
    engine: AsyncEngine,
    original: Original,
    notes: Notes,
    municipality: MunicipalityCode,
    clock: Clock,
    *,
    actor: str,
    quick: bool = False,
    repair: bool = True,
    progress: Progress = lambda done, total: None,
) -> Report:
    """One run, alone in this copy, and its audit entries: one for the run, one for each person set right.

    Raises UnavailableError, WireError, RefusedError, ReconciliationError.
    """
    async with alone(engine):
        report = await reconcile(
            engine, original, municipality, clock, quick=quick, repair=repair, progress=progress
        )
    for finding in report.findings:
        if finding.outcome is Outcome.REPAIRED:
            await notes.note(_repaired(finding, clock, actor))
    await notes.note(AuditEntry(at=clock(), event=AuditEvent.RECONCILED, actor=actor, detail=summary(report)))
    return report


def _repaired(finding: Finding, clock: Clock, actor: str) -> AuditEntry:
    try:
        resident = resident_number(finding.subject[1:]) if finding.subject[:1] == "r" else None
    except InvalidValueError:
        resident = None  # a row under a number that no registry gives out
    rows = ", ".join(sorted(f"{row.kind} {row.how.value}" for row in finding.rows))
    return AuditEntry(at=clock(), event=AuditEvent.REPAIRED, actor=actor, resident=resident, detail=rows)


@contextlib.asynccontextmanager
async def reconciling(
    engine: AsyncEngine,
    original: Original,
    notes: Notes,
    municipality: MunicipalityCode,
    clock: Clock,
    *,
    seconds: float,
) -> AsyncIterator[None]:
    """Reconcile every ``seconds`` until the context is left, the first time after an hour at most; 0 is never.

    A run that fails is logged and tried again at its next time; what it had blocked stays blocked.
    """
    if seconds == 0:
        yield
        return

    async def run() -> None:
        wait = min(seconds, _FIRST_SECONDS)
        while True:
            await asyncio.sleep(wait)
            wait = seconds
            await _try_once(engine, original, notes, municipality, clock)

    async with _beside(run()):
        yield


@contextlib.asynccontextmanager
async def placing(
    engine: AsyncEngine, original: Original, municipality: MunicipalityCode, *, seconds: float = 1.0
) -> AsyncIterator[None]:
    """Ask every ``seconds``, less often while there is no answer, for the households that changes in quarantine hide."""

    async def run() -> None:
        wait = seconds
        while True:
            await asyncio.sleep(wait)
            try:
                left = await place(engine, original, municipality)
            except KofuError as error:
                _log.error("households not asked for", extra={"reason": str(error)})
                left = 1
            wait = min(_LONGEST_WAIT, wait * 2) if left else seconds

    async with _beside(run()):
        yield


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        try:
            yield
        finally:
            task.cancel()


async def _try_once(
    engine: AsyncEngine, original: Original, notes: Notes, municipality: MunicipalityCode, clock: Clock
) -> None:
    try:
        report = await reconcile_once(
            engine,
            original,
            notes,
            municipality,
            clock,
            actor=str(Party(role=Role.ISSUER, name=municipality)),
        )
    except KofuError as error:
        _log.error("not reconciled", extra={"reason": str(error)})
        return
    level = logging.INFO if report.is_equal else logging.ERROR
    counts = {outcome.name.lower(): report.count(outcome) for outcome in Outcome}
    _log.log(level, "reconciled", extra={"applied": report.applied, "bytes": report.exchanged, **counts})
