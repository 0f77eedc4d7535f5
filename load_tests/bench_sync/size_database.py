"""What the database is set to, what it uses, and what bare COPY of the same rows does in it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import asyncpg
from sqlalchemy.engine import make_url

SERVER: Final[Mapping[str, str]] = {
    "shared_buffers": "4GB",
    "effective_cache_size": "12GB",
    "maintenance_work_mem": "1GB",
    "work_mem": "64MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "default_toast_compression": "lz4",
    "random_page_cost": "1.1",
}
"""For a server with 16 GB and solid-state disks; what makes a commit durable stays on."""

_TABLES: Final = ("residents", "seals", "suppressions", "cards", "resident_history", "leaves")
_LOADED: Final = ("residents", "seals", "suppressions", "cards")
_HOUR: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """In bytes: tables with their indexes and large values, and the position in the write-ahead log."""

    tables: dict[str, int]
    log: int


async def usage(url: str) -> Usage:
    connection = await _connect(url)
    try:
        sizes = {
            name: await connection.fetchval("SELECT pg_total_relation_size($1::regclass)", name)
            for name in _TABLES
        }
        log = await connection.fetchval("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
    finally:
        await connection.close()
    return Usage(tables=sizes, log=log)


async def raw_copy(url: str, progress: Callable[[int, int], None]) -> float:
    """Rows a second of COPY of the loaded rows into tables of the same columns without keys, in one transaction.

    ``progress`` is told how many tables of how many are done.
    """
    connection = await _connect(url)
    rows, seconds = 0, 0.0
    try:
        with TemporaryDirectory(prefix="kofu-copy-") as name:
            async with asyncio.timeout(_HOUR), connection.transaction():
                for place, table in enumerate(_LOADED, 1):
                    file = Path(name) / table
                    await connection.copy_from_table(table, output=file, format="binary")
                    await connection.execute(f"CREATE TABLE raw_{table} (LIKE {table})")
                    begin = time.monotonic()
                    done = await connection.copy_to_table(f"raw_{table}", source=file, format="binary")
                    seconds += time.monotonic() - begin
                    rows += int(done.rpartition(" ")[2])
                    file.unlink()
                    progress(place, len(_LOADED))
    finally:
        await connection.close()
    return rows / seconds


async def _connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    place = make_url(url)
    host = place.query["host"]
    assert isinstance(host, str)
    return await asyncpg.connect(
        host=host, user=place.username, database=place.database, command_timeout=_HOUR
    )
