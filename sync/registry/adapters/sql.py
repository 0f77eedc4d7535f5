"""The registry's books in a SQLite file or PostgreSQL: register and outbox, entered in one transaction."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import islice

from sqlalchemy import BigInteger, Column, LargeBinary, MetaData, String, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import ConfigurationError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.codec import parse_object
from sync.change.cloud_events import write_event
from sync.change.events import Change, Record
from sync.change.records import Kind, read_form
from sync.copy import tables
from sync.copy.database import open_database, reading, writing
from sync.copy.sql import SqlTransaction
from sync.copy.store import row_of
from sync.registry.ports import Span

metadata = MetaData()

register = Table(
    "registry",
    metadata,
    Column("municipality", String(6), primary_key=True),
    Column("base", BigInteger, nullable=False),
)
"""Whose books these are, and the number at which its register was taken over."""

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(32), nullable=False, unique=True),
    Column("event", LargeBinary, nullable=False),
)
"""Every change in its CloudEvents form, as often as it has to be sent."""

_ROWS: Mapping[Kind, Table] = {
    Kind.RESIDENT: tables.residents,
    Kind.SEAL: tables.seals,
    Kind.SUPPRESSION: tables.suppressions,
    Kind.CARD: tables.cards,
}
_AT_ONCE = 2_000


@asynccontextmanager
async def open_books(url: str, municipality: MunicipalityCode) -> AsyncIterator[SqlBooks]:
    """The books in the database at ``url``, made there when it has none.

    Raises ConfigurationError when they are another municipality's, UnavailableError.
    """
    engine = open_database(url)
    try:
        async with writing(engine) as connection:
            await connection.run_sync(metadata.create_all)
            rows = list(_ROWS.values())
            await connection.run_sync(lambda sync: tables.metadata.create_all(sync, tables=rows))
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

    async def begin(self, records: Iterable[Record], sequence: int) -> bool:
        async with writing(self._engine, seconds=3600) as connection:
            span = await self._span(connection)
            begun = (await connection.execute(select(register))).first() is not None
            if begun or span.position:
                return False
            pending = iter(records)
            while portion := [row_of(record) for record in islice(pending, _AT_ONCE)]:
                await SqlTransaction(connection).load(portion)
            await connection.execute(insert(register), {"municipality": self._municipality, "base": sequence})
        return True

    async def enter(self, changes: Sequence[Change]) -> Sequence[int]:
        async with writing(self._engine) as connection:
            span = await self._span(connection)
            known = await self._entered(connection, [change.id for change in changes])
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
            for number, change in enumerate(new.values(), span.position + 1):
                numbers[change.id] = number
            await self._keep(connection, {numbers[change.id]: change for change in new.values()})
        return [numbers[change.id] for change in changes]

    async def _entered(self, connection: AsyncConnection, ids: Sequence[str]) -> dict[str, tuple[int, bytes]]:
        found: dict[str, tuple[int, bytes]] = {}
        for start in range(0, len(ids), _AT_ONCE):
            query = select(outbox).where(outbox.c.id.in_(ids[start : start + _AT_ONCE]))
            for row in await connection.execute(query):
                found[row.id] = row.sequence, bytes(row.event)
        return found

    async def _keep(self, connection: AsyncConnection, numbered: Mapping[int, Change]) -> None:
        if not numbered:
            return
        await connection.execute(
            insert(outbox),
            [
                {
                    "sequence": number,
                    "id": change.id,
                    "event": write_event(change.numbered(number), self._municipality),
                }
                for number, change in numbered.items()
            ],
        )
        rows = [row_of(record) for change in numbered.values() for record in change.subjects.records()]
        await SqlTransaction(connection).load(rows)

    async def span(self) -> Span:
        async with reading(self._engine) as connection:
            return await self._span(connection)

    async def _span(self, connection: AsyncConnection) -> Span:
        base = (await connection.execute(select(register.c.base))).scalar_one_or_none() or 0
        query = select(func.min(outbox.c.sequence), func.max(outbox.c.sequence))
        first, last = (await connection.execute(query)).one()
        return Span(first=base + 1, position=base) if first is None else Span(first=first, position=last)

    async def events(self, first: int, last: int) -> Sequence[bytes]:
        query = (
            select(outbox.c.event).where(outbox.c.sequence.between(first, last)).order_by(outbox.c.sequence)
        )
        async with reading(self._engine) as connection:
            return [bytes(event) for event in await connection.scalars(query)]

    async def records(self) -> tuple[int, Iterator[Record]]:
        texts: list[tuple[Kind, str]] = []
        async with reading(self._engine, seconds=600) as connection:
            span = await self._span(connection)
            for kind, table in _ROWS.items():
                query = select(table.c.record).order_by(*table.primary_key)
                texts.extend((kind, text) for text in await connection.scalars(query))
        return span.position, (_record(kind, text) for kind, text in texts)


def _record(kind: Kind, text: str) -> Record:
    return read_form(parse_object(text.encode()), kind, kind.value)
