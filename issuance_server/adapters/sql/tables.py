"""The issuance server's own tables, beside those of the register's copy."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    TypeDecorator,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An instant with microseconds, UTC: SQLite keeps no zone, so it is put back when read."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None or dialect.name != "sqlite":
            return value
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


issue_orders = Table(
    "issue_orders",
    metadata,
    Column("order_id", String(32), primary_key=True),
    Column("fingerprint", LargeBinary(32)),
    Column("state", String(16), nullable=False),
    Column("at", Moment, nullable=False),
    Column("refusal", String(40)),
    # what was issued
    Column("kind", String(40)),
    Column("holder", String(15)),
    Column("members", Text),  # 宛名番号, separated by spaces
    Column("sha256", LargeBinary(32)),
    Column("fee", Integer),
    Column("register_sequence", BigInteger),
    Column("register_age_ms", BigInteger),
    # the registry's position when it was asked; null when it did not answer
    Column("registry_asked", BigInteger),
    # how it ended
    Column("outcome", String(16)),
    Column("sheets", Integer),
    Column("taken", Integer),
    Column("refunded", Integer),
    Column("reason", String(200)),
    Column("closed_at", Moment),
    CheckConstraint("state IN ('issued', 'refused', 'voided', 'abandoned')", name="state"),
    Index(None, "holder"),
    Index(None, "at"),
)

issue_numbers = Table(
    "issue_numbers",
    metadata,
    # the primary key is what makes a number unique, whatever any process believes
    Column("serial", BigInteger, primary_key=True, autoincrement=False),
    Column("order_id", String(32), ForeignKey("issue_orders.order_id"), nullable=False),
    Column("place", SmallInteger, nullable=False),  # which copy of the order, from 1
    Index(None, "order_id"),
)

withdrawn_numbers = Table(
    "withdrawn_numbers",
    metadata,
    Column("serial", BigInteger, ForeignKey("issue_numbers.serial"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("reason", String(20), nullable=False),
    Column("collected", Boolean, nullable=False),
    Column("successor", BigInteger, ForeignKey("issue_numbers.serial")),
    # one number replaces one other
    Index(None, "successor", unique=True),
)

issue_series = Table(
    "issue_series",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("next_serial", BigInteger, nullable=False),
)

audit_rows = Table(
    "audit_rows",
    metadata,
    Column("chain", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("event", String(20), nullable=False),
    Column("actor", String(120), nullable=False),
    Column("reference", String(32)),
    Column("resident", String(15)),
    Column("code", String(40)),
    Column("detail", Text, nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("seal", Text),
    Index(None, "at"),
    Index(None, "resident"),
)

line_stops = Table(
    "line_stops",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("stopped_at", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("released_at", Moment),
    Column("released_by", String(64)),
    Column("released_with", String(64)),
)

registry_desk = Table(
    "registry_desk",
    metadata,
    Column("asked_at", Moment),
    Column("answered_at", Moment),
    Column("failed", Integer, nullable=False),
    Column("fault", String(16)),
)
"""How the desk that is asked at every issue has been answering: the one row of all processes."""
