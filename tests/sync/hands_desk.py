"""A desk with hands at work on the copy of a small town."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.service.keyring import save_trusted_key
from sync.feed.hands.desk import Desk, open_desk
from sync.feed.hands.talk import Beginning
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, SENDER, Held, TestRegistry, small_town

CHANGES = 60
HANDS = 2
on_postgresql = pytest.mark.parametrize("empty", ["postgresql"], indirect=True)
in_memory = pytest.mark.parametrize("empty", ["memory"], indirect=True)


def enter(registry: TestRegistry) -> None:
    for change in day_of_changes(small_town(), CHANGES)[:CHANGES]:
        registry.enter(change)


@asynccontextmanager
async def desk_of(
    held: Held, folder: Path, *, most: int = HANDS, bulk: int = 1, idle: float = 60.0
) -> AsyncIterator[Desk]:
    assert isinstance(held.store, AsyncEngine)
    save_trusted_key(folder / "keys", SENDER, KEY)
    beginning = Beginning(
        database=held.store.url.render_as_string(hide_password=False),
        trusted_keys=folder / "keys",
        municipality=MUNICIPALITY,
    )
    async with open_desk(held.reception(), beginning, most=most, bulk=bulk, idle=idle) as desk:
        yield desk


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - a process announces nothing
            await asyncio.sleep(0.01)


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
