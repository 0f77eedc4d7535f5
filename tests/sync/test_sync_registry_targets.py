"""Where the registry pushes to is one setting, and each scheme is an adapter of its own."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError, UnavailableError
from certificates.service.command import run
from certificates.service.keyring import load_trusted_keys
from certificates.service.settings import read_settings
from sync.feed.reception import Reception
from sync.feed.streams import consuming
from sync.registry.__main__ import SERVICE
from sync.registry.adapters.http import HttpReceiver
from sync.registry.adapters.streams import StreamReceiver
from sync.registry.adapters.targets import open_target, require_target
from sync.registry.commands import COMMANDS
from sync.registry.compose import compose
from sync.registry.settings import PREFIX, Settings
from sync.town.day import day_of_changes
from sync.town.files import write_town
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import PATIENCE, Parties, registry_environment
from tests.sync.sync_world import Held, TestRegistry, require_equal, small_town


@pytest.fixture
def parties(tmp_path: Path) -> Parties:
    return Parties.enrolled(tmp_path / "keys")


def environment(parties: Parties, target: str, tmp_path: Path) -> dict[str, str]:
    return registry_environment(
        parties.registry,
        STORE=f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}",
        TOWN=str(tmp_path / "town"),
        TARGET=target,
        HEARTBEAT_SECONDS="0.05",
        TIMEOUT_SECONDS="5",
        LONGEST_WAIT_SECONDS="0.1",
        BATCH="10",
    )


async def test_the_scheme_names_the_receiver(parties: Parties) -> None:
    for url, kind in (
        ("https://127.0.0.1:1", HttpReceiver),
        ("redis://127.0.0.1:1/0", StreamReceiver),
        ("unix:///nowhere.sock", StreamReceiver),
    ):
        async with open_target(url, MUNICIPALITY, parties.registry.tls, seconds=1) as receiver:
            assert isinstance(receiver, kind)
            with pytest.raises(UnavailableError):
                await receiver.send(b"")


async def test_without_a_target_nobody_is_there(parties: Parties) -> None:
    async with open_target("", MUNICIPALITY, parties.registry.tls, seconds=1) as receiver:
        with pytest.raises(UnavailableError, match="no target is set"):
            await receiver.send(b"")


@pytest.mark.parametrize("url", ["http://127.0.0.1", "redis", "https", "kafka://here"])
def test_another_scheme_is_refused_with_the_choices(url: str) -> None:
    with pytest.raises(ConfigurationError, match="https://, redis://, rediss://, unix://") as error:
        require_target(url)
    assert error.value.setting == f"{PREFIX}TARGET"


def test_a_target_may_hold_a_password_and_is_not_shown(
    parties: Parties, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "town").mkdir()
    for name, text in environment(parties, "rediss://feed:opensesame@127.0.0.1:1/0", tmp_path).items():
        monkeypatch.setenv(name, text)
    assert run(SERVICE, ["check-config"]) == 0
    assert "opensesame" not in capsys.readouterr().out


async def test_the_registry_as_a_service_feeds_a_copy_through_redis(
    parties: Parties, redis_url: str, tmp_path: Path
) -> None:
    town = small_town()
    changes = day_of_changes(town, 30)
    write_town(town, changes, tmp_path / "town")
    given = read_settings(Settings, environment(parties, redis_url, tmp_path), prefix=PREFIX)
    entered = await asyncio.to_thread(
        COMMANDS["enter"].action, given, [str(tmp_path / "town" / "changes.jsonl")]
    )
    assert entered == 0
    registry = TestRegistry.having(changes)
    copy = TestRegistry().ideal()
    reception = Reception(
        copy, load_trusted_keys(parties.authority.trusted), MUNICIPALITY, lambda: datetime.now(UTC)
    )
    async with (
        consuming(redis_url, reception, MUNICIPALITY, patience=PATIENCE),
        compose(given),
        asyncio.timeout(60),
    ):
        while (mark := await copy.watermark()) is None or mark.applied < registry.position:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await require_equal(Held(store=copy, reader=copy), registry)
