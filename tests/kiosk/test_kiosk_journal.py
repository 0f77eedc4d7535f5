"""The journal: whole, in order, for the owner's eyes, and nothing about any resident in it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from certificates.domain.identifiers import MunicipalityCode, OrderId, SessionId
from certificates.errors import ConfigurationError, UnavailableError
from certificates.wire.visit import OutcomeKind, ReportOutcome
from kiosk_client.adapters.journal_file import JournalFile, open_journal, verify_lines
from kiosk_client.printing.ports import PrintResult
from kiosk_client.record import (
    Applied,
    Concluded,
    Entry,
    FeeInEscrow,
    LineReleased,
    LineStopped,
    PrintBegun,
    PrintEnded,
    Recorded,
    StaffLooked,
)
from kiosk_client.session import screens as at
from tests.kiosk.kiosk_centre import HOUSEHOLD
from tests.kiosk.kiosk_world import PIN, World, now, recorded

ORDER, SESSION, MIHON = OrderId("b" * 32), SessionId("a" * 32), MunicipalityCode("992011")
REPORT = ReportOutcome(
    session=SESSION, order=ORDER, outcome=OutcomeKind.PRINTED, sheets=1, taken=200, refunded=0
)
ENTRIES: tuple[Entry, ...] = (
    Applied(order=ORDER, session=SESSION, municipality=MIHON, fee=200),
    FeeInEscrow(order=ORDER, amount=200),
    PrintBegun(order=ORDER, job="0011223344556677"),
    PrintEnded(order=ORDER, result=PrintResult.PRINTED, sheets=1, reason="none"),
    Concluded(report=REPORT),
    Recorded(order=ORDER),
    StaffLooked(),
    LineStopped(municipality=MIHON, what="delivery: the order is not this visit's"),
    LineReleased(municipality=MIHON, by="見本 一", confirmed_by="見本 二"),
)


async def write(path: Path) -> None:
    async with open_journal(path, now) as journal:
        for entry in ENTRIES:
            await journal.append(entry)


async def test_every_entry_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    await write(path)
    async with open_journal(path, now) as journal:
        assert tuple(journal.entries) == ENTRIES
    assert path.stat().st_mode & 0o777 == 0o600


async def test_entries_of_many_at_once_form_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with open_journal(path, now) as journal:
        await asyncio.gather(*(journal.append(entry) for entry in ENTRIES))
    assert tuple(verify_lines(path.read_bytes().splitlines(), str(path))) == ENTRIES


def edit_amount(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"amount":200', b'"amount":300') for line in lines]


def rehash(lines: list[bytes]) -> list[bytes]:
    """A forger who can count hashes, and cannot change every line that follows."""
    import hashlib

    body = json.loads(lines[1])
    body["entry"]["amount"] = 300
    del body["hash"]
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    body["hash"] = hashlib.sha256(canonical).hexdigest()
    forged = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return [lines[0], forged, *lines[2:]]


@pytest.mark.parametrize(
    ("tamper", "line"),
    [
        (edit_amount, 2),
        (rehash, 3),
        (lambda lines: lines[:3] + lines[4:], 4),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], 3),
        (lambda lines: [*lines, b"{}"], 10),
        (lambda lines: [lines[0], b"not json"], 2),
    ],
)
async def test_a_journal_that_was_tampered_with_names_the_line_and_keeps_the_kiosk_from_starting(
    tmp_path: Path, tamper: Callable[[list[bytes]], list[bytes]], line: int
) -> None:
    path = tmp_path / "journal.jsonl"
    await write(path)
    path.write_bytes(b"\n".join(tamper(path.read_bytes().splitlines())) + b"\n")
    with pytest.raises(ConfigurationError, match=f"line {line}"):
        async with open_journal(path, now):
            pass


async def test_a_line_that_a_crash_cut_off_is_removed_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    await write(path)
    whole = path.read_bytes()
    path.write_bytes(whole + whole.splitlines()[0][:40])
    async with open_journal(path, now) as journal:
        assert tuple(journal.entries) == ENTRIES
        await journal.append(StaffLooked())
    assert path.read_bytes().startswith(whole)
    assert len(verify_lines(path.read_bytes().splitlines(), str(path))) == len(ENTRIES) + 1


async def test_two_processes_never_write_one_journal(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with open_journal(path, now):
        with pytest.raises(ConfigurationError, match="another process"):
            async with open_journal(path, now):
                pass


async def test_a_journal_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.touch(mode=0o600)
    path.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        async with open_journal(path, now):
            pass


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        async with open_journal(tmp_path / "none" / "journal.jsonl", now):
            pass


async def test_after_one_failure_nothing_more_is_written(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with open_journal(path, now) as good:
        await good.append(StaffLooked())
    read_only = os.open(path, os.O_RDONLY)
    try:
        from kiosk_client.adapters.journal_file import _Chain

        journal = JournalFile(path, read_only, _Chain(), now)
        for _ in range(2):
            with pytest.raises(UnavailableError):
                await journal.append(StaffLooked())
        await journal.finish()
    finally:
        os.close(read_only)
    assert len(path.read_bytes().splitlines()) == 1


async def test_a_caller_who_is_cancelled_does_not_cut_the_line_off(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    async with open_journal(path, now) as journal:
        writing = asyncio.create_task(journal.append(StaffLooked()))
        await asyncio.sleep(0)
        writing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await writing
        await journal.append(StaffLooked())
    assert len(verify_lines(path.read_bytes().splitlines(), str(path))) == 2


async def test_a_whole_visit_leaves_no_name_and_no_pin_in_the_journal(world: World) -> None:
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await recorded(world)
    written = world.journal_path.read_text(encoding="utf-8")
    assert written.count("\n") == 6
    for name, relation in HOUSEHOLD:
        assert name not in written
        assert relation not in written
    assert f'"{PIN}"' not in written
    (sitting,) = world.centre.sittings.values()
    assert sitting.holder.hex() not in written
