"""The kiosk's other verbs: release a stopped line, verify the journal. Both want the kiosk itself stopped or patient."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError
from kiosk_client.adapters.journal_file import open_journal, verify_lines
from kiosk_client.record import standing
from kiosk_client.settings import KioskSettings
from kiosk_client.usecases import release_line as releasing


def moment() -> datetime:
    return datetime.now(UTC)


def release_line(settings: KioskSettings, arguments: Sequence[str]) -> int:
    """Let a municipality's line run again after a broken binding was looked into by two people."""
    parser = argparse.ArgumentParser(
        prog="python -m kiosk_client release-line", description=release_line.__doc__
    )
    parser.add_argument("municipality", help="its six-digit code")
    parser.add_argument("--by", required=True, help="who looked into the broken binding")
    parser.add_argument("--confirmed-by", required=True, help="who checked that, another person")
    parsed = parser.parse_args(arguments)

    async def work() -> None:
        async with open_journal(settings.journal, moment) as journal:
            code = municipality_code(parsed.municipality)
            await releasing.release_line(journal, code, by=parsed.by, confirmed_by=parsed.confirmed_by)

    asyncio.run(work())
    return 0


def verify_journal(settings: KioskSettings, arguments: Sequence[str]) -> int:
    """Read every line of the journal and print where it stands; a broken one is an error that names its line."""
    argparse.ArgumentParser(
        prog="python -m kiosk_client verify-journal", description=verify_journal.__doc__
    ).parse_args(arguments)
    try:
        lines = settings.journal.read_bytes().splitlines()
    except OSError as error:
        raise ConfigurationError(str(settings.journal), f"cannot be read: {error.strerror}") from error
    entries = verify_lines(lines, str(settings.journal))
    left = standing(entries)
    print(f"entries: {len(entries)}")
    print(f"orders not yet recorded by the centre: {', '.join(left.open) or 'none'}")
    print(f"staff must look: {'yes' if left.staff_due else 'no'}")
    print(f"stopped lines: {', '.join(sorted(left.stopped)) or 'none'}")
    return 0
