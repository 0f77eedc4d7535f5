"""How the registry's desk has been answering: one row for the municipality."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from issuance_server.adapters.sql.tables import Moment

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    desk = op.create_table(
        "registry_desk",
        sa.Column("asked_at", Moment(), nullable=True),
        sa.Column("answered_at", Moment(), nullable=True),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=16), nullable=True),
    )
    op.bulk_insert(desk, [{"asked_at": None, "answered_at": None, "failed": 0, "fault": None}])
