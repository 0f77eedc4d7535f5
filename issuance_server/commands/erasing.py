"""The verb that erases what has been kept for the legal period (保存期間の満了)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone

from certificates.errors import ConfigurationError
from issuance_server.commands.parsing import parser
from issuance_server.compose import now, open_books
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.settings import Settings
from sync.reconcile.erase import BODY_YEARS, RETENTION_YEARS, Erased, erase

ERASE = f"erase removed residents after {RETENTION_YEARS} years (住民基本台帳法施行令34条), and old quarantined bodies"
_JAPAN = timezone(timedelta(hours=9))


def erase_records(settings: Settings, arguments: Sequence[str]) -> int:
    given = parser("erase", ERASE)
    given.add_argument(
        "--as-of",
        type=date.fromisoformat,
        metavar="DATE",
        help="judge as on this day; later than today only counts",
    )
    given.add_argument("--dry-run", action="store_true", help="count only")
    given.add_argument(
        "--body-years",
        type=int,
        default=BODY_YEARS,
        metavar="YEARS",
        help=f"keep the body of a change that was set right for so long (default {BODY_YEARS})",
    )
    parsed = given.parse_args(arguments)
    today = datetime.now(_JAPAN).date()
    as_of: date = parsed.as_of or today
    dry_run: bool = parsed.dry_run
    body_years: int = parsed.body_years
    if as_of > today and not dry_run:
        raise ConfigurationError(
            "--as-of", "is later than today: nothing is erased before its time; add --dry-run"
        )
    if body_years < 1:
        raise ConfigurationError("--body-years", "must be at least 1")
    erased = asyncio.run(_work(settings, as_of, body_years, dry_run=dry_run))
    print(f"{'would erase' if dry_run else 'erased'} as of {as_of}: {_words(erased)}")
    return 0


async def _work(settings: Settings, as_of: date, body_years: int, *, dry_run: bool) -> Erased:
    async with open_books(settings) as books:
        erased = await erase(books.engine, as_of, now(), body_years=body_years, dry_run=dry_run)
        if not dry_run:
            detail = f"as of {as_of}: {_words(erased)}"
            entry = AuditEntry(at=now(), event=AuditEvent.ERASED, actor="operator:erase", detail=detail)
            await books.ledger.note(entry)
        return erased


def _words(erased: Erased) -> str:
    rows = "".join(f", {count:,} rows of {name}" for name, count in sorted(erased.rows.items()))
    unreadable = f"; {erased.unreadable:,} rows cannot be read and stay" if erased.unreadable else ""
    return (
        f"{erased.people:,} people and {erased.households:,} households{rows}, "
        f"{erased.bodies:,} bodies of changes that were set aside{unreadable}"
    )
