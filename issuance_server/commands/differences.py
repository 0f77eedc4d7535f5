"""The verb that takes difference files (差分)."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from certificates.service.keyring import load_trusted_keys
from certificates.service.progress import progress_bar
from issuance_server.commands.parsing import parser
from issuance_server.compose import now, open_books
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.settings import Settings
from sync.feed.difference import DifferenceReport, take_differences
from sync.feed.reception import Reception

TAKE = "take in signed difference files (差分), in the order of their numbers"


def take_in(settings: Settings, arguments: Sequence[str]) -> int:
    given = parser("take-differences", TAKE)
    given.add_argument("files", type=Path, nargs="+", help="files that the registry wrote and signed")
    paths: list[Path] = given.parse_args(arguments).files

    async def work() -> DifferenceReport:
        trusted = load_trusted_keys(settings.trusted_keys)
        async with open_books(settings) as books:
            code = books.municipality.code
            reception = Reception(books.engine, trusted, code, now)
            bar = progress_bar(sys.stderr, "differences")
            report = await take_differences(reception, paths, trusted, code, bar)
            entry = AuditEntry(
                at=now(),
                event=AuditEvent.DIFFERENCES,
                actor=f"registry:{code}",
                detail=f"to number {report.applied}, {report.count} changes, {report.quarantined} set aside",
            )
            await books.ledger.note(entry)
            return report

    report = asyncio.run(work())
    print(
        f"{report.count:,} changes read, applied to number {report.applied}, set aside: {report.quarantined}"
    )
    return 0
