"""The journal: what is written can be read, and what is changed afterwards is seen."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from center_relay.adapters.journal import FileJournal, Head, verify
from center_relay.ports import Event, Note
from certificates.errors import ConfigurationError, SignatureError, UnavailableError, WireError
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from tests.centre.centre_values import Hands

CENTRE = Party(role=Role.CENTRE, name="centre")
KEY = SigningKey.generate("centre-key")
FOREIGN = SigningKey.generate("foreign-key")
OTHER_CENTRE = Party(role=Role.CENTRE, name="other")
TRUSTED = TrustedKeys(
    [
        TrustedKey.from_pem(KEY.kid, CENTRE, KEY.public_pem),
        TrustedKey.from_pem(FOREIGN.kid, OTHER_CENTRE, FOREIGN.public_pem),
    ]
)


def note(order: str = "a" * 32) -> Note:
    return Note(event=Event.DELIVERED, by="kiosk:k1", order=order, sheets=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal"


def journal(path: Path, key: SigningKey = KEY, clock: Hands | None = None) -> FileJournal:
    return FileJournal(path, key, clock or Hands())


def append(*writers: FileJournal, times: int = 1) -> None:
    """Every writer ``times`` notes, all at once."""

    async def run() -> None:
        await asyncio.gather(*(writer.append(note(f"{n:032x}")) for n in range(times) for writer in writers))
        for writer in writers:
            await writer.close()

    asyncio.run(run())


def written(path: Path, count: int) -> list[bytes]:
    append(journal(path), times=count)
    return path.read_bytes().splitlines(keepends=True)


def heads(path: Path, *known: Head) -> Head:
    return verify(path, TRUSTED, CENTRE, heads=known)


def test_a_journal_verifies_and_reads_with_any_text_tool(path: Path) -> None:
    lines = written(path, 3)
    assert heads(path).number == 3
    assert b'"event":"delivered"' in lines[0]
    assert path.stat().st_mode & 0o077 == 0


def test_notes_of_many_at_once_are_all_written_in_one_chain(path: Path) -> None:
    append(journal(path), times=50)
    assert heads(path).number == 50


def test_two_processes_continue_one_chain(path: Path) -> None:
    append(journal(path), journal(path), times=10)
    assert heads(path).number == 20


def test_a_restart_continues_the_chain(path: Path) -> None:
    written(path, 2)
    written(path, 2)
    assert heads(path).number == 4


@pytest.mark.parametrize(
    "tamper",
    [
        lambda lines: [lines[0], lines[1].replace(b'"sheets":1', b'"sheets":2'), lines[2]],
        lambda lines: [lines[0], lines[2]],
        lambda lines: lines[1:],
        lambda lines: [lines[0], lines[2], lines[1]],
        lambda lines: [lines[0], lines[1], lines[1], lines[2]],
        lambda lines: [lines[0], b"\n", lines[1]],
        lambda lines: [lines[0], lines[1][:-1]],
        lambda lines: [lines[0], lines[1].rpartition(b" ")[0] + b" " + lines[2].rpartition(b" ")[2]],
    ],
    ids=[
        "changed",
        "one removed",
        "first removed",
        "reordered",
        "repeated",
        "inserted",
        "cut",
        "signature moved",
    ],
)
def test_a_journal_that_was_tampered_with_does_not_verify(path: Path, tamper: object) -> None:
    lines = written(path, 3)
    assert callable(tamper)
    path.write_bytes(b"".join(tamper(lines)))
    with pytest.raises(WireError, match=str(path)):
        heads(path)


def test_a_cut_off_end_shows_against_a_head_taken_before(path: Path) -> None:
    lines = written(path, 3)
    before = heads(path)
    path.write_bytes(b"".join(lines[:2]))
    assert heads(path).number == 2
    with pytest.raises(WireError, match="ends at 2, but had 3"):
        heads(path, before)


def test_a_journal_written_anew_shows_against_a_head_taken_before(path: Path) -> None:
    written(path, 3)
    before = heads(path)
    assert heads(path, before) == before
    path.unlink()
    later = Hands()
    later.forward(seconds=1)
    append(journal(path, clock=later), times=3)
    with pytest.raises(WireError, match="not the line that stood there before"):
        heads(path, before)


def test_another_centres_lines_are_not_ours(path: Path) -> None:
    append(journal(path, FOREIGN))
    with pytest.raises(SignatureError, match="written by centre:other"):
        heads(path)


def test_a_file_that_does_not_end_with_an_entry_is_never_continued(path: Path) -> None:
    for end in (b"half a line", b'{"number":"x"} y\n', b"{} y\n"):
        path.write_bytes(end)
        with pytest.raises(UnavailableError, match="journal"):
            append(journal(path))
        assert path.read_bytes() == end


@contextmanager
def disk_full_at(size: int) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_a_full_disk_leaves_no_half_line_and_says_so(path: Path) -> None:
    written(path, 2)
    size = path.stat().st_size
    with disk_full_at(size + 100), pytest.raises(UnavailableError, match="journal"):
        append(journal(path))
    assert path.stat().st_size == size
    append(journal(path))
    assert heads(path).number == 3


async def test_a_caller_that_goes_away_does_not_take_the_note_with_it(path: Path) -> None:
    ours = journal(path)
    asking = asyncio.create_task(ours.append(note()))
    await asyncio.sleep(0)
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    await ours.close()
    assert heads(path).number == 1


def test_a_missing_journal_is_named(path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        heads(path)
