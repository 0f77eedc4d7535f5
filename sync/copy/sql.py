"""The copy in a database (SQLite or PostgreSQL): rows in and out, nothing decided here."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, and_, delete, exists, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError
from sync.change.naming import serials_in
from sync.copy import tables
from sync.copy.database import writing_alone
from sync.copy.looking import LOOK, keys_of, seen_in
from sync.copy.parts import Part, Way
from sync.copy.ports import Store, Transaction
from sync.copy.rows import add_rows, bulk_rows, current, move_leaves, moved
from sync.copy.sql_rows import (
    block_of,
    block_values,
    card_of,
    feed_state_of,
    history_values,
    inbox_values,
    state_values,
)
from sync.copy.store import (
    Block,
    FeedState,
    Found,
    InboxState,
    LeafMove,
    Numbered,
    ResidentRow,
    Row,
    Wanted,
    Writing,
)
from sync.reconcile.leaves import leaf_of, row_digest, subject_of

F = TypeVar("F")
K = TypeVar("K", str, int)


class SqlStore:
    """A ``Store`` over one database; the engine stays its opener's. ``seconds`` bounds one transaction."""

    def __init__(self, engine: AsyncEngine, *, seconds: float = 60.0) -> None:
        self._engine = engine
        self._seconds = seconds

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        async with writing_alone(self._engine, seconds=self._seconds) as connection:
            yield SqlTransaction(connection)


def store_of(copy: AsyncEngine | Store) -> Store:
    return SqlStore(copy) if isinstance(copy, AsyncEngine) else copy


class SqlTransaction:
    """See ``sync.copy.ports.Transaction``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._bulk = bulk_rows(connection)
        self._loaded: dict[str, int] = {}  # digests of the leaves that were loaded

    async def state(self, municipality: MunicipalityCode) -> FeedState | None:
        row = (await self._connection.execute(select(tables.feed_state))).mappings().one_or_none()
        if row is None:
            return None
        state = feed_state_of(row)
        if state.municipality != municipality:
            raise ConfigurationError("database", f"holds {state.municipality}, not {municipality}")
        return state

    async def digests(self, first: int, last: int) -> Mapping[int, bytes]:
        inbox = tables.inbox
        query = select(inbox.c.sequence, inbox.c.digest).where(inbox.c.sequence.between(first, last))
        return {row.sequence: bytes(row.digest) for row in await self._connection.execute(query)}

    async def find(self, wanted: Wanted) -> Found:
        rows = await self._bulk.find(LOOK, *keys_of(wanted))
        seen = seen_in(rows)
        blocks = await self._blocks(wanted) if seen.any_block else []
        bodies = await self._bodies({block.sequence for block in blocks})
        serials = {serial for body in bodies.values() for serial in serials_in(body)} - wanted.cards
        cards = await self._rows(_by(tables.cards, "serial"), serials, card_of)
        return Found(
            residents=seen.residents,
            members=[row.member for row in seen.residents.values()],
            seals=seen.seals,
            suppressions=seen.suppressions,
            cards={**seen.cards, **{row.serial: row for row in cards}},
            blocks=blocks,
            bodies=bodies,
        )

    async def _blocks(self, wanted: Wanted) -> list[Block]:
        blocks = tables.blocks
        naming = await self._rows(_by(blocks, "resident"), wanted.residents, block_of)
        naming += await self._rows(_by(blocks, "household"), wanted.households, block_of)
        return await self._rows(_by(blocks, "sequence"), {block.sequence for block in naming}, block_of)

    async def _bodies(self, sequences: Iterable[int]) -> dict[int, bytes]:
        found = await self._rows(_BODIES, sequences, _numbered_body)
        return dict(found)

    async def _rows(self, sql: str, keys: Iterable[K], read: Callable[[Sequence[object]], F]) -> list[F]:
        wanted: list[K] = sorted(keys)
        return [read(row) for row in await self._bulk.find(sql, wanted)] if wanted else []

    async def put(self, rows: Sequence[Numbered]) -> None:
        await self._bulk.write(_rows_of(rows))

    async def write(self, writing: Writing) -> None:
        await self._bulk.write(
            [
                Part(tables.inbox, Way.ADD, [inbox_values(row) for row in writing.inbox]),
                *_rows_of(writing.rows),
                moved(writing.leaves),
                Part(tables.blocks, Way.ADD, [block_values(block) for block in writing.blocks]),
                Part(tables.feed_state, Way.PUT, [state_values(writing.state)]),
            ]
        )
        for block in writing.lifted:
            await self._connection.execute(delete(tables.blocks).where(_same(block)))
        if writing.corrected:
            corrected = tables.inbox.c.sequence.in_(writing.corrected)
            await self._connection.execute(
                update(tables.inbox).where(corrected).values(state=InboxState.CORRECTED.value)
            )

    async def clear(self) -> None:
        self._loaded.clear()
        for table in _CURRENT:
            await self._connection.execute(delete(table))

    async def load(self, rows: Sequence[Row]) -> None:
        await add_rows(self._connection, rows)
        for row in rows:
            leaf = leaf_of(subject_of(row))
            self._loaded[leaf] = self._loaded.get(leaf, 0) ^ row_digest(row)

    async def finish_load(self, state: FeedState) -> None:
        await self._move_loaded()
        current, history = tables.residents, tables.resident_history
        kept = exists().where(
            history.c.number == current.c.number,
            history.c.history == current.c.history,
            history.c.record == current.c.record,
        )
        fresh = select(current.c.number, current.c.history, literal(state.applied), current.c.record)
        if (await self._connection.execute(select(history.c.number).limit(1))).first() is not None:
            fresh = fresh.where(~kept)
        await self._connection.execute(
            insert(history).from_select(["number", "history", "sequence", "record"], fresh)
        )
        await self._bulk.write([Part(tables.feed_state, Way.PUT, [state_values(state)])])

    async def _move_loaded(self) -> None:
        moves = [LeafMove(leaf=leaf, digest=digest, touched=0) for leaf, digest in self._loaded.items()]
        for start in range(0, len(moves), _LEAVES_AT_ONCE):
            await move_leaves(self._connection, moves[start : start + _LEAVES_AT_ONCE])
        self._loaded.clear()


def _rows_of(rows: Sequence[Numbered]) -> list[Part]:
    history = [
        history_values(numbered.sequence, numbered.row)
        for numbered in rows
        if isinstance(numbered.row, ResidentRow)
    ]
    return [Part(tables.resident_history, Way.ADD, history), *current(numbered.row for numbered in rows)]


_LEAVES_AT_ONCE = 20_000

_CURRENT = (
    tables.residents,
    tables.seals,
    tables.suppressions,
    tables.cards,
    tables.inbox,
    tables.blocks,
    tables.leaves,
    tables.doubts,
)


def _by(table: Table, column: str) -> str:
    names = ", ".join(column.name for column in table.c)
    return f"SELECT {names} FROM {table.name} WHERE {column} {{of}}{{0}}{{end}}"  # noqa: S608 - names of our own tables


_BODIES = "SELECT sequence, body FROM inbox WHERE body IS NOT NULL AND sequence {of}{0}{end}"


def _numbered_body(row: Sequence[object]) -> tuple[int, bytes]:
    sequence, body = row
    assert isinstance(sequence, int)
    assert isinstance(body, bytes)
    return sequence, body


def _same(block: Block) -> ColumnElement[bool]:
    return and_(
        *(
            column.is_not_distinct_from(value)
            for column, value in zip(tables.blocks.c, block_values(block), strict=True)
        )
    )
