"""After a crash: every order that was open ends in printed-and-paid, refunded, abandoned or unknown, and is reported."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from certificates.errors import UnavailableError
from kiosk_client.ports import CashBox, Journal
from kiosk_client.record import Standing, Trail, conclusion, money_goes_back, needs_staff, standing
from kiosk_client.usecases.report import Reporter

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recover:
    cash: CashBox
    journal: Journal
    reporter: Reporter

    async def __call__(self) -> Standing:
        """Conclude what is open and queue its reports; the answer says whether staff must look first.

        Raises UnavailableError when the coin unit or the journal fails: a kiosk that cannot settle its last visit
        does not begin another.
        """
        left = standing(self.journal.entries)
        staff_due = left.staff_due
        unsettled = [trail for trail in left.open.values() if trail.concluded is None]
        for trail in left.open.values():
            if trail.concluded is not None:
                self.reporter.resend(trail.concluded)
        for trail in unsettled:
            returned = await self._settle(trail)
            report = conclusion(trail, returned=returned)
            _log.warning(
                "order-concluded-after-restart",
                extra={"order": report.order, "outcome": report.outcome.value},
            )
            await self.reporter.conclude(report)
            staff_due = staff_due or needs_staff(report)
        # what an order that staff must look at left in the unit waits for them
        if not unsettled and not staff_due and (stray := await self.cash.give_back()):
            _log.warning("stray-money-returned", extra={"yen": stray})
        return Standing(open=left.open, staff_due=staff_due, stopped=left.stopped)

    async def _settle(self, trail: Trail) -> int:
        """Let the coin unit go of what it holds of this order; returns what was given back."""
        try:
            if money_goes_back(trail):
                return await self.cash.give_back()
            await self.cash.collect()
        except UnavailableError:
            _log.critical("coin-unit-failed-after-restart", extra={"order": trail.applied.order})
            raise
        return 0
