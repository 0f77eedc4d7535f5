"""The copy's tables; one database holds one municipality.

Key columns are what rules and look-ups need; everything else of a row is in its canonical ``record`` text.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    event,
    false,
)
from sqlalchemy.schema import DDL

metadata = MetaData()

residents = Table(
    "residents",
    metadata,
    Column("number", String(15), primary_key=True),
    Column("history", Integer, nullable=False),
    Column("household", String(15), nullable=False, index=True),
    Column("status", String(16), nullable=False),
    Column("head", Boolean, nullable=False),
    Column("record", Text, nullable=False),
)
"""The current row of everybody, removed residents included."""

resident_history = Table(
    "resident_history",
    metadata,
    Column("number", String(15), primary_key=True),
    Column("history", Integer, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("record", Text, nullable=False),
)
"""Every row that was ever current, and the number of the change or full load that brought it; append only."""

seals = Table(
    "seals",
    metadata,
    Column("resident", String(15), primary_key=True),
    Column("history", Integer, nullable=False),
    Column("valid", Boolean, nullable=False),
    Column("record", Text, nullable=False),
)
"""The latest registration of a resident with its imprint; an abolished one stays, not valid."""

QUICK_IMPRINTS = """\
DO $$ BEGIN
  IF 'lz4' = ANY (SELECT unnest(enumvals) FROM pg_settings WHERE name = 'default_toast_compression') THEN
    ALTER TABLE seals ALTER COLUMN record SET COMPRESSION lz4;
  END IF;
END $$"""
"""PostgreSQL alone, and where it was built with LZ4: its own way took as long to compress an imprint as all else that a
change costs it."""
_quick_imprints = DDL(QUICK_IMPRINTS)  # type: ignore[no-untyped-call]  # SQLAlchemy gives it no annotations
event.listen(seals, "after_create", _quick_imprints.execute_if(dialect="postgresql"))

suppressions = Table(
    "suppressions",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("resident", String(15), nullable=True, index=True),
    Column("household", String(15), nullable=True, index=True),
    Column("released", Boolean, nullable=False),
    Column("record", Text, nullable=False),
)

cards = Table(
    "cards",
    metadata,
    Column("serial", String(40), primary_key=True),
    Column("resident", String(15), nullable=False, index=True),
    Column("removed", Boolean, nullable=False, server_default=false()),
    Column("record", Text, nullable=False),
)
"""Serial number of the user-authentication certificate → resident; a removed serial stays with its resident."""

feed_state = Table(
    "feed_state",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("applied", BigInteger, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("heard_at", BigInteger, nullable=False),  # microseconds since 1970-01-01T00:00Z
    Column("said_at", BigInteger, nullable=False),  # the same, by the registry's own clock
    Column("loaded", BigInteger, nullable=False),
    Column("conflict", BigInteger, nullable=True),
    Column("chain", LargeBinary(32), nullable=False),
)

inbox = Table(
    "inbox",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("event", String(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("fault", String(32), nullable=True),
    Column("location", Text, nullable=False),
    Column("body", LargeBinary, nullable=True),
)
"""Every number that was taken in. ``body`` is there only while a change is set aside or was set right since."""

Index(
    "inbox_set_aside",
    inbox.c.sequence,
    postgresql_where=inbox.c.body.is_not(None),
    sqlite_where=inbox.c.body.is_not(None),
)

blocks = Table(
    "blocks",
    metadata,
    Column("sequence", BigInteger, nullable=False, index=True),
    Column("stream", String(16), nullable=False),
    Column("resident", String(15), nullable=True, index=True),
    Column("household", String(15), nullable=True, index=True),
    Column("history", Integer, nullable=True),
)
"""Whom the quarantined changes of the inbox name: nothing is issued for them while the row stands."""

leaves = Table(
    "leaves",
    metadata,
    Column("leaf", String(16), primary_key=True),
    Column("high", BigInteger, nullable=False),
    Column("low", BigInteger, nullable=False),
    Column("touched", BigInteger, nullable=False),
)
"""The digest tree's leaves as the applied changes have moved them (``sync.reconcile.leaves``)."""

doubts = Table(
    "doubts",
    metadata,
    Column("subject", String(16), primary_key=True),
    Column("resident", String(15), nullable=True, index=True),
    Column("household", String(15), nullable=True, index=True),
    Column("found_at", BigInteger, nullable=False),  # microseconds since 1970-01-01T00:00Z
)
"""Whose rows a reconciliation found to differ from the registry's: nothing is issued for them until they are set right."""

erasures = Table(
    "erasures",
    metadata,
    Column("subject", String(16), primary_key=True),
    Column("erased_at", BigInteger, nullable=False),  # microseconds since 1970-01-01T00:00Z
)
"""Whose rows were erased after the legal period, so that no reconciliation brings them back."""
