"""Both ends of the feed as processes: the issuance server on PostgreSQL, and the registry, started as often as needed."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.service.keyring import load_signing_key, load_trusted_keys
from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material
from load_tests.town import settings
from load_tests.town.folder import TownFolder
from load_tests.town.process import ServiceProcess, run_command, service_process
from sync.copy import tables
from sync.copy.database import open_database, reading
from sync.feed.full_load import load_full, write_full_load
from sync.feed.wire import NO_CHAIN
from sync.registry.adapters.sql import SqlBooks, open_books

_LOOK_SECONDS = 0.02  # between two looks at how far the copy is: each costs the two ends a little


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The two ends of the feed: the copy's database and the registry's books."""

    folder: TownFolder
    database: str
    copy: AsyncEngine
    books: SqlBooks
    issuance: str
    delivery: int

    def registry(self, target: str) -> AbstractAsyncContextManager[ServiceProcess]:
        """The registry as a process that pushes to ``target``; one at a time."""
        return service_process(
            "sync.registry",
            settings=self.settings(target),
            listeners=1,
            log=self.folder.log("registry"),
        )

    def settings(self, target: str = "") -> dict[str, str]:
        return {
            **settings.registry(self.folder, target=target),
            "KOFU_REGISTRY_TOWN": "",  # its books were begun before
            "KOFU_REGISTRY_BATCH": str(self.delivery),
        }

    async def come_to(self, number: int) -> int:
        """What the copy has applied once that is ``number`` or more."""
        while True:
            applied = await self.applied()
            if applied >= number:
                return applied
            await asyncio.sleep(_LOOK_SECONDS)

    async def settle(self) -> None:
        """What PostgreSQL still has to do for the full load: else it would do it beside what is measured."""
        async with self.copy.connect() as connection:
            await connection.execution_options(isolation_level="AUTOCOMMIT")
            for work in ("VACUUM (ANALYZE)", "CHECKPOINT"):
                await connection.exec_driver_sql(work)

    async def applied(self) -> int:
        async with reading(self.copy) as connection:
            found: int = (await connection.execute(select(tables.feed_state.c.applied))).scalar_one()
        return found


@contextlib.asynccontextmanager
async def open_ends(
    root: Path, database: str, redis: str | None, given: Material, delivery: int, figures: Figures
) -> AsyncIterator[Ends]:
    """``database``: an empty PostgreSQL database; the town is loaded at number 0; ``delivery`` changes are pushed at once.

    Raises UnavailableError."""
    code = given.town.municipality
    folder = await asyncio.to_thread(TownFolder, root, municipality=code, kiosks=1, now=datetime.now(UTC))
    environment = {
        **settings.issuance(folder, database=database),
        **({"KOFU_ISSUANCE_FEED": redis} if redis is not None else {}),
    }
    await run_command("issuance_server", "migrate", settings=environment, log=folder.log("issuance"))
    copy = open_database(database, pool_size=2)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(copy.dispose)
        await _full_load(folder, copy, given, figures)
        issuance = await stack.enter_async_context(
            service_process("issuance_server", settings=environment, listeners=1, log=folder.log("issuance"))
        )
        store = settings.registry(folder)["KOFU_REGISTRY_STORE"]
        books = await stack.enter_async_context(open_books(store, code))
        await books.begin(given.records, 0)
        address = issuance.address("issuance-server")
        yield Ends(
            folder=folder, database=database, copy=copy, books=books, issuance=address, delivery=delivery
        )


async def _full_load(folder: TownFolder, copy: AsyncEngine, given: Material, figures: Figures) -> None:
    path = folder.path("full.jsonl")
    key = load_signing_key(folder.parties.registry.signing_key)
    code = given.town.municipality
    await asyncio.to_thread(
        write_full_load,
        path,
        given.records,
        municipality=code,
        sequence=0,
        chain=NO_CHAIN,
        taken_at=datetime.now(UTC),
        key=key,
    )
    watch = Watch()
    with watch.running():
        await load_full(copy, path, load_trusted_keys(folder.transport.trusted), code)
    figures.rate(Key.FULL_LOAD, len(given.records), watch.seconds)
