"""The verb that takes a full load (全件)."""

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
from sync.feed.full_load import LoadReport, load_full

LOAD = "replace the copy of the register by a signed full-load file (全件)"


def load_register(settings: Settings, arguments: Sequence[str]) -> int:
    given = parser("load-full", LOAD)
    given.add_argument("file", type=Path, help="the file that the registry wrote and signed")
    path: Path = given.parse_args(arguments).file

    async def work() -> LoadReport:
        trusted = load_trusted_keys(settings.trusted_keys)
        async with open_books(settings) as books:
            bar = progress_bar(sys.stderr, "full load")
            report = await load_full(books.engine, path, trusted, books.municipality.code, bar)
            entry = AuditEntry(
                at=now(),
                event=AuditEvent.FULL_LOAD,
                actor=f"registry:{books.municipality.code}",
                detail=f"to number {report.sequence}, {sum(report.records.values())} records",
            )
            await books.ledger.note(entry)
            return report

    report = asyncio.run(work())
    counts = ", ".join(f"{count:,} {kind.value}" for kind, count in report.records.items())
    print(f"loaded to number {report.sequence}: {counts}")
    return 0
