"""One size: books and copy of a town in PostgreSQL, rows damaged silently, found, set right, looked at again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from sqlalchemy import insert
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from load_tests.reconciling.damage import damage
from load_tests.reconciling.near import NearOriginal
from load_tests.servers.postgres import PostgresServer
from sync.change.events import Record
from sync.copy.database import open_database, writing
from sync.copy.sql_rows import state_values
from sync.copy.store import FeedState
from sync.copy.tables import feed_state, metadata
from sync.reconcile.report import Report
from sync.reconcile.run import reconcile
from sync.registry.adapters.sql.books import open_books
from sync.town import FOUNDED
from sync.town.homes import build, plots
from sync.town.numbers import MUNICIPALITY
from sync.town.town import plain_imprint


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """``exact``: found were the damaged rows and no others. ``sound``: an equal copy found equal, before any damage."""

    residents: int
    damaged: int
    exact: bool
    sound: Report
    found: Report
    again: Report
    quick: Report

    @property
    def bytes_per_row(self) -> float:
        return (self.found.exchanged - self.sound.exchanged) / self.damaged


def records(seed: int, residents: int) -> Iterator[Record]:
    for plot in plots(seed, residents):
        home = build(plot, seed, FOUNDED, plain_imprint)
        yield from home.residents
        yield from home.seals
        yield from home.suppressions
        yield from home.cards


async def measure(server: PostgresServer, *, seed: int, residents: int, rows: int) -> Measured:
    """``rows`` of the copy are damaged by plain SQL, every kind of damage in turn."""
    key = SigningKey.generate("registry-bench")
    party = Party(role=Role.REGISTRY, name=MUNICIPALITY)
    trusted = TrustedKeys([TrustedKey.from_pem(key.kid, party, key.public_pem)])
    async with server.database() as books_url:
        async with open_books(books_url, MUNICIPALITY) as books:
            began = time.monotonic()
            await books.begin(records(seed, residents), 0)
            print(f"books of {residents:,} residents made in {time.monotonic() - began:.0f} s", flush=True)
        copy_name = f"{make_url(books_url).database}_copy"
        await server.execute(f"CREATE DATABASE {copy_name} TEMPLATE {make_url(books_url).database}")
        engine = open_database(server.url(copy_name))
        try:
            await _begin(engine)
            async with open_books(books_url, MUNICIPALITY) as books:

                async def look(*, quick: bool = False) -> Report:
                    original = NearOriginal(books, MUNICIPALITY, key, trusted)
                    return await reconcile(
                        engine, original, MUNICIPALITY, lambda: datetime.now(UTC), quick=quick
                    )

                sound = await look()
                done = await damage(engine, Random(seed), rows)  # noqa: S311 – which rows, repeatably
                found = await look()
                again, quick = await look(), await look(quick=True)
        finally:
            await engine.dispose()
            await server.execute(f"DROP DATABASE {copy_name} WITH (FORCE)")
    keys = frozenset((row.kind, row.key) for finding in found.findings for row in finding.rows)
    return Measured(
        residents=residents,
        damaged=done.rows,
        exact=keys == done.keys,
        sound=sound,
        found=found,
        again=again,
        quick=quick,
    )


async def _begin(engine: AsyncEngine) -> None:
    """The books' rows and leaves are the copy's too; it stands at number 0."""
    state = FeedState(municipality=MUNICIPALITY, applied=0, known=0, heard_at=datetime.now(UTC))
    async with writing(engine) as connection:
        await connection.run_sync(metadata.create_all)
        await connection.execute(insert(feed_state).values(state_values(state)))
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        await connection.exec_driver_sql("ANALYZE")
