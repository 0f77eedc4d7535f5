"""The copy's leaves, read from its rows themselves: silent damage moves no stored leaf, but it shows here.

PostgreSQL digests in the database and answers with leaves alone; from SQLite the texts are read and digested here,
away from the event loop. Both go through the rows in portions of neighbouring numbers, all in one snapshot.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, ColumnElement, Select, Text, cast, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import BIT
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from sync.copy.tables import leaves, residents
from sync.reconcile.leaves import Leaf, joined, leaf_of, text_digest
from sync.reconcile.snapshot import comparable_state, snapshot
from sync.reconcile.sources import SOURCES, Source
from sync.reconcile.subjects import is_leaf, is_subject

Progress = Callable[[int, int], None]
_PORTION = 20_000  # residents in one step
_SECONDS = 4 * 3600.0

Digests = dict[str, tuple[int, int]]
"""Digest and number of rows by leaf."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """The copy at number ``applied``.

    ``leaves`` are those that a registry could hold too; ``strays`` the names of others, which can only be damage.
    ``moved``: leaves whose rows are not those that applied changes left there. ``rows`` is None when nobody counted.
    """

    applied: int
    leaves: Sequence[Leaf] = field(repr=False)
    strays: Sequence[str] = field(default=(), repr=False)
    moved: Sequence[str] = field(default=(), repr=False)
    rows: int | None = None


async def scan_rows(engine: AsyncEngine, progress: Progress = lambda done, total: None) -> Scan:
    """Digest every row. ``progress`` is told how many portions of how many are done.

    Raises UnavailableError, ReconciliationError.
    """
    async with snapshot(engine, seconds=_SECONDS) as connection:
        state = await comparable_state(connection)
        found: Digests = {}
        read = _READERS[connection.dialect.name]
        portions = [portion async for portion in _portions(connection)]
        for done, portion in enumerate(portions, 1):
            for leaf, digest, rows in await read(connection, portion):
                before, counted = found.get(leaf, (0, 0))
                found[leaf] = before ^ digest, counted + rows
            progress(done, len(portions))
        stored = await _stored(connection)
    return await asyncio.to_thread(_scan, state.applied, found, stored)


async def scan_stored(engine: AsyncEngine) -> Scan:
    """The leaves as applied changes have moved them: quick, and blind to silent damage of rows.

    Raises UnavailableError, ReconciliationError.
    """
    async with snapshot(engine, seconds=60.0) as connection:
        state = await comparable_state(connection)
        stored = await _stored(connection)
    return Scan(applied=state.applied, leaves=stored)


def _scan(applied: int, found: Digests, stored: Sequence[Leaf]) -> Scan:
    kept = {leaf.name: leaf.digest for leaf in stored}
    names = kept.keys() | found.keys()
    return Scan(
        applied=applied,
        leaves=[
            Leaf(name=name, digest=digest, touched=0) for name, (digest, _) in found.items() if is_leaf(name)
        ],
        strays=sorted(name for name in found if not is_leaf(name)),
        moved=sorted(
            name for name in names if is_leaf(name) and kept.get(name, 0) != found.get(name, (0, 0))[0]
        ),
        rows=sum(rows for _, rows in found.values()),
    )


async def _stored(connection: AsyncConnection) -> Sequence[Leaf]:
    return [
        Leaf(name=row.leaf, digest=joined(row.high, row.low), touched=row.touched)
        for row in await connection.execute(select(leaves))
        if is_leaf(row.leaf)
    ]


async def _portions(connection: AsyncConnection) -> AsyncIterator[Sequence[Select[str, str]]]:
    """Queries for (leaf, text); every row of the copy is in exactly one, every leaf in one portion."""
    place = func.row_number().over(order_by=residents.c.number).label("place")
    numbered = select(residents.c.number, place).subquery()
    every = select(numbered.c.number).where(numbered.c.place % _PORTION == 0).order_by(numbered.c.number)
    numbers = [number for number in await connection.scalars(every) if is_subject("r" + number)]
    stems = list(dict.fromkeys(leaf_of("r" + number)[1:] for number in numbers))
    people = [source for source in SOURCES if source.prefix == "r"]
    for low, high in zip([None, *stems], [*stems, None], strict=True):
        yield [_between(source, low, high) for source in people]
    yield [source.texts() for source in SOURCES if source.prefix == "h"]


def _between(source: Source, low: str | None, high: str | None) -> Select[str, str]:
    query = source.texts()
    if low is not None:
        query = query.where(source.owner >= low)
    if high is not None:
        query = query.where(source.owner < high)
    return query


async def _digest_in_database(
    connection: AsyncConnection, queries: Sequence[Select[str, str]]
) -> Sequence[tuple[str, int, int]]:
    parts = []
    for query in queries:
        texts = query.subquery()
        digest = func.encode(func.sha256(func.convert_to(texts.c.text, "UTF8")), "hex")
        parts.append(select(texts.c.leaf, digest.label("digest")))
    digests = union_all(*parts).subquery()
    query = select(
        digests.c.leaf,
        func.bit_xor(_number(digests.c.digest, 1)).label("high"),
        func.bit_xor(_number(digests.c.digest, 17)).label("low"),
        func.count().label("rows"),
    ).group_by(digests.c.leaf)
    return [(row.leaf, joined(row.high, row.low), row.rows) for row in await connection.execute(query)]


def _number(digest: ColumnElement[str], start: int) -> ColumnElement[int]:
    """Sixteen hexadecimal digits as a signed number."""
    return cast(cast(literal("x", Text) + func.substr(digest, start, 16), BIT(64)), BigInteger)


async def _digest_here(
    connection: AsyncConnection, queries: Sequence[Select[str, str]]
) -> Sequence[tuple[str, int, int]]:
    texts = [(leaf, text) for query in queries for leaf, text in await connection.execute(query)]
    return await asyncio.to_thread(lambda: [(leaf, text_digest(text), 1) for leaf, text in texts])


_READERS = {"postgresql": _digest_in_database, "sqlite": _digest_here}
