"""Numbers that staff take out of force (無効・差替・回収)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "withdrawn_numbers",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("collected", sa.Boolean(), nullable=False),
        sa.Column("successor", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["serial"], ["issue_numbers.serial"], name="fk_withdrawn_numbers_serial"),
        sa.ForeignKeyConstraint(
            ["successor"], ["issue_numbers.serial"], name="fk_withdrawn_numbers_successor"
        ),
        sa.PrimaryKeyConstraint("serial", name="pk_withdrawn_numbers"),
    )
    op.create_index("ix_withdrawn_numbers_successor", "withdrawn_numbers", ["successor"], unique=True)
