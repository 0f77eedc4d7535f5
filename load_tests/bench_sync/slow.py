"""Commits as slow as those of the study's disk: what a multiple of the single-commit rate has to be held against.

A multiple of one commit an event says first of all how long the disk takes for one. The study's single commit is bound by
its fsync, about four milliseconds; a disk that takes a third of one makes the same batch a tenth of that multiple. So
the rows that are compared are measured a second time, with every commit as long as the study's, on both sides.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator

from load_tests.bench_sync.asked import STUDIED, middle
from load_tests.bench_sync.figures import Key
from load_tests.servers.postgres import PostgresServer


def delay(studied: Key, here: float) -> float:
    """Seconds by which the study's single commit took longer than one here, of which ``here`` come a second; never
    below zero."""
    assert studied in STUDIED
    return max(0.0, 1 / middle(studied) - 1 / here)


@contextlib.asynccontextmanager
async def slow_commits(server: PostgresServer, seconds: float) -> AsyncIterator[None]:
    """Every commit of this PostgreSQL waits ``seconds`` before it flushes (``commit_delay``), in every session."""
    await server.execute(f"ALTER SYSTEM SET commit_delay = {round(seconds * 1e6)}")
    await server.execute("ALTER SYSTEM SET commit_siblings = 0")
    await server.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        await server.execute("ALTER SYSTEM RESET commit_delay")
        await server.execute("ALTER SYSTEM RESET commit_siblings")
        await server.execute("SELECT pg_reload_conf()")
