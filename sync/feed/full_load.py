"""The full load (全件): a signed file of every current row, and loading it into a copy in one transaction.

Line 1 is a compact JWS over ``FullLoadHead``; then one record a line, ``{"kind":…,"record":…}`` in canonical JSON:
residents first, then seals, suppressions and cards.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.seal import SealRegistration
from certificates.errors import ConfigurationError, InvalidValueError, KofuError, SignatureError, WireError
from certificates.wire.codec import canonical, parse_object
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys
from sync.change.events import CardCertificate, Record, key_of
from sync.change.naming import check_identifiers
from sync.change.records import Kind, form_of, kind_of, read_form
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState, Row, Store, row_of
from sync.feed.wire import FullLoadHead

_LINES_AT_ONCE = 2_000
_MAX_LINE = 1 << 20
_LOAD_SECONDS = 3600.0


class FullLoadError(KofuError):
    """A full-load file was not accepted; nothing was changed. ``line`` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """``sequence``: the copy now stands at this number; ``records`` by kind."""

    sequence: int
    records: dict[Kind, int]


def write_full_load(
    path: Path,
    records: Iterable[Record],
    *,
    municipality: MunicipalityCode,
    sequence: int,
    taken_at: datetime,
    key: SigningKey,
) -> FullLoadHead:
    """Write the file; it appears under its name only when complete."""
    body = path.with_name(path.name + ".body")
    whole = path.with_name(path.name + ".part")
    digest, count = hashlib.sha256(), 0
    try:
        with body.open("wb") as output:
            for record in records:
                line = record_line(record)
                digest.update(line)
                count += 1
                output.write(line)
        head = FullLoadHead(
            municipality=municipality,
            sequence=sequence,
            count=count,
            sha256=digest.digest(),
            taken_at=taken_at,
        )
        with whole.open("wb") as output, body.open("rb") as source:
            output.write(key.sign(head) + b"\n")
            while piece := source.read(1 << 20):
                output.write(piece)
            output.flush()
            os.fsync(output.fileno())
        whole.replace(path)
    finally:
        body.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)
    return head


def record_line(record: Record) -> bytes:
    return canonical({"kind": kind_of(record).value, "record": form_of(record)}) + b"\n"


def read_record(line: bytes, number: int) -> Record:
    """One line of a file of records. Raises FullLoadError naming the line."""
    try:
        entry = parse_object(line)
        if entry.keys() != {"kind", "record"}:
            raise FullLoadError(number, "must hold kind and record")
        kind = Kind(entry["kind"])
        record = read_form(entry["record"], kind, kind.value)
        check_identifiers(record)
    except (WireError, InvalidValueError) as error:
        raise FullLoadError(number, str(error)) from error
    except ValueError as error:
        raise FullLoadError(number, "is a record of no known kind") from error
    return record


async def load_full(
    copy: AsyncEngine | Store,
    path: Path,
    trusted: TrustedKeys,
    municipality: MunicipalityCode,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> LoadReport:
    """Replace everything in the copy by the file's rows, in one transaction.

    The copy must be empty, older than the file, or in conflict with its feed. ``progress`` is told how many records
    of how many are in. Raises FullLoadError naming the line, SignatureError, ConfigurationError when the copy or
    the file is another municipality's, UnavailableError.
    """
    store = SqlStore(copy, seconds=_LOAD_SECONDS) if isinstance(copy, AsyncEngine) else copy
    try:
        source = path.open("rb")
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
    with source:
        head = await asyncio.to_thread(_open, source, trusted, municipality)
        body = _Body(source, head)
        async with store.writing() as transaction:
            state = await transaction.state(municipality)
            if state is not None and state.conflict is None and head.sequence < state.applied:
                raise FullLoadError(1, f"stands at {head.sequence}, the copy at {state.applied} already")
            await transaction.clear()
            while rows := await asyncio.to_thread(body.next_rows):
                await transaction.load(rows)
                progress(body.count, head.count)
            body.require_whole()
            await transaction.finish_load(_state_after(head, state, clock()))
    return LoadReport(sequence=head.sequence, records=body.kinds)


def _open(source: BinaryIO, trusted: TrustedKeys, municipality: MunicipalityCode) -> FullLoadHead:
    token = source.readline(_MAX_LINE).rstrip(b"\n")
    try:
        head, signer = trusted.open(token, FullLoadHead, Role.REGISTRY)
    except SignatureError:
        raise
    except WireError as error:
        raise FullLoadError(1, str(error)) from error
    if signer != Party(role=Role.REGISTRY, name=municipality) or head.municipality != municipality:
        raise ConfigurationError("full load", f"is that of {head.municipality}, signed by {signer}")
    return head


def _state_after(head: FullLoadHead, before: FeedState | None, now: datetime) -> FeedState:
    # a registry whose clock runs ahead must not make the copy look fresh for longer
    after = FeedState(
        municipality=head.municipality,
        applied=head.sequence,
        known=head.sequence,
        heard_at=min(head.taken_at, now),
        loaded=head.sequence,
    )
    if before is None or before.conflict is not None:
        return after
    return replace(after, known=max(before.known, after.known), heard_at=max(before.heard_at, after.heard_at))


class _Body:
    """The lines after the head, read in portions; the digest is that of what was read, not of a second look."""

    def __init__(self, source: BinaryIO, head: FullLoadHead) -> None:
        self._lines = enumerate(iter(lambda: source.readline(_MAX_LINE), b""), 2)
        self._head = head
        self._digest = hashlib.sha256()
        self._keys: set[tuple[Kind, str]] = set()
        self.kinds: dict[Kind, int] = dict.fromkeys(Kind, 0)

    @property
    def count(self) -> int:
        return sum(self.kinds.values())

    def next_rows(self) -> list[Row]:
        return [row_of(record) for record in islice(self._records(), _LINES_AT_ONCE)]

    def _records(self) -> Iterator[Record]:
        for number, line in self._lines:
            self._digest.update(line)
            if not line.endswith(b"\n"):
                raise FullLoadError(number, "is cut short or too long")
            record = read_record(line[:-1], number)
            self._require_place(record, number)
            self.kinds[kind_of(record)] += 1
            yield record

    def _require_place(self, record: Record, number: int) -> None:
        kind = kind_of(record)
        key = (kind, key_of(record))
        if key in self._keys:
            raise FullLoadError(number, f"a second {kind.value} with this key")
        self._keys.add(key)
        if not isinstance(record, SealRegistration | CardCertificate):
            return
        if (Kind.RESIDENT, record.resident) not in self._keys:
            raise FullLoadError(number, f"the {kind.value}'s resident is not in the lines before")

    def require_whole(self) -> None:
        """Raises FullLoadError unless all that was signed has been read, and nothing else."""
        if self.count != self._head.count:
            raise FullLoadError(self.count + 1, f"the head announces {self._head.count} records")
        if self._digest.digest() != self._head.sha256:
            raise FullLoadError(1, "the lines are not those that were signed")
