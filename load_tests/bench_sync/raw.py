"""What the database does without us: COPY, one commit a row, and bare batches. Everything else is held against it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material, Size
from load_tests.bench_sync.slow import delay, slow_commits
from load_tests.servers.postgres import PostgresServer
from sync.copy.store import ResidentRow, row_of

_COLUMNS = "number text, history int, household text, status text, head boolean, record text"
_NEWER = (
    "ON CONFLICT (number) DO UPDATE SET history = excluded.history, household = excluded.household, "
    "status = excluded.status, head = excluded.head, record = excluded.record "
    "WHERE excluded.history > plain.history"
)
_SECONDS = 120.0
Cells = tuple[str, int, str, str, bool, str]


async def measure_postgresql(
    server: PostgresServer, url: str, given: Material, size: Size, figures: Figures
) -> float:
    """``url`` names an empty database of a PostgreSQL with fsync. The seconds by which the study's commits are slower."""
    cells = _cells(given)
    address = make_url(url)
    async with asyncio.timeout(_SECONDS):
        connection = await asyncpg.connect(
            host=address.query["host"], user=address.username, database=address.database
        )
        try:
            await connection.execute(f"CREATE TABLE plain ({_COLUMNS})")
            watch = Watch()
            with watch.running():
                await connection.copy_records_to_table("plain", records=cells)
            figures.rate(Key.RAW_COPY, len(cells), watch.seconds)
            await connection.execute("ALTER TABLE plain ADD PRIMARY KEY (number)")
            newer = _newer(cells)
            here = await _singles(connection, newer[: size.singles], Key.RAW_COMMIT, figures)
            slower = delay(Key.RAW_COMMIT, here)
            async with slow_commits(server, slower):
                await _singles(connection, newer[size.singles :][: size.singles], Key.SLOW_COMMIT, figures)
            for key, batch in ((Key.BARE_500, 500), (Key.BARE_5000, 5_000)):
                newer = _newer(newer)
                await _batches(connection, newer[: size.batches], batch, key, figures)
        finally:
            await connection.close()
    return slower


async def _singles(
    connection: asyncpg.Connection, rows: Sequence[Cells], key: Key, figures: Figures
) -> float:
    upsert = f"INSERT INTO plain VALUES ($1, $2, $3, $4, $5, $6) {_NEWER}"  # noqa: S608 - our own clause
    watch = Watch()
    with watch.running():
        for row in rows:
            await connection.execute(upsert, *row)
    figures.rate(key, len(rows), watch.seconds)
    return len(rows) / watch.seconds


async def _batches(
    connection: asyncpg.Connection,
    rows: Sequence[Cells],
    batch: int,
    key: Key,
    figures: Figures,
) -> None:
    """As the study did it: nothing is looked up, checked or kept besides."""
    await connection.execute("CREATE TEMPORARY TABLE IF NOT EXISTS coming (LIKE plain) ON COMMIT DELETE ROWS")
    upsert = f"INSERT INTO plain SELECT * FROM coming {_NEWER}"  # noqa: S608 - our own clause
    watch = Watch()
    with watch.running():
        for start in range(0, len(rows), batch):
            async with connection.transaction():
                await connection.copy_records_to_table("coming", records=rows[start : start + batch])
                await connection.execute(upsert)
    figures.rate(key, len(rows), watch.seconds)


def measure_sqlite(path: Path, given: Material, commits: int, figures: Figures) -> float:
    """``path``: a file that is not there yet; journal and synchronous as the copy has them. As ``measure_postgresql``."""
    cells = _cells(given)
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"CREATE TABLE plain ({_COLUMNS}, PRIMARY KEY (number))")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?)", cells)
        connection.execute("COMMIT")
        upsert = f"INSERT INTO plain VALUES (?, ?, ?, ?, ?, ?) {_NEWER}"  # noqa: S608 - our own clause
        slower = 0.0
        for key in (Key.LITE_RAW_COMMIT, Key.LITE_SLOW_COMMIT):
            watch = Watch()
            with watch.running():
                for row in _newer(cells[:commits]):
                    connection.execute(upsert, row)
                    time.sleep(slower)
            figures.rate(key, len(cells[:commits]), watch.seconds)
            slower = slower or delay(Key.LITE_RAW_COMMIT, len(cells[:commits]) / watch.seconds)
    finally:
        connection.close()
    return slower


def _newer(cells: Sequence[Cells]) -> Sequence[Cells]:
    return [(cell[0], cell[1] + 1, *cell[2:]) for cell in cells]


def _cells(given: Material) -> Sequence[Cells]:
    rows = [row for row in map(row_of, given.records) if isinstance(row, ResidentRow)]
    return [
        (
            row.member.number,
            row.history,
            row.member.household,
            row.member.status.value,
            row.member.head,
            row.record,
        )
        for row in rows
    ]
