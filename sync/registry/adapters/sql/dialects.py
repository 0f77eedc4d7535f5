"""What SQLite and PostgreSQL do differently in the books: many keys in one query, and one snapshot for several."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, any_, bindparam, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.expression import TextClause


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """``among``: the column's value is one of these, however many.

    ``lock`` lets nobody else number changes until the transaction ends; ``snapshot`` makes all reads of a transaction
    see one state of the books. None where the database does so anyway (SQLite: ``BEGIN IMMEDIATE``, and WAL).
    """

    among: Callable[[ColumnElement[str], Sequence[str]], ColumnElement[bool]]
    lock: TextClause | None = None
    snapshot: TextClause | None = None


def dialect_of(connection: AsyncConnection) -> Dialect:
    return _DIALECTS[connection.dialect.name]


def _among_json(name: ColumnElement[str], keys: Sequence[str]) -> ColumnElement[bool]:
    given = func.json_each(bindparam(None, json.dumps(list(keys)), String())).table_valued("value")
    return name.in_(select(given.c.value))


def _among_array(name: ColumnElement[str], keys: Sequence[str]) -> ColumnElement[bool]:
    return name == any_(bindparam(None, list(keys), postgresql.ARRAY(String())))


# The numbers that changes are given must follow one another also when two processes enter; 1802462838 is "kofu" + 1,
# another lock than that of a copy's writer.
_DIALECTS: Mapping[str, Dialect] = {
    "sqlite": Dialect(among=_among_json),
    "postgresql": Dialect(
        among=_among_array,
        lock=text("SELECT pg_advisory_xact_lock(1802462838)"),
        snapshot=text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"),
    ),
}
