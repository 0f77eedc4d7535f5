"""Difference files as a registry writes them: whole or not at all, with a head that agrees with itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError, InvalidValueError
from certificates.service.keyring import load_trusted_keys
from certificates.wire.codec import decode, encode
from sync.feed.difference import take_differences
from sync.feed.difference_file import DifferenceError, DifferenceHead, write_difference
from sync.feed.reception import Reception
from sync.registry.commands import COMMANDS
from sync.town.day import day_of_changes
from sync.town.files import write_town
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_feeds import Parties, registry_settings
from tests.sync.sync_world import KEY, NOW, Held, TestRegistry, require_equal, small_town


async def test_a_file_that_breaks_off_while_it_is_written_leaves_nothing(tmp_path: Path) -> None:
    async def events() -> AsyncIterator[bytes]:
        yield b"{}"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await write_difference(
            tmp_path / "file",
            events(),
            municipality=MUNICIPALITY,
            first=1,
            position=2,
            chain=bytes(32),
            taken_at=NOW,
            key=KEY,
        )
    assert list(tmp_path.iterdir()) == []


def test_the_head_is_canonical_and_cannot_contradict_itself() -> None:
    def head(first: int, last: int, count: int, position: int, chain: bytes = bytes(32)) -> DifferenceHead:
        return DifferenceHead(
            municipality=MUNICIPALITY,
            first=first,
            last=last,
            count=count,
            sha256=bytes(32),
            position=position,
            taken_at=NOW,
            chain=chain,
        )

    assert decode(encode(head(3, 9_000, 8_998, 9_000)), DifferenceHead) == head(3, 9_000, 8_998, 9_000)
    for numbers in ((1, 2, 3, 5), (0, 0, 1, 5), (1, 1, 0, 5), (1, 2, 2, 1)):
        with pytest.raises(InvalidValueError):
            head(*numbers)
    with pytest.raises(InvalidValueError, match="chain"):
        head(0, 0, 0, 0, b"")


def test_the_registry_writes_by_command_what_a_copy_can_take(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parties = Parties.enrolled(tmp_path / "keys")
    town = small_town()
    changes = day_of_changes(town, 20)
    write_town(town, changes, tmp_path / "town")
    store = f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    given = registry_settings(parties.registry, STORE=store, TOWN=str(tmp_path / "town"))
    assert COMMANDS["enter"].action(given, [str(tmp_path / "town" / "changes.jsonl")]) == 0
    last = len(changes)
    for first in (1, 8, last + 1):
        assert COMMANDS["difference"].action(given, ["--from", str(first), str(tmp_path / f"{first}")]) == 0
        assert f"wrote {last + 1 - first} changes, up to number {last}" in capsys.readouterr().out
    for first in (0, last + 2):
        with pytest.raises(ConfigurationError, match="--from"):
            COMMANDS["difference"].action(given, ["--from", str(first), str(tmp_path / "none")])
    registry = TestRegistry.having(changes)

    async def compare() -> None:
        copy = TestRegistry().ideal()
        trusted = load_trusted_keys(parties.authority.trusted)
        reception = Reception(copy, trusted, MUNICIPALITY, lambda: datetime.now(UTC))
        paths = [tmp_path / f"{last + 1}", tmp_path / "8", tmp_path / "1"]
        with pytest.raises(DifferenceError, match="numbers 1 to 7 are missing"):
            await take_differences(reception, paths[1:2], trusted, MUNICIPALITY)
        await take_differences(reception, paths, trusted, MUNICIPALITY)
        await require_equal(Held(store=copy, reader=copy), registry)

    asyncio.run(compare())
