"""Copies in both databases that have taken the registry's full load."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from load_tests.servers.postgres import PostgresServer
from sync.copy.register import RegisterCopy
from sync.feed.full_load import load_full
from sync.town import invent
from sync.town.numbers import MUNICIPALITY
from tests.reconcile.reconcile_world import World
from tests.sync.conftest import database, postgres_copy
from tests.sync.sync_world import NOW, TRUSTED, Held, TestRegistry, tiny_imprint


@pytest.fixture(params=["sqlite", "postgresql"])
async def copy(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    """An empty copy."""
    if request.param == "sqlite":
        async with database(tmp_path / "copy.db") as opened:
            yield opened
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        async with postgres_copy(server) as opened:
            yield opened


Settle = Callable[[int], Awaitable[World]]


@pytest.fixture
async def settle(copy: AsyncEngine, tmp_path: Path) -> Settle:
    """Makes a world with a town of so many residents."""

    async def make(residents: int) -> World:
        registry = TestRegistry(town=invent(7, residents, draw=tiny_imprint))
        held = Held(store=copy, reader=RegisterCopy(copy))
        path = registry.write(tmp_path / "full.jsonl")
        await load_full(copy, path, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
        world = World(engine=copy, held=held, registry=registry)
        await world.begin()
        return world

    return make


@pytest.fixture
async def world(settle: Settle) -> World:
    return await settle(110)
