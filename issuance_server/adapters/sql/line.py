"""The line in SQL: a stop stands in the database, so that it holds for every process and every restart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from issuance_server.adapters.sql.group_commit import GroupCommit, Written
from issuance_server.adapters.sql.tables import line_stops
from issuance_server.records import AuditEntry
from sync.copy.database import reading

_IS_STOPPED = select(exists().where(line_stops.c.released_at.is_(None)))


async def is_stopped(connection: AsyncConnection) -> bool:
    return bool(await connection.scalar(_IS_STOPPED))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stop:
    reason: str
    entry: AuditEntry


@dataclass(frozen=True, slots=True, kw_only=True)
class _Release:
    first: str
    second: str
    entry: AuditEntry


class SqlLine:
    """See ``ports.Line``."""

    def __init__(self, engine: AsyncEngine, commits: GroupCommit) -> None:
        self._engine = engine
        self._commits = commits

    async def is_stopped(self) -> bool:
        async with reading(self._engine) as connection:
            return await is_stopped(connection)

    async def stop(self, reason: str, entry: AuditEntry) -> None:
        await self._commits.submit(_stop_all, _Stop(reason=reason, entry=entry))

    async def release(self, first: str, second: str, entry: AuditEntry) -> int:
        return await self._commits.submit(_release_all, _Release(first=first, second=second, entry=entry))


async def _stop_all(connection: AsyncConnection, items: Sequence[_Stop]) -> list[Written[None]]:
    rows = [{"stopped_at": item.entry.at, "reason": item.reason} for item in items]
    await connection.execute(insert(line_stops), rows)
    return [Written(result=None, entries=[item.entry]) for item in items]


async def _release_all(connection: AsyncConnection, items: Sequence[_Release]) -> list[Written[int]]:
    written: list[Written[int]] = []
    for item in items:
        done = await connection.execute(
            update(line_stops)
            .where(line_stops.c.released_at.is_(None))
            .values(released_at=item.entry.at, released_by=item.first, released_with=item.second)
        )
        written.append(Written(result=done.rowcount, entries=[item.entry] if done.rowcount else []))
    return written
