"""Only one process reconciles a copy at a time: an advisory lock in PostgreSQL, a locked file beside SQLite's."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from sync.copy.database import reading
from sync.reconcile.snapshot import ReconciliationError

_SECONDS = 24 * 3600.0
_BUSY = "another process is reconciling this copy"
_TRY = text("SELECT pg_try_advisory_lock(1802462838)")
_GIVE_BACK = text("SELECT pg_advisory_unlock(1802462838)")


def alone(engine: AsyncEngine) -> AbstractAsyncContextManager[None]:
    """Raises ReconciliationError when another process is at it. A process that dies gives the lock back."""
    return _LOCKS[engine.dialect.name](engine)


@contextlib.asynccontextmanager
async def _by_advisory_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    async with reading(engine, seconds=_SECONDS) as connection:
        # of the connection, not of a transaction, which would stand open for as long as the comparison takes
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        if not await connection.scalar(_TRY):
            raise ReconciliationError(_BUSY)
        try:
            yield
        finally:
            await connection.execute(_GIVE_BACK)


@contextlib.asynccontextmanager
async def _by_file(engine: AsyncEngine) -> AsyncIterator[None]:
    path = Path(f"{engine.url.database}.reconciling")
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ReconciliationError(_BUSY) from error
        yield
    finally:
        os.close(handle)


_LOCKS: Mapping[str, Callable[[AsyncEngine], AbstractAsyncContextManager[None]]] = {
    "postgresql": _by_advisory_lock,
    "sqlite": _by_file,
}
