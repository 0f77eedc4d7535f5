"""The one row that says how the registry's desk answers: every process adds what it has counted."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import UnavailableError
from issuance_server.adapters.sql.tables import registry_desk
from issuance_server.desk import DeskFault, DeskRecord, DeskTally
from sync.copy.database import reading, writing

_log = logging.getLogger(__name__)
_SECONDS = (
    2.0  # between two writings, so that a desk asked a thousand times a second costs a row every other second
)


async def read_desk(engine: AsyncEngine) -> DeskRecord:
    """Raises UnavailableError."""
    async with reading(engine) as connection:
        return _record_of((await connection.execute(select(registry_desk))).mappings().one())


async def add_to_desk(engine: AsyncEngine, counted: DeskRecord) -> None:
    """Raises UnavailableError."""
    async with writing(engine) as connection:
        row = (await connection.execute(select(registry_desk).with_for_update())).mappings().one()
        now = _record_of(row) + counted
        await connection.execute(
            update(registry_desk).values(
                asked_at=now.asked_at,
                answered_at=now.answered_at,
                failed=now.failed,
                fault=now.fault.value if now.fault is not None else None,
            )
        )


def _record_of(row: RowMapping) -> DeskRecord:
    return DeskRecord(
        asked_at=row["asked_at"],
        answered_at=row["answered_at"],
        failed=row["failed"],
        fault=DeskFault(row["fault"]) if row["fault"] is not None else None,
    )


@contextlib.asynccontextmanager
async def keeping_desk(
    engine: AsyncEngine, tally: DeskTally, *, seconds: float = _SECONDS
) -> AsyncIterator[None]:
    """Write down every ``seconds``, and on leaving, what ``tally`` has counted. A database out of reach loses nothing."""

    async def keep() -> None:
        counted = tally.take()
        if counted.asked_at is None:
            return
        try:
            await add_to_desk(engine, counted)
        except UnavailableError as error:
            tally.give_back(counted)
            _log.warning("asks of the registry not written down", extra={"reason": str(error)})

    ending = asyncio.Event()

    async def run() -> None:
        over = False
        while not over:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    over = await ending.wait()
            await keep()

    async with asyncio.TaskGroup() as group:
        group.create_task(run(), name="registry-desk")
        try:
            yield
        finally:
            ending.set()  # rather than cancelled in the middle of a writing
