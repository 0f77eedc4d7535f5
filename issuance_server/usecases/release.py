"""Release: a stopped line runs again when two different people say so."""

from __future__ import annotations

import logging
from datetime import datetime

from certificates.errors import InvalidValueError
from issuance_server.ports import Line
from issuance_server.records import AuditEntry, AuditEvent

_log = logging.getLogger(__name__)


class Release:
    """二人での解除: neither person alone can put a line back into service."""

    def __init__(self, *, line: Line) -> None:
        self._line = line

    async def __call__(self, first: str, second: str, now: datetime) -> int:
        """How many stops were released, 0 when the line was running.

        Raises InvalidValueError when the two are not two, or one has no name.
        """
        first, second = first.strip(), second.strip()
        for name in (first, second):
            if not 1 <= len(name) <= 64 or not name.isprintable():
                raise InvalidValueError(
                    "release", "two people must give their names, 1 to 64 characters each"
                )
        if first.casefold() == second.casefold():
            raise InvalidValueError("release", "the second person must be another one")
        entry = AuditEntry(
            at=now,
            event=AuditEvent.LINE_RELEASED,
            actor=f"operator:{first}",
            detail=f"together with operator:{second}",
        )
        released = await self._line.release(first, second, entry)
        if released:
            _log.warning("line released", extra={"stops": released})
        return released
