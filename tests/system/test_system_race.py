"""A seal's registration is ended at the registry and its certificate ordered in the same moment: nothing is issued."""

from __future__ import annotations

from pathlib import Path

import pytest

from load_tests.race.line import running_line
from load_tests.race.report import text_of
from load_tests.race.run import Result, race
from load_tests.servers.postgres import PostgresServer
from sync.town import Town, invent

TIMES = 25


@pytest.fixture(scope="module")
def town() -> Town:
    return invent(11, 300)


async def run(root: Path, town: Town, database: str | None, *, times: int, asking: bool) -> Result:
    async with running_line(root, town, database=database, asking=asking) as line:
        return await race(line, town, times=times, database=database or "SQLite", asking=asking)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_an_ended_registration_is_never_certified(
    kind: str, tmp_path: Path, town: Town, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        result = await run(tmp_path, town, None, times=TIMES, asking=True)
    else:
        server: PostgresServer = request.getfixturevalue("postgres")
        async with server.database() as database:
            result = await run(tmp_path, town, database, times=TIMES, asking=True)
    assert result.issued == 0, text_of([result])
    assert sum(result.refused.values()) == TIMES
    assert result.served["issued"], "the background served nobody"


async def test_without_asking_the_race_can_be_lost(tmp_path: Path, town: Town) -> None:
    # the control: were this zero, the test above would prove nothing
    result = await run(tmp_path, town, None, times=10, asking=False)
    assert result.issued, text_of([result])
