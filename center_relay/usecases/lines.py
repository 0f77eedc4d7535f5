"""A municipality's line: stopped by the first broken binding, for every kiosk, until two people release it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import ClassVar

from center_relay.ports import Clock, Event, Journal, Note, Shelf, Store
from center_relay.usecases.sessions import ATTEMPTS
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire import codec

APPROVAL_LIFE = timedelta(minutes=10)
"""Both approvals fall within this time."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    operator: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStop:
    """As long as this record stands, nothing is issued for the municipality."""

    TAG: ClassVar[str] = "centre-line-stop/1"
    municipality: MunicipalityCode
    stopped_at: datetime
    approvals: tuple[Approval, ...] = ()


class Release(Enum):
    """What an operator's approval led to."""

    AWAITING_SECOND = "awaiting-second"
    RELEASED = "released"


def approve(stop: LineStop, *, operator: str, now: datetime) -> LineStop | None:
    """None when the second person has approved; else the stop with this approval. Old approvals lapse."""
    standing = [
        entry for entry in stop.approvals if now - entry.at < APPROVAL_LIFE and entry.operator != operator
    ]
    if standing:
        return None
    return replace(stop, approvals=(Approval(operator=operator, at=now),))


class Lines:
    """The stops in the store, shared by every process of the centre."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, *, name: str) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._name = name
        self._unwritten: set[MunicipalityCode] = set()

    async def require_open(self, municipality: MunicipalityCode) -> None:
        """Raises RefusedError (LINE_STOPPED)."""
        if municipality in self._unwritten:
            await self._write_stop(municipality)
        elif await self._store.read(Shelf.LINES, municipality) is None:
            return
        raise RefusedError(ProblemCode.LINE_STOPPED, municipality)

    async def stopped(self) -> tuple[str, ...]:
        """The codes of all stopped lines."""
        return tuple(sorted({*await self._store.names(Shelf.LINES), *self._unwritten}))

    @contextlib.asynccontextmanager
    async def guard(self, municipality: MunicipalityCode) -> AsyncIterator[None]:
        """A binding that breaks inside stops the line; the error goes on to the caller."""
        try:
            yield
        except BindingError as error:
            await self._stop(municipality, error.what)
            raise

    async def _stop(self, municipality: MunicipalityCode, what: str) -> None:
        # First in this process, then in the store: even a store that is down lets nothing more through here.
        self._unwritten.add(municipality)
        _log.critical("line stopped", extra={"municipality": municipality, "what": what})
        note = Note(
            event=Event.LINE_STOPPED,
            by=self._name,
            municipality=municipality,
            code=ProblemCode.BINDING_BROKEN.value,
        )
        try:
            await self._write_stop(municipality)
            await self._journal.append(note)
        except KofuError as error:
            _log.critical(
                "line stop not recorded", extra={"municipality": municipality, "reason": str(error)}
            )

    async def _write_stop(self, municipality: MunicipalityCode) -> None:
        """A new stop takes away approvals given before it: whoever gave them did not know of this one."""
        after = codec.encode(LineStop(municipality=municipality, stopped_at=self._clock()))
        for _ in range(ATTEMPTS):
            before = await self._store.read(Shelf.LINES, municipality)
            if await self._store.swap(Shelf.LINES, municipality, before, after):
                self._unwritten.discard(municipality)
                return
        raise UnavailableError("store", "the line stop could not be written", outcome_known=False)

    async def approve_release(self, municipality: MunicipalityCode, operator: str) -> Release:
        """One of two approvals. Raises RefusedError (OUT_OF_TURN) when the line is not stopped."""
        if municipality in self._unwritten:
            await self._write_stop(municipality)
        before = await self._store.read(Shelf.LINES, municipality)
        if before is None:
            raise RefusedError(ProblemCode.OUT_OF_TURN, "the line is not stopped")
        after = approve(codec.decode(before, LineStop), operator=operator, now=self._clock())
        release = Release.RELEASED if after is None else Release.AWAITING_SECOND
        event = Event.LINE_RELEASED if after is None else Event.RELEASE_APPROVED
        # Noted before it takes effect: no line opens without a trace.
        await self._journal.append(Note(event=event, by=f"operator:{operator}", municipality=municipality))
        data = None if after is None else codec.encode(after)
        if not await self._store.swap(Shelf.LINES, municipality, before, data):
            raise RefusedError(ProblemCode.BUSY, "the line changed meanwhile: look again")
        _log.warning("line release", extra={"municipality": municipality, "status": release.value})
        return release
