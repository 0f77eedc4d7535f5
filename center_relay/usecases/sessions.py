"""The visits in the store: every change is one step of the state machine, and of two racing steps one loses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from center_relay.ports import Clock, Shelf, Store
from center_relay.usecases.session import Closed, Opened, Visit, admit, close, dump, restore
from certificates.domain.identifiers import KioskId, SessionId
from certificates.errors import RefusedError, UnavailableError
from certificates.problems import ProblemCode

ATTEMPTS = 5
GRACE = timedelta(minutes=1)
"""How long an expired visit is still known, so that the kiosk reads "expired" and not "unknown"."""

V = TypeVar("V", bound=Visit)


class Sessions:
    """All methods raise UnavailableError when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def open(self, visit: Opened) -> None:
        if not await self._swap(visit.session, None, visit):
            raise UnavailableError("store", "a session number was drawn twice", outcome_known=True)

    async def find(self, session: SessionId, kiosk: KioskId) -> Visit:
        """Raises RefusedError: UNKNOWN_SESSION or SESSION_EXPIRED."""
        data = await self._store.read(Shelf.SESSIONS, session)
        visit = None if data is None else restore(data, session)
        return admit(visit, kiosk=kiosk, now=self._clock())

    async def change(self, session: SessionId, kiosk: KioskId, step: Callable[[Visit], V]) -> V:
        """Take one step. Whoever loses a race looks again: the step then decides from what the winner left.

        Raises RefusedError from the step, or BUSY when the visit never stands still.
        """
        for _ in range(ATTEMPTS):
            before = await self.find(session, kiosk)
            after = step(before)
            if after == before or await self._swap(session, before, after):
                return after
        raise RefusedError(ProblemCode.BUSY, "the visit is being changed by others")

    async def close(self, session: SessionId, kiosk: KioskId) -> Closed | None:
        """Forget the holder; None when there is nothing left to close."""
        try:
            return await self.change(session, kiosk, close)
        except RefusedError as error:
            if error.code in (ProblemCode.UNKNOWN_SESSION, ProblemCode.SESSION_EXPIRED):
                return None
            raise

    async def _swap(self, session: SessionId, before: Visit | None, after: Visit) -> bool:
        return await self._store.swap(
            Shelf.SESSIONS,
            session,
            None if before is None else dump(before),
            dump(after),
            keep_for=max(after.expires - self._clock(), timedelta()) + GRACE,
        )
