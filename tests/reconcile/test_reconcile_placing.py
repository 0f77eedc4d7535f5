"""A change whose 世帯番号 cannot be read: the registry names the household, and that is blocked until it is set right."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from certificates.errors import UnavailableError
from certificates.wire.codec import canonical
from issuance_server.reconciling import placing
from load_tests.reconciling.near import NearOriginal
from sync.change.events import Record
from sync.copy.status import read_status
from sync.copy.tables import blocks
from sync.original.wire import RowsAnswer
from sync.reconcile.placing import place
from sync.registry import lives
from sync.town import numbers
from sync.town.numbers import MUNICIPALITY
from tests.reconcile.reconcile_world import World
from tests.sync.sync_world import KEY, TRUSTED


async def born_unreadably(world: World, *, told: bool) -> str:
    """A birth whose household arrives as 「?」; the registry, if ``told``, has it right. The host's 世帯番号."""
    family = world.family
    last = world.registry.state.household(family.resident.household)[-1]
    child = replace(last, number=numbers.resident(99_000), history=1)
    change = lives.birth(world.registry.state, child, world.registry.entry())
    world.registry.enter(change)
    if told:
        await world.books.enter([change])
    event = json.loads(world.registry.event(1))
    event["data"]["residents"][0]["household"] = "?"
    await world.held.receive(world.registry.frame(1, 1, events=[canonical(event)]))
    return family.resident.household


async def test_the_household_that_the_registry_names_is_blocked_until_the_correction(world: World) -> None:
    household = await born_unreadably(world, told=True)
    card = world.family.serial
    assert not (await world.held.view(card)).pending
    (change,) = (await read_status(world.engine)).aside
    assert (change.unplaced, change.households) == (True, ())
    assert await place(world.engine, world.original, MUNICIPALITY) == 0
    view = await world.held.view(card)
    assert (view.pending, view.unplaced) == (True, frozenset())
    status = await read_status(world.engine)
    assert (status.aside[0].unplaced, status.aside[0].households) == (False, (household,))
    assert status.blocked_households == 1
    child = world.registry.state.residents[numbers.resident(99_000)]
    await world.enter(lives.correct(world.registry.state, [child], world.registry.entry()))
    await world.feed()
    assert not (await world.held.view(card)).pending
    async with world.engine.connect() as connection:
        assert (await connection.execute(select(blocks))).all() == []


async def test_while_the_registry_does_not_know_the_person_the_change_stays_without_a_place(
    world: World,
) -> None:
    await born_unreadably(world, told=False)
    assert await place(world.engine, world.original, MUNICIPALITY) == 1
    (change,) = (await read_status(world.engine)).aside
    assert change.unplaced


async def test_beside_the_service_the_household_is_asked_for_until_the_registry_answers(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    household = await born_unreadably(world, told=True)

    class Down(NearOriginal):
        down = True

        async def rows(self, subjects: Sequence[str]) -> tuple[RowsAnswer, Sequence[Sequence[Record]]]:
            if self.down:
                raise UnavailableError("registry", "TimeoutError", outcome_known=True)
            return await super().rows(subjects)

    original = Down(world.books, MUNICIPALITY, KEY, TRUSTED)
    async with placing(world.engine, original, MUNICIPALITY, seconds=0.005), asyncio.timeout(20):
        while "households not asked for" not in caplog.messages:  # noqa: ASYNC110 - a log tells nobody
            await asyncio.sleep(0.005)
        original.down = False
        while (await read_status(world.engine)).aside[0].unplaced:  # noqa: ASYNC110 - a table tells nobody
            await asyncio.sleep(0.005)
    assert (await read_status(world.engine)).aside[0].households == (household,)


async def test_a_reconciliation_places_what_is_without_a_place(world: World) -> None:
    household = await born_unreadably(world, told=True)
    await world.reconcile()
    assert (await read_status(world.engine)).aside[0].households == (household,)
