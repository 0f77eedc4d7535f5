"""``reconcile`` and ``erase`` as an operator types them, against a registry that runs, over mutual TLS."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from certificates.errors import ConfigurationError
from certificates.service.command import listening
from certificates.service.settings import read_settings
from issuance_server.commands import COMMANDS
from issuance_server.settings import PREFIX, Settings
from sync.copy.database import open_database, writing
from sync.registry.compose import compose as compose_registry
from sync.town import Scenario, invent
from sync.town.files import write_town
from tests.issuance.issuance_line import Parties
from tests.issuance.issuance_world import REGISTRY
from tests.sync.sync_feeds import registry_settings
from tests.sync.sync_world import TestRegistry, tiny_imprint


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties(tmp_path / "keys")


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite+aiosqlite:///{tmp_path / 'issuance.db'}"


def act(verb: str, parties: Parties, url: str, *arguments: str, registry: str = "") -> int:
    environment = {**parties.environment(url), "KOFU_ISSUANCE_REGISTRY": registry}
    return COMMANDS[verb].action(read_settings(Settings, environment, prefix=PREFIX), arguments)


async def spoil(url: str, statement: str, **values: object) -> None:
    engine = open_database(url)
    try:
        async with writing(engine) as connection:
            await connection.execute(text(statement), values)
    finally:
        await engine.dispose()


async def test_the_operator_finds_sees_and_sets_right(
    parties: Parties, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = TestRegistry(town=invent(7, 110, draw=tiny_imprint))
    write_town(registry.town, (), tmp_path / "town")
    full = registry.write(tmp_path / "full.jsonl", key=parties.key(REGISTRY))
    assert await asyncio.to_thread(act, "load-full", parties, url, str(full)) == 0
    person = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    await spoil(url, "UPDATE cards SET removed = NOT removed WHERE serial = :s", s=person.serial)
    html, data = tmp_path / "report.html", tmp_path / "report.json"
    async with (
        compose_registry(
            registry_settings(parties.files[REGISTRY], STORE="memory:", TOWN=str(tmp_path / "town"))
        ) as listeners,
        listening(listeners) as addresses,
    ):
        capsys.readouterr()

        async def reconcile(*arguments: str) -> int:
            return await asyncio.to_thread(
                act, "reconcile", parties, url, *arguments, registry=addresses["registry"]
            )

        assert await reconcile("--no-repair", "--html", str(html), "--json", str(data)) == 1
        assert "blocked" in capsys.readouterr().out
        assert await reconcile() == 1
        assert f"card {person.serial} changed" in capsys.readouterr().out
        assert await reconcile() == 0
        assert "0 rows of 0 households differed" in capsys.readouterr().out
    assert person.resident.household in html.read_text(encoding="utf-8")
    report = json.loads(data.read_text(encoding="utf-8"))
    assert (report["differing_rows"], report["households"]) == (1, [person.resident.household])
    assert report["bytes"] > 0
    assert await asyncio.to_thread(act, "reconcile", parties, url, registry=addresses["registry"]) == 2
    assert "not compared: registry" in capsys.readouterr().err


def test_without_a_registry_there_is_nothing_to_compare_with(parties: Parties, url: str) -> None:
    with pytest.raises(ConfigurationError, match="KOFU_ISSUANCE_REGISTRY"):
        act("reconcile", parties, url)


def test_erasing_counts_before_its_time_and_never_erases(
    parties: Parties, url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    registry = TestRegistry(town=invent(7, 110, draw=tiny_imprint))
    full = registry.write(tmp_path / "full.jsonl", key=parties.key(REGISTRY))
    assert act("load-full", parties, url, str(full)) == 0
    removed = sum(not row.is_current for row in registry.town.residents)
    assert removed
    capsys.readouterr()
    assert act("erase", parties, url, "--as-of", "9000-01-01", "--dry-run") == 0
    assert f"would erase as of 9000-01-01: {removed} people" in capsys.readouterr().out
    with pytest.raises(ConfigurationError, match="later than today"):
        act("erase", parties, url, "--as-of", "9000-01-01")
    with pytest.raises(ConfigurationError, match="body-years"):
        act("erase", parties, url, "--body-years", "0")
    assert act("erase", parties, url, "--as-of", str(date(2026, 1, 1))) == 0
    assert "erased as of 2026-01-01: 0 people" in capsys.readouterr().out
    assert act("verify-audit", parties, url) == 0
