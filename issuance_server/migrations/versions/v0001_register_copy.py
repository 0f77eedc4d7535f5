"""The register's copy and its inbox; forward only: a ledger is never migrated back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None


def upgrade() -> None:
    op.create_table(
        "blocks",
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("stream", sa.String(length=16), nullable=False),
        sa.Column("resident", sa.String(length=15), nullable=True),
        sa.Column("household", sa.String(length=15), nullable=True),
        sa.Column("history", sa.Integer(), nullable=True),
    )
    op.create_index("ix_blocks_household", "blocks", ["household"], unique=False)
    op.create_index("ix_blocks_resident", "blocks", ["resident"], unique=False)
    op.create_index("ix_blocks_sequence", "blocks", ["sequence"], unique=False)
    op.create_table(
        "cards",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("resident", sa.String(length=15), nullable=False),
        sa.Column("removed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("serial"),
    )
    op.create_index("ix_cards_resident", "cards", ["resident"], unique=False)
    op.create_table(
        "feed_state",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("applied", sa.BigInteger(), nullable=False),
        sa.Column("known", sa.BigInteger(), nullable=False),
        sa.Column("heard_at", sa.BigInteger(), nullable=False),
        sa.Column("loaded", sa.BigInteger(), nullable=False),
        sa.Column("conflict", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("municipality"),
    )
    op.create_table(
        "inbox",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=32), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("fault", sa.String(length=32), nullable=True),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("sequence"),
    )
    op.create_index(
        "inbox_set_aside",
        "inbox",
        ["sequence"],
        unique=False,
        postgresql_where=sa.text("body IS NOT NULL"),
        sqlite_where=sa.text("body IS NOT NULL"),
    )
    op.create_table(
        "resident_history",
        sa.Column("number", sa.String(length=15), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", "history", "sequence"),
    )
    op.create_table(
        "residents",
        sa.Column("number", sa.String(length=15), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("household", sa.String(length=15), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("head", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("ix_residents_household", "residents", ["household"], unique=False)
    op.create_table(
        "seals",
        sa.Column("resident", sa.String(length=15), nullable=False),
        sa.Column("history", sa.Integer(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("resident"),
    )
    op.create_table(
        "suppressions",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("resident", sa.String(length=15), nullable=True),
        sa.Column("household", sa.String(length=15), nullable=True),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_suppressions_household", "suppressions", ["household"], unique=False)
    op.create_index("ix_suppressions_resident", "suppressions", ["resident"], unique=False)
