"""Release: a stopped line runs again when two different people say so."""

from __future__ import annotations

import logging
from datetime import datetime

from issuance_server.ports import Line
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.two_people import two_people

_log = logging.getLogger(__name__)


class Release:
    """二人での解除: neither person alone can put a line back into service."""

    def __init__(self, *, line: Line) -> None:
        self._line = line

    async def __call__(self, first: str, second: str, now: datetime) -> int:
        """How many stops were released, 0 when the line was running. Raises InvalidValueError unless they are two."""
        first, second = two_people("release", first, second)
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
