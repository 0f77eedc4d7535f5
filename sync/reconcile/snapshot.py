"""One snapshot of the copy for a reconciliation: how far it has come, and what its rows are at that very number."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.errors import KofuError
from sync.copy.database import reading
from sync.copy.sql_rows import feed_state_of
from sync.copy.store import FeedState
from sync.copy.tables import blocks, doubts, erasures, feed_state
from sync.copy.tables import leaves as stored
from sync.reconcile.leaves import SEPARATOR, leaf_of, subject, text_digest
from sync.reconcile.sources import HOUSEHOLD_PLACE, SOURCES, Source, among

LEAVES_AT_ONCE = 100
"""Leaves in one look at the rows, and in one question to the registry."""
_KIND_OF_STREAM: Mapping[str, str] = {
    "residents": "resident",
    "seals": "seal",
    "suppressions": "suppression",
    "cards": "card",
}
# one transaction is one snapshot: in SQLite always (WAL), in PostgreSQL from this level on
_LEVELS: Mapping[str, str] = {"postgresql": "REPEATABLE READ"}


class ReconciliationError(KofuError):
    """Copy and registry cannot be compared; the reason says what has to be done first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRow:
    """One row of the copy. ``household``: the column of a resident's row, whatever stands there."""

    kind: str
    key: str = field(repr=False)
    digest: int
    household: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What the copy holds below some leaves at number ``applied``.

    ``aside``: the kinds of row that differ by rights, because a change of them is in quarantine. ``erased``: subjects
    whose rows were erased after the legal period. ``touched``: the highest number of a change in each leaf; ``loaded``
    that of the last full load.
    """

    applied: int
    rows: Mapping[str, Sequence[HeldRow]] = field(repr=False)
    aside: Mapping[str, frozenset[str]] = field(repr=False)
    erased: frozenset[str] = field(repr=False)
    touched: Mapping[str, int] = field(default_factory=dict, repr=False)
    loaded: int = 0

    def latest(self, leaf: str) -> int:
        """The number from which on the rows of the leaf have been what they are."""
        return max(self.loaded, self.touched.get(leaf, 0))


@contextlib.asynccontextmanager
async def snapshot(engine: AsyncEngine, *, seconds: float) -> AsyncIterator[AsyncConnection]:
    """Everything read through it is of one moment. Raises UnavailableError."""
    async with reading(engine, seconds=seconds) as connection:
        level = _LEVELS.get(connection.dialect.name)
        if level is not None:
            await connection.execution_options(isolation_level=level)
        yield connection


async def comparable_state(connection: AsyncConnection) -> FeedState:
    """Raises ReconciliationError when the copy cannot vouch for the number at which it stands."""
    row = (await connection.execute(select(feed_state))).mappings().one_or_none()
    if row is None:
        raise ReconciliationError("the copy was never loaded: load a full-load file (全件) first")
    state = feed_state_of(row)
    if state.conflict is not None:
        raise ReconciliationError(
            f"the feed is in conflict at number {state.conflict}: load a full-load file (全件) first"
        )
    return state


async def applied_number(engine: AsyncEngine) -> int:
    """How far the copy has come. Raises UnavailableError, ReconciliationError."""
    async with reading(engine) as connection:
        return (await comparable_state(connection)).applied


async def doubted(engine: AsyncEngine) -> frozenset[str]:
    """The subjects that an earlier reconciliation has blocked."""
    async with reading(engine) as connection:
        return frozenset(await connection.scalars(select(doubts.c.subject)))


async def holdings(engine: AsyncEngine, leaves: Sequence[str]) -> Holdings:
    """The rows below at most ``LEAVES_AT_ONCE`` leaves. Raises UnavailableError, ReconciliationError."""
    async with snapshot(engine, seconds=60) as connection:
        state = await comparable_state(connection)
        texts: list[tuple[Source, str, str, str]] = []
        for source in SOURCES:
            query = source.rows().where(source.among(leaves))
            for owner, key, text in await connection.execute(query):
                texts.append((source, owner, key, text))
        aside = await kinds_aside(connection, leaves)
        stems = among(erasures.c.subject, leaves)
        erased = frozenset(await connection.scalars(select(erasures.c.subject).where(stems)))
        moved = select(stored.c.leaf, stored.c.touched).where(stored.c.leaf.in_(leaves))
        touched = {row.leaf: row.touched for row in await connection.execute(moved)}
    rows = await asyncio.to_thread(_digested, texts, frozenset(leaves))
    return Holdings(
        applied=state.applied,
        rows=rows,
        aside=aside,
        erased=erased,
        touched=touched,
        loaded=state.loaded,
    )


def _digested(
    texts: Sequence[tuple[Source, str, str, str]], leaves: frozenset[str]
) -> Mapping[str, Sequence[HeldRow]]:
    rows: dict[str, list[HeldRow]] = {}
    for source, owner, key, text in texts:
        if leaf_of(owner) not in leaves:
            continue  # a range of digits also holds longer and stranger names
        household = text.split(SEPARATOR)[HOUSEHOLD_PLACE] if source.table.name == "residents" else None
        row = HeldRow(kind=source.kind.value, key=key, digest=text_digest(text), household=household)
        rows.setdefault(owner, []).append(row)
    return rows


async def kinds_aside(connection: AsyncConnection, leaves: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """By subject, the kinds of row of which a change is in quarantine.

    A block of a household keeps nobody's own row from being compared, only the household's suppressions."""
    people = among(blocks.c.resident, [leaf[1:] for leaf in leaves if leaf[:1] == "r"])
    households = among(blocks.c.household, [leaf[1:] for leaf in leaves if leaf[:1] == "h"])
    query = union_all(
        select(blocks.c.stream, blocks.c.resident, blocks.c.household).where(people),
        select(blocks.c.stream, blocks.c.resident, blocks.c.household).where(
            households, blocks.c.resident.is_(None), blocks.c.stream == "suppressions"
        ),
    )
    kinds: dict[str, frozenset[str]] = {}
    for stream, resident, household in await connection.execute(query):
        named = subject(resident=resident, household=household)
        kinds[named] = kinds.get(named, frozenset()) | {_KIND_OF_STREAM[stream]}
    return kinds
