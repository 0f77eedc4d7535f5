"""Servers that many tests share: real ones, private, started once a run; where one cannot start, its tests say so."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from certificates.errors import UnavailableError
from load_tests.servers.postgres import PostgresServer, postgres_server
from load_tests.servers.redis import redis_server
from tests.lanes import Lane
from tests.tally import Tally

pytest_plugins = ["tests.tracing"]

# No example has a time limit: on a busy machine any may take long, and the next run of it would contradict the failure.
settings.register_profile(
    "patient", parent=settings.default, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tally", type=Path, default=None, help="write counts and reasons of skips to this file"
    )
    parser.addoption(
        "--lane", type=Path, default=None, help="share the run with all who are given this folder"
    )


def pytest_configure(config: pytest.Config) -> None:
    for option, plugin in (("--tally", Tally), ("--lane", Lane)):
        path = config.getoption(option)
        if path is not None:
            config.pluginmanager.register(plugin(path), option)


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    try:
        with postgres_server() as server:
            yield server
    except UnavailableError as error:
        pytest.skip(str(error))


@pytest.fixture
async def postgres_url(postgres: PostgresServer) -> AsyncIterator[str]:
    """The SQLAlchemy URL of an empty PostgreSQL database of this test's own."""
    async with postgres.database() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A Redis of this run's own; a test that minds leftovers uses a key prefix or FLUSHALL."""
    try:
        with redis_server() as url:
            yield url
    except UnavailableError as error:
        pytest.skip(str(error))
