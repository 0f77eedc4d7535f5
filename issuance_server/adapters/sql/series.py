"""The series of issue numbers in SQL: one atomic statement moves it on, and it never moves back."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, UnavailableError
from issuance_server.adapters.sql.group_commit import GroupCommit, Written
from issuance_server.adapters.sql.tables import issue_series
from sync.copy.database import writing

_BEGIN = {
    "sqlite": sqlite.insert(issue_series).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(issue_series).on_conflict_do_nothing(),
}


class SqlSeries:
    """See ``ports.Series``."""

    def __init__(self, commits: GroupCommit, municipality: MunicipalityCode) -> None:
        self._commits = commits
        self._municipality = municipality

    async def reserve(self, count: int) -> int:
        return await self._commits.submit(self._reserve_all, count)

    async def _reserve_all(self, connection: AsyncConnection, items: Sequence[int]) -> list[Written[int]]:
        total = sum(items)
        end = await connection.scalar(
            update(issue_series)
            .where(issue_series.c.municipality == self._municipality)
            .values(next_serial=issue_series.c.next_serial + total)
            .returning(issue_series.c.next_serial)
        )
        if end is None:
            raise UnavailableError("issue numbers", "the series was never begun", outcome_known=True)
        first = int(end) - total
        written: list[Written[int]] = []
        for count in items:
            written.append(Written(result=first))
            first += count
        return written


async def begin_series(engine: AsyncEngine, municipality: MunicipalityCode) -> None:
    """Start at 1 unless begun. One database is one municipality: raises ConfigurationError on another's."""
    async with writing(engine) as connection:
        others = select(issue_series.c.municipality).where(issue_series.c.municipality != municipality)
        if (other := await connection.scalar(others)) is not None:
            raise ConfigurationError(
                "KOFU_ISSUANCE_DATABASE", f"is the database of {other}, and this server is {municipality}'s"
            )
        row = {"municipality": municipality, "next_serial": 1}
        await connection.execute(_BEGIN[connection.dialect.name], row)
