"""Tells the centre how each order ended, until the centre has recorded it; outlives visits and restarts."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Final

from certificates.errors import KofuError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind, ReportOutcome
from kiosk_client.ports import Centre, Journal
from kiosk_client.record import Concluded, Recorded

_LONGEST_PAUSE: Final = 60.0
# the centre says that it never made an order of this number: then there is nothing to close
_NO_SUCH_ORDER: Final = frozenset(
    {ProblemCode.UNKNOWN_SESSION, ProblemCode.NOT_FOUND, ProblemCode.SESSION_EXPIRED}
)
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Reporter:
    """``conclude`` writes down and queues; ``run`` sends. Nothing in a report is about the holder."""

    centre: Centre = field(repr=False)
    journal: Journal = field(repr=False)
    first_pause: float = 1.0
    """seconds; doubled with every failure"""
    _due: list[ReportOutcome] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)

    async def conclude(self, report: ReportOutcome) -> None:
        """The outcome is on disk when this returns; the centre hears of it as soon as it can."""
        await self.journal.append(Concluded(report=report))
        self.resend(report)

    def resend(self, report: ReportOutcome) -> None:
        self._due.append(report)
        self._wake.set()

    async def run(self) -> None:
        pause = self.first_pause
        while True:
            if not self._due:
                await self._wake.wait()
            self._wake.clear()
            report = self._due[0]
            if await self._send(report):
                self._due.remove(report)
                pause = self.first_pause
                continue
            # the others are not held up by one that the centre does not take
            self._due.append(self._due.pop(0))
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _send(self, report: ReportOutcome) -> bool:
        """True when this report needs no more asking."""
        refused = ""
        try:
            receipt = await self.centre.report(report)
            if (receipt.order, receipt.outcome) != (report.order, report.outcome):
                _log.critical("outcome-receipt-wrong", extra={"order": report.order})
                return False
        except RefusedError as error:
            if report.outcome is not OutcomeKind.ABANDONED or error.code not in _NO_SUCH_ORDER:
                _log.critical("outcome-refused", extra={"order": report.order, "code": error.code.value})
                return False
            refused = error.code.value
        except KofuError as error:
            _log.warning("outcome-not-sent", extra={"order": report.order, "error": type(error).__name__})
            return False
        try:
            await self.journal.append(Recorded(order=report.order, refused=refused))
        except KofuError:
            _log.critical("journal-failed", extra={"order": report.order})
        return True
