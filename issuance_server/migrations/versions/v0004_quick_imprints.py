"""Imprints are compressed by LZ4 where PostgreSQL can; rows that are there already stay as they are."""

from __future__ import annotations

from alembic import op

from sync.copy.tables import QUICK_IMPRINTS

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    if op.get_context().dialect.name == "postgresql":
        op.execute(QUICK_IMPRINTS)
