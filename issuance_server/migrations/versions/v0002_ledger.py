"""The ledger, the audit log and the line; forward only: a ledger is never migrated back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_REFUSE = "BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"
_APPEND_ONLY = {
    "sqlite": (
        f"CREATE TRIGGER audit_rows_no_update BEFORE UPDATE ON audit_rows {_REFUSE}",
        f"CREATE TRIGGER audit_rows_no_delete BEFORE DELETE ON audit_rows {_REFUSE}",
    ),
    "postgresql": (
        """
        CREATE FUNCTION audit_rows_append_only() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$
        """,
        """
        CREATE TRIGGER audit_rows_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_rows
        FOR EACH STATEMENT EXECUTE FUNCTION audit_rows_append_only()
        """,
    ),
}
# Against mistakes; against intent there are the chain and its seals.


def upgrade() -> None:
    op.create_table(
        "audit_rows",
        sa.Column("chain", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=20), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("reference", sa.String(length=32), nullable=True),
        sa.Column("resident", sa.String(length=15), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("seal", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("chain", "sequence", name="pk_audit_rows"),
    )
    op.create_index("ix_audit_rows_at", "audit_rows", ["at"], unique=False)
    op.create_index("ix_audit_rows_resident", "audit_rows", ["resident"], unique=False)
    op.create_table(
        "issue_orders",
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(length=32), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("refusal", sa.String(length=40), nullable=True),
        sa.Column("kind", sa.String(length=40), nullable=True),
        sa.Column("holder", sa.String(length=15), nullable=True),
        sa.Column("members", sa.Text(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("register_sequence", sa.BigInteger(), nullable=True),
        sa.Column("register_age_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=16), nullable=True),
        sa.Column("sheets", sa.Integer(), nullable=True),
        sa.Column("taken", sa.Integer(), nullable=True),
        sa.Column("refunded", sa.Integer(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('issued', 'refused', 'voided', 'abandoned')", name="ck_issue_orders_state"
        ),
        sa.PrimaryKeyConstraint("order_id", name="pk_issue_orders"),
    )
    op.create_index("ix_issue_orders_at", "issue_orders", ["at"], unique=False)
    op.create_index("ix_issue_orders_holder", "issue_orders", ["holder"], unique=False)
    op.create_table(
        "issue_series",
        sa.Column("municipality", sa.String(length=6), nullable=False),
        sa.Column("next_serial", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("municipality", name="pk_issue_series"),
    )
    op.create_table(
        "line_stops",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(length=64), nullable=True),
        sa.Column("released_with", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("number", name="pk_line_stops"),
    )
    op.create_table(
        "issue_numbers",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(length=32), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(["order_id"], ["issue_orders.order_id"], name="fk_issue_numbers_order_id"),
        sa.PrimaryKeyConstraint("serial", name="pk_issue_numbers"),
    )
    op.create_index("ix_issue_numbers_order_id", "issue_numbers", ["order_id"], unique=False)
    for statement in _APPEND_ONLY[op.get_context().dialect.name]:
        op.execute(statement)
