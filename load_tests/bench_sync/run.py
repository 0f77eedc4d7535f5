"""The whole measurement, one after the other on the same machine: only then are ratios worth something."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import UnavailableError
from load_tests.bench_sync import feeding, raw, reading
from load_tests.bench_sync.applying import POSTGRESQL, POSTGRESQL_SLOW, SQLITE, SQLITE_SLOW, Applying
from load_tests.bench_sync.figures import Figures
from load_tests.bench_sync.material import Material, Size, fill, material
from load_tests.bench_sync.slow import slow_commits
from load_tests.servers.postgres import PostgresServer, postgres_server
from load_tests.servers.redis import redis_server
from sync.copy.database import open_database

Say = Callable[[str], None]


async def measure(
    seed: int,
    size: Size,
    say: Say = lambda line: None,
    *,
    redis: bool = True,
    settle: Callable[[], None] = lambda: None,
) -> Figures:
    """``settle`` is called once the town is there. Without ``redis`` the feeds are HTTPS and files alone.

    Raises UnavailableError where PostgreSQL or a service does not start."""
    figures = Figures()
    say(f"inventing {size.residents:,} residents and {size.changes:,} changes")
    given = await asyncio.to_thread(material, seed, size)
    settle()  # a town of objects beside it must not slow what is measured
    with tempfile.TemporaryDirectory(prefix="kofu-bench-") as name, postgres_server(durable=True) as server:
        root = Path(name)
        slower = await _postgresql(server, given, size, figures, say)
        await _sqlite(root, given, size, figures, say)
        say("both ends of the feeds")
        with contextlib.ExitStack() as stack:
            streams = _redis(stack) if redis else None
            async with (
                server.database() as url,
                feeding.open_feeds(root / "town", url, streams, given, size, figures) as feeds,
            ):
                await feeds.begin()
                say("the feeds, commits as slow as the study's")
                async with slow_commits(server, slower):
                    await feeds.push(feeding.SLOW)
                say("the feeds")
                await feeds.push(feeding.FAST)
                await feeds.measure_rest()
    return figures


def _redis(stack: contextlib.ExitStack) -> str | None:
    try:
        return stack.enter_context(redis_server())
    except UnavailableError:
        return None


async def _postgresql(
    server: PostgresServer, given: Material, size: Size, figures: Figures, say: Say
) -> float:
    """The seconds by which the study's commits are slower than those here."""
    say("PostgreSQL: raw COPY and commits")
    async with server.database() as url:
        slower = await raw.measure_postgresql(server, url, given, size, figures)
    async with server.database() as url, _filled(url, given) as engine:
        say("PostgreSQL: issue-time reads")
        await reading.measure(engine, size.reading, reading.POSTGRESQL, figures)
        say("PostgreSQL: applying")
        applying = Applying(engine, given, size, figures)
        await applying.measure(POSTGRESQL)
        async with slow_commits(server, slower):
            await applying.measure(POSTGRESQL_SLOW)
    return slower


async def _sqlite(root: Path, given: Material, size: Size, figures: Figures, say: Say) -> None:
    say("SQLite: commits, reads, applying")
    slower = await asyncio.to_thread(raw.measure_sqlite, root / "raw.db", given, size.singles, figures)
    async with _filled(f"sqlite+aiosqlite:///{root / 'copy.db'}", given) as engine:
        await reading.measure(engine, size.reading, reading.SQLITE, figures)
        applying = Applying(engine, given, size, figures)
        await applying.measure(SQLITE)
        await applying.measure(SQLITE_SLOW, slower=slower)


@contextlib.asynccontextmanager
async def _filled(url: str, given: Material) -> AsyncIterator[AsyncEngine]:
    engine = open_database(url)
    try:
        await fill(engine, given)
        yield engine
    finally:
        await engine.dispose()
