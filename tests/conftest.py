"""Servers that many tests share: real ones, private, started once a run; where one cannot start, its tests say so."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from certificates.errors import UnavailableError
from load_tests.servers.postgres import PostgresServer, postgres_server
from load_tests.servers.redis import redis_server


class Tally:
    """Counts how tests ended and why some were skipped, for the last lines of ``make test``."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ended: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" or report.outcome != "passed":
            self._ended[report.outcome] += 1
        if report.skipped and isinstance(report.longrepr, tuple):
            self._reasons[str(report.longrepr[2]).removeprefix("Skipped: ")] += 1

    def pytest_sessionfinish(self) -> None:
        lines = [f"skipped {count}: {reason}" for reason, count in sorted(self._reasons.items())]
        counts = [f"{self._ended[name]} {name}" for name in ("passed", "failed", "skipped")]
        self._path.write_text("\n".join([*lines, ", ".join(counts)]) + "\n", encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--tally", type=Path, default=None, help="write counts and reasons of skips to this file"
    )


def pytest_configure(config: pytest.Config) -> None:
    path = config.getoption("--tally")
    if path is not None:
        config.pluginmanager.register(Tally(path), "tally")


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
