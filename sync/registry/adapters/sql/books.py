"""``ports.Books`` over one database; every read that has several parts sees one snapshot."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from sync.change.cloud_events import write_event
from sync.change.events import Change, Record
from sync.change.records import Kind
from sync.copy import tables
from sync.copy.database import open_database, reading, writing
from sync.copy.one_statement import OneStatement
from sync.copy.parts import Values
from sync.feed.wire import NO_CHAIN, link
from sync.reconcile.leaves import Leaf, joined
from sync.registry.adapters.sql.dialects import dialect_of
from sync.registry.adapters.sql.outgoing import OUTGOING, outgoing_of
from sync.registry.adapters.sql.rows import (
    read_record,
    read_subjects,
    rows_before,
    take_over,
    write_entered,
)
from sync.registry.adapters.sql.tables import OF_COPY, ROWS, metadata, outbox, register, touched
from sync.registry.entering import effects_of
from sync.registry.ports import Outgoing, Span, SubjectRecords

_TAKE_OVER_SECONDS = 3600.0
_WHOLE_SECONDS = 600.0


@asynccontextmanager
async def open_books(url: str, municipality: MunicipalityCode) -> AsyncIterator[SqlBooks]:
    """The books in the database at ``url``, made there when it has none.

    Raises ConfigurationError when they are another municipality's, UnavailableError.
    """
    engine = open_database(url)
    try:
        async with writing(engine) as connection:
            await connection.run_sync(metadata.create_all)
            await connection.run_sync(lambda sync: tables.metadata.create_all(sync, tables=list(OF_COPY)))
            owner = (await connection.execute(select(register.c.municipality))).scalar_one_or_none()
        if owner not in (None, municipality):
            raise ConfigurationError("registry", f"these books are those of {owner}, not of {municipality}")
        yield SqlBooks(engine, municipality)
    finally:
        await engine.dispose()


class SqlBooks:
    """See ``ports.Books``."""

    def __init__(self, engine: AsyncEngine, municipality: MunicipalityCode) -> None:
        self._engine = engine
        self._municipality = municipality
        self._outgoing = OneStatement(engine, OUTGOING, seconds=10.0)

    async def begin(self, records: Iterable[Record], sequence: int, chain: bytes = NO_CHAIN) -> bool:
        async with self._entering(_TAKE_OVER_SECONDS) as connection:
            if await _is_begun(connection):
                return False
            await take_over(connection, records)
            await connection.execute(
                insert(register), {"municipality": self._municipality, "base": sequence, "chain": chain}
            )
        return True

    async def enter(self, changes: Sequence[Change]) -> Sequence[int]:
        async with self._entering() as connection:
            stand = await _stand(connection)
            known = await _entered(connection, [change.id for change in changes])
            new: dict[str, Change] = {}
            for change in changes:
                if change.id in known:
                    number, event = known[change.id]
                    same = event == write_event(change.numbered(number), self._municipality)
                else:
                    same = new.setdefault(change.id, change) == change
                if not same:
                    raise RefusedError(ProblemCode.FEED_CONFLICT, "an id that was used for another change")
            numbers = {identity: number for identity, (number, _) in known.items()}
            numbered = tuple(enumerate(new.values(), stand.span.position + 1))
            numbers.update((change.id, number) for number, change in numbered)
            if numbered:
                await self._keep(connection, numbered, stand.chain)
        return [numbers[change.id] for change in changes]

    @contextlib.asynccontextmanager
    async def _entering(self, seconds: float = 60.0) -> AsyncIterator[AsyncConnection]:
        async with writing(self._engine, seconds=seconds) as connection:
            lock = dialect_of(connection).lock
            if lock is not None:
                await connection.execute(lock)
            yield connection

    async def _keep(
        self, connection: AsyncConnection, numbered: Sequence[tuple[int, Change]], chain: bytes
    ) -> None:
        before = await rows_before(connection, [change for _, change in numbered])
        rows: list[Values] = []
        for number, change in numbered:
            event = write_event(change.numbered(number), self._municipality)
            rows.append((number, change.id, event, chain))
            chain = link(chain, hashlib.sha256(event).digest())
        await write_entered(connection, rows, effects_of(numbered, before))

    @contextlib.asynccontextmanager
    async def _snapshot(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        async with reading(self._engine, seconds=seconds) as connection:
            snapshot = dialect_of(connection).snapshot
            if snapshot is not None:
                await connection.execute(snapshot)
            yield connection

    async def span(self) -> Span:
        async with self._snapshot(10.0) as connection:
            return await _span(connection)

    async def outgoing(self, after: int | None, most: int) -> Outgoing:
        first = 0 if after is None else after + 1
        return outgoing_of(await self._outgoing.rows(first, first + most - 1), first)

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        query = (
            select(outbox.c.event).where(outbox.c.sequence.between(first, last)).order_by(outbox.c.sequence)
        )
        async with reading(self._engine) as connection:
            return [bytes(event) for event in await connection.scalars(query)]

    async def chain(self, number: int) -> bytes:
        async with self._snapshot(10.0) as connection:
            return await _chain(connection, number)

    async def touched(self, subjects: Sequence[str]) -> tuple[int, int]:
        async with reading(self._engine) as connection:
            named = dialect_of(connection).among(touched.c.subject, subjects)
            # one statement is one snapshot
            query = select(
                select(func.coalesce(func.max(touched.c.highest), 0)).where(named).scalar_subquery(),
                select(func.max(outbox.c.sequence)).scalar_subquery(),
                select(func.max(register.c.base)).scalar_subquery(),
            )
            highest, last, base = (await connection.execute(query)).one()
            return highest, last or base or 0

    async def leaves(self) -> tuple[int, Sequence[Leaf]]:
        query = select(tables.leaves).order_by(tables.leaves.c.leaf)
        async with self._snapshot(_WHOLE_SECONDS) as connection:
            position = (await _span(connection)).position
            rows = (await connection.execute(query)).all()
        return position, await asyncio.to_thread(
            lambda: [
                Leaf(name=name, digest=joined(high, low), touched=last) for name, high, low, last in rows
            ]
        )

    async def subjects(self, leaves: Sequence[str]) -> tuple[int, Sequence[SubjectRecords]]:
        async with self._snapshot(60.0) as connection:
            return (await _span(connection)).position, await read_subjects(connection, leaves)

    async def records(self) -> tuple[int, Iterator[Record]]:
        texts: list[tuple[Kind, str]] = []
        async with self._snapshot(_WHOLE_SECONDS) as connection:
            span = await _span(connection)
            for kind, table in ROWS.items():
                query = select(table.c.record).order_by(*table.primary_key)
                texts.extend((kind, text) for text in await connection.scalars(query))
        return span.position, (read_record(kind, text) for kind, text in texts)


async def _stand(connection: AsyncConnection) -> Outgoing:
    """How far the books are, with nothing to send."""
    rows = await connection.execute(OUTGOING, {"first": 0, "last": -1})
    return outgoing_of([tuple(row) for row in rows], 0)


async def _is_begun(connection: AsyncConnection) -> bool:
    begun = (await connection.execute(select(register.c.base))).first() is not None
    return begun or (await connection.execute(select(outbox.c.sequence).limit(1))).first() is not None


async def _span(connection: AsyncConnection) -> Span:
    base, first, last = (await connection.execute(_SPAN)).one()
    base = base or 0
    return Span(first=base + 1, position=base) if first is None else Span(first=first, position=last)


# each end on its own: SQLite looks up one end of a key, and for both in one select it reads the whole table
_SPAN = select(
    select(func.max(register.c.base)).scalar_subquery(),
    select(func.min(outbox.c.sequence)).scalar_subquery(),
    select(func.max(outbox.c.sequence)).scalar_subquery(),
)


async def _chain(connection: AsyncConnection, number: int) -> bytes:
    query = select(outbox.c.sequence, outbox.c.chain, outbox.c.event).where(
        outbox.c.sequence.between(number, number + 1)
    )
    rows = {row.sequence: row for row in await connection.execute(query)}
    if number + 1 in rows:
        return bytes(rows[number + 1].chain)
    if number in rows:
        return link(bytes(rows[number].chain), hashlib.sha256(rows[number].event).digest())
    begun = (await connection.execute(select(register.c.base, register.c.chain))).one_or_none()
    if number == (begun.base if begun is not None else 0):
        return bytes(begun.chain) if begun is not None else NO_CHAIN
    raise InvalidValueError("chain", f"number {number} is not in the outbox")


async def _entered(connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    query = select(outbox.c.id, outbox.c.sequence, outbox.c.event).where(
        dialect_of(connection).among(outbox.c.id, ids)
    )
    return {row.id: (row.sequence, bytes(row.event)) for row in await connection.execute(query)}
