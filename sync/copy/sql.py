"""The copy in a database (SQLite or PostgreSQL): rows in and out, nothing decided here."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    Table,
    bindparam,
    delete,
    exists,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import CardSerial, MunicipalityCode, ResidentNumber
from certificates.errors import ConfigurationError
from sync.change.naming import serials_in
from sync.copy import tables
from sync.copy.database import writing
from sync.copy.sql_rows import (
    Values,
    block_of,
    block_values,
    card_of,
    feed_state_of,
    inbox_values,
    member_of,
    resident_of,
    row_values,
    seal_of,
    state_values,
    suppression_of,
)
from sync.copy.store import (
    Block,
    FeedState,
    Found,
    InboxState,
    Numbered,
    ResidentRow,
    Row,
    Store,
    Transaction,
    Wanted,
    Writing,
)

_UPSERTS: Mapping[str, Callable[[Table], sqlite.Insert | postgresql.Insert]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}
_KEYS_AT_ONCE = 1_000  # values in one IN (…): all databases take as many


class SqlStore:
    """A ``Store`` over one database; the engine stays its opener's. ``seconds`` bounds one transaction."""

    def __init__(self, engine: AsyncEngine, *, seconds: float = 60.0) -> None:
        self._engine = engine
        self._seconds = seconds

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[Transaction]:
        async with writing(self._engine, seconds=self._seconds) as connection:
            if connection.dialect.name in _LOCKS:
                await connection.execute(_LOCKS[connection.dialect.name])
            yield SqlTransaction(connection)


# One writer of the copy at a time, before the first look at it. SQLite has locked already (BEGIN IMMEDIATE);
# 1802462837 is "kofu".
_LOCKS = {"postgresql": text("SELECT pg_advisory_xact_lock(1802462837)")}


def store_of(copy: AsyncEngine | Store) -> Store:
    return SqlStore(copy) if isinstance(copy, AsyncEngine) else copy


class SqlTransaction:
    """See ``sync.copy.store.Transaction``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

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
        residents = {
            ResidentNumber(row["number"]): resident_of(row)
            for row in await self._by_key(tables.residents, tables.residents.c.number, wanted.residents)
        }
        households = {row.member.household for row in residents.values()} | wanted.households
        blocks = await self._blocks(wanted)
        bodies = await self._bodies({block.sequence for block in blocks})
        serials = wanted.cards.union(*(serials_in(body) for body in bodies.values()))
        return Found(
            residents=residents,
            members=[
                member_of(row)
                for row in await self._by_key(tables.residents, tables.residents.c.household, households)
            ],
            seals={
                ResidentNumber(row["resident"]): seal_of(row)
                for row in await self._by_key(tables.seals, tables.seals.c.resident, wanted.seals)
            },
            suppressions={
                row["key"]: suppression_of(row)
                for row in await self._by_key(
                    tables.suppressions, tables.suppressions.c.key, wanted.suppressions
                )
            },
            cards={
                CardSerial(row["serial"]): card_of(row)
                for row in await self._by_key(tables.cards, tables.cards.c.serial, serials)
            },
            blocks=blocks,
            bodies=bodies,
        )

    async def _blocks(self, wanted: Wanted) -> list[Block]:
        blocks = tables.blocks
        if (await self._connection.execute(select(blocks.c.sequence).limit(1))).first() is None:
            return []
        naming = [
            *await self._by_key(blocks, blocks.c.resident, wanted.residents),
            *await self._by_key(blocks, blocks.c.household, wanted.households),
        ]
        changes = {row["sequence"] for row in naming}
        return [block_of(row) for row in await self._by_key(blocks, blocks.c.sequence, changes)]

    async def _bodies(self, sequences: Iterable[int]) -> dict[int, bytes]:
        rows = await self._by_key(tables.inbox, tables.inbox.c.sequence, sequences)
        return {row["sequence"]: bytes(row["body"]) for row in rows if row["body"] is not None}

    async def _by_key(
        self,
        table: Table,
        column: ColumnElement[str] | ColumnElement[int],
        keys: Iterable[str] | Iterable[int],
    ) -> list[RowMapping]:
        found: list[RowMapping] = []
        wanted = sorted(keys)
        query = select(table).where(column.in_(bindparam("keys", expanding=True)))
        for start in range(0, len(wanted), _KEYS_AT_ONCE):
            chunk = wanted[start : start + _KEYS_AT_ONCE]
            found.extend((await self._connection.execute(query, {"keys": chunk})).mappings())
        return found

    async def write(self, writing: Writing) -> None:
        await self._insert(tables.inbox, [inbox_values(row) for row in writing.inbox])
        await self._insert(tables.resident_history, [*_histories(writing.rows)])
        await self._put(numbered.row for numbered in writing.rows)
        await self._insert(tables.blocks, [block_values(block) for block in writing.blocks])
        for block in writing.lifted:
            await self._connection.execute(delete(tables.blocks).where(*_same(block)))
        if writing.corrected:
            corrected = tables.inbox.c.sequence.in_(writing.corrected)
            await self._connection.execute(
                update(tables.inbox).where(corrected).values(state=InboxState.CORRECTED.value)
            )
        await self._set_state(writing.state)

    async def _insert(self, table: Table, values: Sequence[Values]) -> None:
        if values:
            await self._connection.execute(insert(table), values)

    async def _put(self, rows: Iterable[Row]) -> None:
        """Insert or replace by key; of several rows with one key the last one stays."""
        by_table: dict[Table, dict[str, Values]] = {}
        for row in rows:
            table, key, values = row_values(row)
            by_table.setdefault(table, {})[key] = values
        for table, by_key in by_table.items():
            statement = _UPSERTS[self._connection.dialect.name](table)
            changed = {
                column.name: statement.excluded[column.name] for column in table.c if not column.primary_key
            }
            await self._connection.execute(
                statement.on_conflict_do_update(index_elements=list(table.primary_key), set_=changed),
                list(by_key.values()),
            )

    async def clear(self) -> None:
        for table in _CURRENT:
            await self._connection.execute(delete(table))

    async def load(self, rows: Sequence[Row]) -> None:
        await self._put(rows)

    async def finish_load(self, state: FeedState) -> None:
        current, history = tables.residents, tables.resident_history
        kept = exists().where(
            history.c.number == current.c.number,
            history.c.history == current.c.history,
            history.c.record == current.c.record,
        )
        fresh = select(current.c.number, current.c.history, literal(state.applied), current.c.record).where(
            ~kept
        )
        await self._connection.execute(
            insert(history).from_select(["number", "history", "sequence", "record"], fresh)
        )
        await self._set_state(state)

    async def _set_state(self, state: FeedState) -> None:
        await self._connection.execute(delete(tables.feed_state))
        await self._insert(tables.feed_state, [state_values(state)])


_CURRENT = (
    tables.residents,
    tables.seals,
    tables.suppressions,
    tables.cards,
    tables.inbox,
    tables.blocks,
)


def _histories(rows: Iterable[Numbered]) -> Iterable[Values]:
    for numbered in rows:
        if isinstance(numbered.row, ResidentRow):
            yield {
                "number": numbered.row.member.number,
                "history": numbered.row.history,
                "sequence": numbered.sequence,
                "record": numbered.row.record,
            }


def _same(block: Block) -> list[ColumnElement[bool]]:
    columns = tables.blocks.c
    return [columns[name].is_not_distinct_from(value) for name, value in block_values(block).items()]
