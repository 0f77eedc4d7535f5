"""Loading a full load into a copy: checked in several processes, written in one transaction."""

from __future__ import annotations

import asyncio
import contextlib
import os
import zlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import ExitStack, aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BufferedIOBase
from pathlib import Path
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, SignatureError, WireError
from certificates.wire.jose import Party, Role, TrustedKeys
from sync.change.records import Kind
from sync.copy.ports import Store
from sync.copy.sql import SqlStore
from sync.copy.store import FeedState
from sync.feed.full_load.lines import MAX_LINE, FullLoadError, is_compressed, reading
from sync.feed.full_load.places import Places
from sync.feed.full_load.portions import PORTION_BYTES, Bad, Checked, Lines, check
from sync.feed.wire import FullLoadHead
from sync.processes import Processes

_LOAD_SECONDS = 12 * 3600.0
_SMALL_BYTES = 1 << 24  # below this, starting processes takes longer than the work
_SHRINKS = 6  # about as much as compression saves

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """``sequence``: the copy now stands at this number; ``records`` by kind."""

    sequence: int
    records: dict[Kind, int]


async def load_full(
    copy: AsyncEngine | Store,
    path: Path,
    trusted: TrustedKeys,
    municipality: MunicipalityCode,
    progress: Callable[[int, int], None] = lambda done, total: None,
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    processes: int | None = None,
    portion_bytes: int = PORTION_BYTES,
) -> LoadReport:
    """Replace everything in the copy by the file's rows, in one transaction.

    The copy must be empty, older than the file, or in conflict with its feed. ``progress`` is told how many records
    of how many are in. The lines are checked in ``processes`` of their own (0: in this one; None: as many as there
    are processors, for a large file). Raises FullLoadError naming the line, SignatureError, ConfigurationError when
    the copy or the file is another municipality's, UnavailableError.
    """
    store = SqlStore(copy, seconds=_LOAD_SECONDS) if isinstance(copy, AsyncEngine) else copy
    if processes is None:
        processes = _processes_for(path)
    with _opened(path) as source:
        head = await asyncio.to_thread(_open, source, trusted, municipality)
        lines, places = Lines(source, size=portion_bytes), Places()
        async with store.writing() as transaction:
            state = await transaction.state(municipality)
            if state is not None and state.conflict is None and head.sequence < state.applied:
                raise FullLoadError(1, f"stands at {head.sequence}, the copy at {state.applied} already")
            await transaction.clear()
            with _checking(lines, processes) as portions:
                done = 0
                async with aclosing(_ahead(_placed(portions, places))) as ahead:
                    async for portion in ahead:
                        await transaction.load(portion.rows)
                        done += len(portion.rows)
                        progress(done, head.count)
            _require_whole(head, places.count, lines.digest())
            await transaction.finish_load(_state_after(head, state, clock()))
    return LoadReport(sequence=head.sequence, records=places.counts)


def _processes_for(path: Path) -> int:
    size = path.stat().st_size * (_SHRINKS if is_compressed(path) else 1) if path.exists() else 0
    return (os.cpu_count() or 1) if size > _SMALL_BYTES else 0


def _opened(path: Path) -> BufferedIOBase:
    try:
        return reading(path)
    except OSError as error:
        raise ConfigurationError(str(path), f"cannot be read: {error.strerror}") from error


def _open(source: BufferedIOBase, trusted: TrustedKeys, municipality: MunicipalityCode) -> FullLoadHead:
    try:
        token = source.readline(MAX_LINE).rstrip(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise FullLoadError(1, "the file is damaged") from error
    try:
        head, signer = trusted.open(token, FullLoadHead, Role.REGISTRY)
    except SignatureError:
        raise
    except WireError as error:
        raise FullLoadError(1, str(error)) from error
    if signer != Party(role=Role.REGISTRY, name=municipality) or head.municipality != municipality:
        raise ConfigurationError("full load", f"is that of {head.municipality}, signed by {signer}")
    return head


@contextlib.contextmanager
def _checking(lines: Lines, processes: int) -> Iterator[Iterator[Checked | Bad]]:
    with ExitStack() as stack:
        if processes:
            workers = stack.enter_context(Processes(check, processes))
            yield workers.in_order(lines.portions())
        else:
            yield map(check, lines.portions())


def _placed(portions: Iterator[Checked | Bad], places: Places) -> Iterator[Checked]:
    for portion in portions:
        if isinstance(portion, Bad):
            raise FullLoadError(portion.line, portion.reason)
        places.take(portion)
        yield portion


async def _ahead(items: Iterator[T]) -> AsyncGenerator[T, None]:
    """The items, each made in a thread while the one before it is used."""
    upcoming = asyncio.create_task(asyncio.to_thread(next, items, None))
    try:
        while (item := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(next, items, None))
            yield item
    finally:
        upcoming.cancel()


def _require_whole(head: FullLoadHead, count: int, digest: bytes) -> None:
    """Raises FullLoadError unless all that was signed has been read, and nothing else."""
    if count != head.count:
        raise FullLoadError(count + 1, f"the head announces {head.count} records")
    if digest != head.sha256:
        raise FullLoadError(1, "the lines are not those that were signed")


def _state_after(head: FullLoadHead, before: FeedState | None, now: datetime) -> FeedState:
    # a registry whose clock runs ahead must not make the copy look fresh for longer
    after = FeedState(
        municipality=head.municipality,
        applied=head.sequence,
        known=head.sequence,
        heard_at=min(head.taken_at, now),
        said_at=head.taken_at,
        loaded=head.sequence,
        chain=head.chain,
    )
    if before is None or before.conflict is not None:
        return after
    return replace(
        after,
        known=max(before.known, after.known),
        heard_at=max(before.heard_at, after.heard_at),
        said_at=max(before.said_at or before.heard_at, head.taken_at),
    )
