"""What the database does without us: COPY into a plain table, and one commit a row. Everything else is held against it."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material
from sync.copy.store import ResidentRow, row_of

_COLUMNS = "number text, history int, household text, status text, head boolean, record text"
_SECONDS = 120.0
Cells = tuple[str, int, str, str, bool, str]


async def measure_postgresql(url: str, given: Material, commits: int, figures: Figures) -> None:
    """``url`` names an empty database of a PostgreSQL with fsync."""
    cells = _cells(given)
    address = make_url(url)
    async with asyncio.timeout(_SECONDS):
        connection = await asyncpg.connect(
            host=address.query["host"], user=address.username, database=address.database
        )
        try:
            await connection.execute(f"CREATE TABLE plain ({_COLUMNS})")
            await connection.execute("CREATE TABLE single (record text)")
            started = time.perf_counter()
            await connection.copy_records_to_table("plain", records=cells)
            figures.rate(Key.RAW_COPY, len(cells), time.perf_counter() - started)
            watch = Watch()
            with watch.running():
                for row in cells[:commits]:
                    await connection.execute("INSERT INTO single VALUES ($1)", row[5])
            figures.rate(Key.RAW_COMMIT, len(cells[:commits]), watch.seconds)
        finally:
            await connection.close()


def measure_sqlite(path: Path, given: Material, commits: int, figures: Figures) -> None:
    """``path``: a file that is not there yet; journal and synchronous as the copy has them."""
    cells = _cells(given)[:commits]
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("CREATE TABLE single (record text)")
        watch = Watch()
        with watch.running():
            for row in cells:
                connection.execute("INSERT INTO single VALUES (?)", (row[5],))
        figures.rate(Key.LITE_RAW_COMMIT, len(cells), watch.seconds)
    finally:
        connection.close()


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
