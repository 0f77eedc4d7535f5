"""Copies in SQLite that are made once in a run and given as bytes: making the tables takes longer than most tests."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine

from sync.copy.database import open_database
from sync.copy.tables import metadata
from sync.feed.full_load import load_full
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, TRUSTED, TestRegistry

_loaded: list[bytes] = []


@cache
def blank() -> bytes:
    """A copy that was never loaded."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        engine = create_engine(f"sqlite:///{path}")
        metadata.create_all(engine)
        engine.dispose()
        return path.read_bytes()


async def loaded() -> bytes:
    """A copy that has taken the full load of a registry nobody has entered a change at."""
    if not _loaded:
        with tempfile.TemporaryDirectory() as folder:
            path, full = Path(folder) / "copy.db", Path(folder) / "full.jsonl"
            path.write_bytes(blank())
            engine = open_database(f"sqlite+aiosqlite:///{path}")
            try:
                await load_full(engine, TestRegistry().write(full), TRUSTED, MUNICIPALITY, clock=lambda: NOW)
            finally:
                await engine.dispose()
            _loaded.append(path.read_bytes())
    return _loaded[0]
