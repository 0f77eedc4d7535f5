"""The journal as a file: one signed line a note, each holding the digest of the line before it.

A line is the canonical JSON of the entry, a space, and a detached compact JWS over it (``header..signature``, RFC 7515
appendix F), so that it reads with any text tool. Changing, inserting, removing or reordering lines shows in
``verify``; a cut-off end shows against a head taken before (``python -m center_relay verify-journal --head N:digest``).
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from center_relay.ports import Clock, Event, Note
from certificates.errors import ConfigurationError, SignatureError, UnavailableError, WireError
from certificates.wire.codec import encode, parse_object
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys

START = bytes(32)
MAX_LINE = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``previous`` is SHA-256 over the line before, 32 zero bytes for the first; ``number`` counts from 1."""

    TAG: ClassVar[str] = "centre-journal/1"
    number: int
    previous: bytes
    at: datetime
    event: Event
    by: str
    step: str = ""
    municipality: str = ""
    session: str = ""
    order: str = ""
    code: str = ""
    sheets: int = 0


_Waiting = tuple[Note, datetime, asyncio.Future[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The end of a journal: how many entries, and the digest of the last line."""

    number: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.number}:{self.digest.hex()}"


class FileJournal:
    """Several processes of one machine may share a file: each append takes its lock and reads its end.

    Notes that arrive while one batch is being written to disk form the next.
    """

    def __init__(self, path: Path, key: SigningKey, clock: Clock) -> None:
        self._path = path
        self._key = key
        self._clock = clock
        self._writing = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def append(self, note: Note) -> None:
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((note, self._clock(), done))
        if self._task is None:
            self._task = asyncio.create_task(self._drain(), name="journal")
        # a caller that goes away does not take the note with it
        await asyncio.shield(done)

    async def close(self) -> None:
        """Write what waits; nothing may be appended after."""
        if self._task is not None:
            await self._task

    async def _drain(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                await self._write_batch(batch)
        finally:
            self._task = None

    async def _write_batch(self, batch: Sequence[_Waiting]) -> None:
        failure: UnavailableError | None = UnavailableError("journal", "interrupted", outcome_known=False)
        try:
            await asyncio.to_thread(self._write, [(note, at) for note, at, _ in batch])
            failure = None
        except (OSError, WireError) as error:
            failure = UnavailableError("journal", type(error).__name__, outcome_known=False)
        finally:
            for _, _, done in batch:
                if failure is None:
                    done.set_result(None)
                else:
                    done.set_exception(failure)

    def _write(self, notes: Sequence[tuple[Note, datetime]]) -> None:
        with self._writing:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
                head = _head_of(descriptor)
                lines = bytearray()
                for note, at in notes:
                    line = self._line(note, at, head)
                    head = Head(number=head.number + 1, digest=hashlib.sha256(line).digest())
                    lines += line + b"\n"
                _write_whole(descriptor, bytes(lines))
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)

    def _line(self, note: Note, at: datetime, head: Head) -> bytes:
        entry = Entry(
            number=head.number + 1,
            previous=head.digest,
            at=at,
            event=note.event,
            by=note.by,
            step=note.step,
            municipality=note.municipality,
            session=note.session,
            order=note.order,
            code=note.code,
            sheets=note.sheets,
        )
        header, _, signature = self._key.sign(entry).split(b".")
        return encode(entry) + b" " + header + b".." + signature


def _write_whole(descriptor: int, data: bytes) -> None:
    """All or nothing: a full disk must not leave half a line behind."""
    size = os.fstat(descriptor).st_size
    try:
        written = 0
        while written < len(data):
            written += os.write(descriptor, data[written:])
    except OSError:
        os.ftruncate(descriptor, size)
        raise


def _head_of(descriptor: int) -> Head:
    """From the last line; raises WireError when the file does not end with a whole one."""
    size = os.fstat(descriptor).st_size
    if size == 0:
        return Head(number=0, digest=START)
    start = max(0, size - MAX_LINE)
    tail = os.pread(descriptor, size - start, start)
    if not tail.endswith(b"\n"):
        raise WireError("the journal's last line is cut short")
    line = tail[:-1].rpartition(b"\n")[2]
    number = parse_object(line.rpartition(b" ")[0]).get("number")
    if not isinstance(number, int):
        raise WireError("the journal's last line is not an entry")
    return Head(number=number, digest=hashlib.sha256(line).digest())


def verify(path: Path, trusted: TrustedKeys, centre: Party, *, heads: Sequence[Head] = ()) -> Head:
    """Read the whole journal; returns its end. ``heads`` were taken earlier and must lie on the chain.

    Raises WireError naming the first line that is wrong, ConfigurationError when there is no file.
    """
    wanted = {head.number: head.digest for head in heads}
    head = Head(number=0, digest=START)
    for line in _lines(path):
        where = f"{path}:{head.number + 1}"
        entry = _open(line, where, trusted, centre)
        if entry.number != head.number + 1 or entry.previous != head.digest:
            raise WireError(f"{where}: does not follow the line before it")
        head = Head(number=entry.number, digest=hashlib.sha256(line).digest())
        if wanted.pop(head.number, head.digest) != head.digest:
            raise WireError(f"{where}: not the line that stood there before")
    if wanted:
        raise WireError(f"{path}: ends at {head.number}, but had {max(wanted)} entries before")
    return head


def _open(line: bytes, where: str, trusted: TrustedKeys, centre: Party) -> Entry:
    body, _, detached = line.rpartition(b" ")
    header, _, signature = detached.partition(b"..")
    payload = base64.urlsafe_b64encode(body).rstrip(b"=")
    try:
        entry, signer = trusted.open(b".".join((header, payload, signature)), Entry, Role.CENTRE)
    except WireError as error:
        raise SignatureError(f"{where}: {error}") from error
    if signer != centre:
        raise SignatureError(f"{where}: written by {signer}")
    return entry


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if not line.endswith(b"\n"):
                    raise WireError(f"{path}:{number}: the line is cut short")
                yield line[:-1]
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
