"""The journal as a file: one JSON line an entry, each holding the hash of the line before it.

``{"at":…,"entry":{…,"tag":…},"hash":…,"prev":…,"seq":…}`` in canonical form; ``hash`` is SHA-256 over the line
without itself. A changed, missing or inserted line breaks the chain and the kiosk does not start. A last line
without its end was cut off by a crash before ``append`` had returned: nothing was done for it, and it is removed.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import hmac
import logging
import os
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from certificates.errors import ConfigurationError, UnavailableError, WireError
from certificates.wire.codec import Json, canonical, from_json, parse_object, to_json
from kiosk_client.ports import Clock
from kiosk_client.record import ENTRIES, Entry

_FIRST: Final = hashlib.sha256(b"kofu kiosk journal 1").hexdigest()
_KINDS: Final = {kind.TAG: kind for kind in ENTRIES}
_SECONDS: Final = 10.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Chain:
    """Where the file ends: the next number and the hash that the next line must hold."""

    seq: int = 1
    prev: str = _FIRST
    entries: list[Entry] = field(default_factory=list)

    def line(self, entry: Entry, at: datetime) -> bytes:
        content = to_json(entry)
        assert isinstance(content, dict)
        content["tag"] = entry.TAG
        body: dict[str, Json] = {"at": to_json(at), "entry": content, "prev": self.prev, "seq": self.seq}
        digest = hashlib.sha256(canonical(body)).hexdigest()
        body["hash"] = digest
        self.seq, self.prev = self.seq + 1, digest
        return canonical(body) + b"\n"

    def read(self, line: bytes) -> None:
        """Raises WireError when the line is not the next one of the chain."""
        body = parse_object(line)
        digest = body.pop("hash", None)
        expected = hashlib.sha256(canonical(body)).hexdigest()
        if not isinstance(digest, str) or not hmac.compare_digest(digest.encode(), expected.encode()):
            raise WireError("was changed: its hash is wrong")
        if body.get("prev") != self.prev or body.get("seq") != self.seq:
            raise WireError("does not follow the line before it")
        content = body.get("entry")
        kind = _KINDS.get(str(content.pop("tag", ""))) if isinstance(content, dict) else None
        if kind is None:
            raise WireError("holds an entry of an unknown kind")
        self.entries.append(from_json(content, kind, kind.TAG))
        self.seq, self.prev = self.seq + 1, digest


class JournalFile:
    """A `Journal`; open it with `open_journal`."""

    def __init__(self, path: Path, descriptor: int, chain: _Chain, clock: Clock) -> None:
        self._path = path
        self._descriptor = descriptor
        self._chain = chain
        self._clock = clock
        self._turn = asyncio.Lock()
        self._broken = False
        self._writing: set[asyncio.Task[None]] = set()
        self.entries: Sequence[Entry] = tuple(chain.entries)

    async def append(self, entry: Entry) -> None:
        """On disk when this returns; a caller who is cancelled meanwhile does not cut the line off.

        After one failure every further one fails: the file's end is uncertain.
        """
        writing = asyncio.create_task(self._append(entry))
        self._writing.add(writing)
        writing.add_done_callback(self._written)
        await asyncio.shield(writing)

    async def finish(self) -> None:
        """Wait until nothing is being written any more."""
        if self._writing:
            await asyncio.wait(self._writing)

    async def _append(self, entry: Entry) -> None:
        async with self._turn:
            if self._broken:
                raise UnavailableError("journal", "an earlier entry could not be written", outcome_known=True)
            self._broken = True
            line = self._chain.line(entry, self._clock())
            try:
                async with asyncio.timeout(_SECONDS):
                    await asyncio.to_thread(_write, self._descriptor, line)
            except OSError as error:  # TimeoutError is one of them
                raise UnavailableError(
                    "journal", f"{self._path} cannot be written: {error}", outcome_known=False
                ) from error
            self._broken = False

    def _written(self, writing: asyncio.Task[None]) -> None:
        self._writing.discard(writing)
        if not writing.cancelled() and writing.exception() is not None:
            _log.critical("journal-failed", extra={"path": str(self._path)})


@asynccontextmanager
async def open_journal(path: Path, clock: Clock) -> AsyncIterator[JournalFile]:
    """Open, lock and read the whole file, making it (mode 0600) where there is none.

    Raises ConfigurationError: another process holds it, others may read it, or a line of it was tampered with.
    """
    try:
        descriptor = await asyncio.to_thread(os.open, path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigurationError(str(path), f"the journal cannot be opened: {error.strerror}") from error
    try:
        chain = await asyncio.to_thread(_load, path, descriptor)
        journal = JournalFile(path, descriptor, chain, clock)
        try:
            yield journal
        finally:
            await journal.finish()
    finally:
        os.close(descriptor)


def verify_lines(lines: Iterable[bytes], source: str) -> Sequence[Entry]:
    """The entries of a journal. Raises ConfigurationError naming the first line that is wrong."""
    return _chain(lines, source).entries


def _chain(lines: Iterable[bytes], source: str) -> _Chain:
    chain = _Chain()
    for number, line in enumerate(lines, start=1):
        try:
            chain.read(line)
        except WireError as error:
            raise ConfigurationError(
                f"{source}, line {number}", f"the journal is broken: it {error}"
            ) from error
    return chain


def _load(path: Path, descriptor: int) -> _Chain:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ConfigurationError(str(path), "another process writes this journal; stop it first") from error
    if os.fstat(descriptor).st_mode & 0o077:
        raise ConfigurationError(str(path), "others may read the journal; chmod 600")
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    chain = _chain(content[:whole].splitlines(), str(path))
    if whole != len(content):
        _log.warning("journal-cut-line-removed", extra={"path": str(path), "bytes": len(content) - whole})
        os.ftruncate(descriptor, whole)
        os.fsync(descriptor)
    return chain


def _write(descriptor: int, line: bytes) -> None:
    written = 0
    while written < len(line):
        written += os.write(descriptor, line[written:])
    os.fsync(descriptor)
