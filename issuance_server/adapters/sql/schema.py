"""The database schema and its migrations (Alembic): bring to head, or say that it is not there."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import ConfigurationError
from issuance_server import migrations
from issuance_server.adapters.sql.tables import metadata
from sync.copy.database import reading, writing
from sync.copy.tables import metadata as copy_metadata

METADATA: tuple[MetaData, MetaData] = (copy_metadata, metadata)
# any number, the same for all: several servers may start at once on an empty database
_LOCK = {"postgresql": "SELECT pg_advisory_xact_lock(7016411870021)"}


def alembic_config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def head_revision() -> str:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    assert head is not None
    return head


async def migrate(engine: AsyncEngine) -> str:
    """Bring the schema to head in one transaction; returns the revision. Does nothing when it is there."""
    async with writing(engine) as connection:
        if (lock := _LOCK.get(connection.dialect.name)) is not None:
            await connection.execute(text(lock))
        await connection.run_sync(lambda opened: command.upgrade(alembic_config(opened), "head"))
    return head_revision()


async def require_head(engine: AsyncEngine, setting: str) -> None:
    """Raises ConfigurationError unless the schema is exactly at head."""
    async with reading(engine) as connection:
        found = await connection.run_sync(
            lambda opened: MigrationContext.configure(opened).get_current_revision()
        )
    head = head_revision()
    if found != head:
        raise ConfigurationError(
            setting,
            f"the schema is at {found or 'nothing'} and this version needs {head}; "
            "run: python -m issuance_server migrate",
        )
