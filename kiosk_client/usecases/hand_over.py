"""Decrypt, print, wipe: the vault does it, the journal knows before and after."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from certificates.errors import BindingError, UnavailableError
from kiosk_client.ports import Journal, Vaults
from kiosk_client.printing.ports import PrintOutcome, PrintResult
from kiosk_client.record import PrintBegun, PrintEnded
from kiosk_client.usecases.delivery import PaidDelivery
from kiosk_client.usecases.seat import Seat

BINDING_BROKEN = "binding-broken"
JOURNAL_FAILED = "journal-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    vaults: Vaults
    journal: Journal

    async def __call__(self, seat: Seat, paid: PaidDelivery) -> PrintEnded:
        """How the printing ended; a file that does not open or is not the promised one raises BindingError.

        One order is one PDF that holds all copies, fronts and backs in turn: one copy of it, on both sides.
        """
        order = paid.verified.expected.order
        # the printer shows the name on its panel and keeps it in its spool: it says nothing to anybody
        job = secrets.token_hex(8)
        vault = await seat.vault(self.vaults)
        try:
            await self.journal.append(PrintBegun(order=order, job=job))
        except UnavailableError:
            # the vault was asked for nothing yet: what cannot be written down is not printed, and the fee goes back
            return PrintEnded(order=order, result=PrintResult.FAILED, sheets=0, reason=JOURNAL_FAILED)
        try:
            outcome = await vault.print(paid.verified.sealed, job_name=job, copies=1, duplex=True)
        except BindingError:
            await self.journal.append(
                PrintEnded(order=order, result=PrintResult.FAILED, sheets=0, reason=BINDING_BROKEN)
            )
            raise
        except UnavailableError as error:
            result = PrintResult.FAILED if error.outcome_known else PrintResult.UNKNOWN
            outcome = PrintOutcome(result=result, reason="vault-failed")
        sheets = paid.verified.sheets if outcome.result is PrintResult.PRINTED else _sheets(outcome)
        ended = PrintEnded(order=order, result=outcome.result, sheets=sheets, reason=outcome.reason)
        await self.journal.append(ended)
        return ended


def _sheets(outcome: PrintOutcome) -> int:
    """Sheets that left the printer all the same, as far as it counted; two impressions make one."""
    if outcome.sheets_completed is not None:
        return outcome.sheets_completed
    return -(-(outcome.impressions_completed or 0) // 2)
