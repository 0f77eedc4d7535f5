"""One whole town for the system tests: real processes, PostgreSQL, Redis, PC/SC and IPP where they can be had."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from certificates.pdf.fonts import Typeface
from load_tests.servers.postgres import PostgresServer
from load_tests.town.running import RunningTown, running_town
from tests.certificates.paper import mincho

RESIDENTS = 150
SEED = 7


@pytest.fixture(scope="session")
def face() -> Typeface:
    return mincho()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, redis_url: str, face: Typeface
) -> AsyncIterator[RunningTown]:
    """On PostgreSQL and Redis, with a card reader over PC/SC and a printer over IPP if this machine has them."""
    root = tmp_path_factory.mktemp("town")
    async with contextlib.AsyncExitStack() as stack:
        database = await stack.enter_async_context(postgres.database())
        yield await stack.enter_async_context(
            running_town(
                Path(root),
                residents=RESIDENTS,
                seed=SEED,
                face=face,
                kiosks=1,
                enrolled=8,
                database=database,
                store=redis_url,
            )
        )
