"""The schema: migrations and tables agree, and a database that is not at head is not served."""

from __future__ import annotations

import asyncio

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, UnavailableError
from issuance_server.adapters.sql.chain import Chain
from issuance_server.adapters.sql.group_commit import GroupCommit
from issuance_server.adapters.sql.schema import METADATA, head_revision, migrate, require_head
from issuance_server.adapters.sql.series import SqlSeries, begin_series
from sync.copy.database import open_database, reading, writing
from tests.issuance.conftest import KEY
from tests.issuance.issuance_world import CODE, NOON


def differences(connection: Connection) -> list[object]:
    options = {"compare_type": True, "compare_server_default": True, "target_metadata": list(METADATA)}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, list(METADATA)))  # type: ignore[arg-type] # alembic takes several


async def test_migrations_build_exactly_the_tables(engine: AsyncEngine) -> None:
    async with reading(engine) as connection:
        assert await connection.run_sync(differences) == []


async def test_servers_that_start_at_once_migrate_once(database_url: str) -> None:
    engines = [open_database(database_url) for _ in range(4)]
    assert await asyncio.gather(*(migrate(engine) for engine in engines)) == [head_revision()] * 4
    for engine in engines:
        await require_head(engine, "X")
        await engine.dispose()


async def test_a_database_that_is_not_at_head_is_refused_with_the_remedy(database_url: str) -> None:
    engine = open_database(database_url)
    with pytest.raises(ConfigurationError, match="issuance_server migrate"):
        await require_head(engine, "KOFU_ISSUANCE_DATABASE")
    await migrate(engine)
    async with writing(engine) as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(ConfigurationError, match="at 0001"):
        await require_head(engine, "KOFU_ISSUANCE_DATABASE")
    await engine.dispose()


async def test_one_database_is_one_municipality(engine: AsyncEngine) -> None:
    await begin_series(engine, CODE)
    with pytest.raises(ConfigurationError, match=CODE):
        await begin_series(engine, municipality_code("131016"))


async def test_a_series_that_was_never_begun_gives_no_number(database_url: str) -> None:
    engine = open_database(database_url)
    await migrate(engine)
    commits = GroupCommit(engine, Chain(CODE, KEY, "test", lambda: NOON))
    async with commits.running():
        with pytest.raises(UnavailableError):
            await SqlSeries(commits, CODE).reserve(1)
    await engine.dispose()
