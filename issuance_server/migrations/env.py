"""Run by Alembic: migrates the connection that it is handed (``adapters.sql.schema``)."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection

connection = context.config.attributes["connection"]
assert isinstance(connection, Connection)
context.configure(connection=connection)
context.run_migrations()
