"""The difference file (差分): numbered changes as vendors hand them over, signed as a whole.

Line 1 is a compact JWS over ``DifferenceHead``; then one CloudEvent a line, in canonical JSON, exactly as in a delivery.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, ClassVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, KofuError, SignatureError, WireError
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys
from sync.change.cloud_events import Delivery, read_batch
from sync.feed.numbering import require_numbers
from sync.feed.wire import FeedBatch, link, require_chain, require_span

LINES_AT_ONCE = 500
"""Changes of one portion, which is one transaction."""
_MAX_LINE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceHead:
    """First line of a difference file, signed: numbers ``first`` to ``last``, or none when ``count`` is 0.

    ``sha256`` is over every byte after the first line's end; ``chain`` over every change before ``first`` (up to
    ``position`` when there is none). ``position`` is the registry's highest number and ``taken_at`` its own time.
    """

    TAG: ClassVar[str] = "difference/1"
    municipality: MunicipalityCode
    first: int
    last: int
    count: int
    sha256: bytes
    position: int
    taken_at: datetime
    chain: bytes

    def __post_init__(self) -> None:
        require_span(self.first, self.last, self.count, self.position)
        require_chain(self.chain)


class DifferenceError(KofuError):
    """A difference file was not accepted from ``line`` on (counted from 1); the lines before a later one are in."""

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"line {line}: {reason}")
        self.line = line
        self.reason = reason


async def write_difference(
    path: Path,
    events: AsyncIterator[bytes],
    *,
    municipality: MunicipalityCode,
    first: int,
    position: int,
    chain: bytes,
    taken_at: datetime,
    key: SigningKey,
) -> DifferenceHead:
    """Write the events, numbered from ``first``; the file appears under its name only when complete.

    ``chain`` is over all that came before them.
    """
    body = path.with_name(path.name + ".body")
    whole = path.with_name(path.name + ".part")
    digest, count = hashlib.sha256(), 0
    try:
        with body.open("wb") as output:
            async for event in events:
                digest.update(event + b"\n")
                output.write(event + b"\n")
                count += 1
        head = DifferenceHead(
            municipality=municipality,
            first=first if count else 0,
            last=first + count - 1 if count else 0,
            count=count,
            sha256=digest.digest(),
            position=position,
            taken_at=taken_at,
            chain=chain,
        )
        await asyncio.to_thread(_join, whole, key.sign(head), body)
        whole.replace(path)
    finally:
        body.unlink(missing_ok=True)
        whole.unlink(missing_ok=True)
    return head


def _join(whole: Path, token: bytes, body: Path) -> None:
    with whole.open("wb") as output, body.open("rb") as source:
        output.write(token + b"\n")
        while piece := source.read(1 << 20):
            output.write(piece)
        output.flush()
        os.fsync(output.fileno())


def open_difference(
    stack: contextlib.ExitStack, path: Path, trusted: TrustedKeys, municipality: MunicipalityCode
) -> DifferenceFile:
    """Open and verify a whole file; ``stack`` closes it.

    Raises DifferenceError, SignatureError, ConfigurationError when it is another municipality's or cannot be read.
    """
    try:
        source = stack.enter_context(path.open("rb"))
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error
    token = source.readline(_MAX_LINE).rstrip(b"\n")
    try:
        head, signer = trusted.open(token, DifferenceHead, Role.REGISTRY)
    except SignatureError:
        raise
    except WireError as error:
        raise DifferenceError(1, str(error)) from error
    if signer != Party(role=Role.REGISTRY, name=municipality) or head.municipality != municipality:
        raise ConfigurationError(str(path), f"is that of {head.municipality}, signed by {signer}")
    return DifferenceFile(source, head)


class DifferenceFile:
    """A file whose lines are those that were signed when it was opened; ``portions`` looks again at what it gives."""

    def __init__(self, source: BinaryIO, head: DifferenceHead) -> None:
        self._source = source
        self.head = head
        self._start = source.tell()
        self._digests: list[bytes] = []
        whole, count = hashlib.sha256(), 0
        for lines in self._read():
            text = b"".join(lines)
            whole.update(text)
            self._digests.append(hashlib.sha256(text).digest())
            count += len(lines)
        if count != head.count:
            raise DifferenceError(count + 1, f"the head announces {head.count} changes")
        if whole.digest() != head.sha256:
            raise DifferenceError(1, "the lines are not those that were signed")

    def portions(self) -> Iterator[tuple[FeedBatch, Sequence[Delivery]]]:
        """What reception takes, from the first number on; one without changes when the file has none."""
        first, chain = self.head.first, self.head.chain
        again = self._read()
        for digest in self._digests:
            lines = next(again, ())
            if hashlib.sha256(b"".join(lines)).digest() != digest:
                raise DifferenceError(self._line_of(first), "was changed while it was read")
            batch = self._batch(first, first + len(lines) - 1, digest, chain)
            yield batch, self._deliveries(batch, lines)
            first += len(lines)
            for line in lines:
                chain = link(chain, hashlib.sha256(line[:-1]).digest())
        if not self._digests:
            yield self._batch(0, 0, self.head.sha256, chain), ()

    def _batch(self, first: int, last: int, digest: bytes, chain: bytes) -> FeedBatch:
        return FeedBatch(
            municipality=self.head.municipality,
            first=first,
            last=last,
            count=last - first + 1 if first else 0,
            sha256=digest,
            position=self.head.position,
            sent_at=self.head.taken_at,
            chain=chain,
        )

    def _deliveries(self, batch: FeedBatch, lines: Sequence[bytes]) -> Sequence[Delivery]:
        try:
            deliveries = read_batch(_list_of(lines), batch.municipality)
            require_numbers(batch, deliveries)
        except WireError as error:
            raise DifferenceError(self._line_of(batch.first) + self._place(lines), str(error)) from error
        return deliveries

    def _place(self, lines: Sequence[bytes]) -> int:
        """Of the first line that cannot be read by itself; the first of all when each can."""
        for place, line in enumerate(lines):
            try:
                read_batch(_list_of([line]), self.head.municipality)
            except WireError:
                return place
        return 0

    def _line_of(self, number: int) -> int:
        return number - self.head.first + 2

    def _read(self) -> Iterator[Sequence[bytes]]:
        self._source.seek(self._start)
        read = 0
        lines = iter(lambda: self._source.readline(_MAX_LINE), b"")
        while portion := list(islice(lines, LINES_AT_ONCE)):
            read += len(portion)
            if not all(line.endswith(b"\n") for line in portion):
                raise DifferenceError(read + 1, "or one before it is cut short or too long")
            yield portion


def _list_of(lines: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(line[:-1] for line in lines) + b"]"
