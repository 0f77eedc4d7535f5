"""The books' own tables; the register's rows and the digest tree's leaves are as in a copy (``sync.copy.tables``)."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table

from sync.change.records import Kind
from sync.copy import tables

metadata = MetaData()

register = Table(
    "registry",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("base", BigInteger, nullable=False),
    Column("chain", LargeBinary(32), nullable=False),
)
"""Whose books these are, the number at which its register was taken over, and the chain at that number."""

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("event", LargeBinary, nullable=False),
    # before this change and not after it: so the chain is known also where the outbox begins
    Column("chain", LargeBinary(32), nullable=False),
)
"""Every change in its CloudEvents form, as often as it has to be sent, and the chain over every change before it."""

touched = Table(
    "touched",
    metadata,
    Column("subject", String(16), primary_key=True),
    Column("highest", BigInteger, nullable=False),
)
"""The highest number that names each person and household (``sync.registry.entering``)."""

ROWS: Mapping[Kind, Table] = {
    Kind.RESIDENT: tables.residents,
    Kind.SEAL: tables.seals,
    Kind.SUPPRESSION: tables.suppressions,
    Kind.CARD: tables.cards,
}
"""In the order of a full load."""
OF_COPY = (*ROWS.values(), tables.leaves)
