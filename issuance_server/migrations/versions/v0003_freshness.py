"""What freshness and reconciliation need; forward only: a ledger is never migrated back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # what an older version took in has no chain and no leaves: a full load brings them
    op.execute("DELETE FROM feed_state")
    with op.batch_alter_table("feed_state") as feed_state:
        feed_state.add_column(sa.Column("said_at", sa.BigInteger(), nullable=False))
        feed_state.add_column(sa.Column("chain", sa.LargeBinary(length=32), nullable=False))
    op.create_table(
        "leaves",
        sa.Column("leaf", sa.String(length=16), nullable=False),
        sa.Column("high", sa.BigInteger(), nullable=False),
        sa.Column("low", sa.BigInteger(), nullable=False),
        sa.Column("touched", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("leaf"),
    )
    op.create_table(
        "doubts",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("resident", sa.String(length=15), nullable=True),
        sa.Column("household", sa.String(length=15), nullable=True),
        sa.Column("found_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    op.create_index("ix_doubts_household", "doubts", ["household"], unique=False)
    op.create_index("ix_doubts_resident", "doubts", ["resident"], unique=False)
    op.create_table(
        "erasures",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("erased_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("subject"),
    )
    with op.batch_alter_table("issue_orders") as issue_orders:
        issue_orders.add_column(sa.Column("registry_asked", sa.BigInteger(), nullable=True))
