"""Group commit: whatever waits to be written goes into one transaction, with its audit entries and one seal.

A commit costs a flush to the disk whether it carries one order or two hundred; while one is under way the next
group gathers. Every change to the ledger passes through here, so a process has one writer and one audit chain.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar, cast

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.errors import BindingError, UnavailableError
from issuance_server.adapters.sql.chain import Chain
from issuance_server.records import AuditEntry

GROUP = 256
T = TypeVar("T")
R = TypeVar("R")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written(Generic[R]):
    """What one item came to, and the audit entries that belong to it."""

    result: R
    entries: Sequence[AuditEntry] = ()


Write = Callable[[AsyncConnection, Sequence[T]], Awaitable[Sequence[Written[R]]]]
"""Writes all items of one kind in one transaction; one result an item, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    write: Write[object, object]
    item: object
    done: asyncio.Future[object]


class GroupCommit:
    """Use ``running()``; ``submit`` waits until the item is committed."""

    def __init__(self, engine: AsyncEngine, chain: Chain) -> None:
        self._engine = engine
        self._chain = chain
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue()

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Write until the context is left; what was submitted before is still written then."""
        task = asyncio.create_task(self._run(), name="group commit")
        try:
            yield
        finally:
            try:
                await self._queue.join()
            finally:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task

    async def submit(self, write: Write[T, R], item: T) -> R:
        """Raises UnavailableError when the database cannot be reached; then the outcome is not known."""
        done: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        # the queue holds many kinds of item; each ``write`` is only ever given its own
        self._queue.put_nowait(_Waiting(write=cast("Write[object, object]", write), item=item, done=done))
        return cast("R", await done)

    async def _run(self) -> None:
        while True:
            group = [await self._queue.get()]
            while len(group) < GROUP and not self._queue.empty():
                group.append(self._queue.get_nowait())
            try:
                await self._commit_or_split(group)
            finally:
                for _ in group:
                    self._queue.task_done()

    async def _commit_or_split(self, waiting_group: Sequence[_Waiting]) -> None:
        """One that breaks a constraint must not take the others with it: then each goes alone."""
        group = [waiting for waiting in waiting_group if not waiting.done.cancelled()]
        if not group:
            return
        try:
            results = await self._commit(group)
        except IntegrityError:
            if len(group) > 1:
                for waiting in group:
                    await self._commit_or_split([waiting])
                return
            _fail(group, BindingError("the ledger holds this number already"))
        except UnavailableError as error:
            _log.error("ledger write failed", extra={"reason": str(error)})
            _fail(group, error)
        except Exception as error:  # noqa: BLE001 – a fault of ours: those who wait must be told, the writer goes on
            _fail(group, error)
        else:
            for waiting, result in zip(group, results, strict=True):
                if not waiting.done.done():
                    waiting.done.set_result(result)

    async def _commit(self, group: Sequence[_Waiting]) -> list[object]:
        kinds = list(dict.fromkeys(waiting.write for waiting in group))
        results: dict[int, object] = {}
        entries: list[AuditEntry] = []
        async with self._chain.transaction(self._engine) as connection:
            for write in kinds:
                places = [place for place, waiting in enumerate(group) if waiting.write == write]
                written = await write(connection, [group[place].item for place in places])
                for place, one in zip(places, written, strict=True):
                    results[place] = one.result
                    entries.extend(one.entries)
            if entries:
                await self._chain.append(connection, entries)
        return [results[place] for place in range(len(group))]


def _fail(group: Sequence[_Waiting], error: Exception) -> None:
    for waiting in group:
        if not waiting.done.done():
            waiting.done.set_exception(error)
