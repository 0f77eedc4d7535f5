"""Difference files on the command line: taken in once, and refused with what is missing."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.service.settings import read_settings
from certificates.wire.jose import SigningKey
from issuance_server.commands import COMMANDS
from issuance_server.settings import PREFIX, Settings
from sync.change.cloud_events import write_event
from sync.change.events import CardCertificate, Change, Subjects
from sync.change.reasons import Reason
from sync.feed.difference_file import DifferenceError, write_difference
from tests.issuance.issuance_line import Parties
from tests.issuance.issuance_world import CODE, REGISTRY, resident, serial_of

NOW = datetime(2026, 4, 2, 3, tzinfo=UTC)


def card_registered(number: int) -> bytes:
    change = Change(
        id=f"{number:032x}",
        time=NOW,
        reason=Reason.CARD_REGISTERED,
        changed_on=NOW.date(),
        subjects=Subjects(cards=(CardCertificate(serial=serial_of(number), resident=resident(1).number),)),
    )
    return write_event(change.numbered(number), CODE)


def difference(path: Path, first: int, events: Sequence[bytes], key: SigningKey) -> str:
    async def lines() -> AsyncIterator[bytes]:
        for event in events:
            yield event

    async def write() -> None:
        await write_difference(
            path,
            lines(),
            municipality=CODE,
            first=first,
            position=first + len(events) - 1,
            chain=bytes(32),
            taken_at=NOW,
            key=key,
        )

    asyncio.run(write())
    return str(path)


def test_difference_files_are_taken_in_and_counted(
    parties: Parties, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = read_settings(Settings, parties.environment(sqlite_url), prefix=PREFIX)
    assert COMMANDS["migrate"].action(given, []) == 0
    key = parties.key(REGISTRY)
    take = COMMANDS["take-differences"].action
    events = [card_registered(number) for number in (1, 2, 3)]
    missing = difference(tmp_path / "second", 3, events[2:], key)
    with pytest.raises(DifferenceError, match="numbers 1 to 2 are missing"):
        take(given, [missing])
    capsys.readouterr()
    assert take(given, [difference(tmp_path / "all", 1, events, key)]) == 0
    shown = capsys.readouterr()
    assert "3 changes read, applied to number 3" in shown.out
    assert "100 % 3/3" in shown.err
    with sqlite3.connect(sqlite_url.partition("///")[2]) as books:
        noted = books.execute("SELECT actor, detail FROM audit_rows WHERE event = 'differences'").fetchall()
    books.close()
    assert noted == [(str(REGISTRY), "to number 3, 3 changes, 3 set aside")]
