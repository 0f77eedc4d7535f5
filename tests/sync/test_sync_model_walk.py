"""Any sequence of legal changes, of every 異動事由 and however it is delivered, leaves the copy equal to the register."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from sync.change.reasons import HALVES, Nature, Reason
from sync.copy.register import RegisterCopy
from sync.copy.tables import resident_history
from sync.feed.full_load import load_full
from sync.town.walk import Walk
from tests.sync.conftest import database
from tests.sync.sync_model import deliver, enter_all, first_halves, require_same, walk_of
from tests.sync.sync_world import MUNICIPALITY, NOW, TRUSTED, Held, TestRegistry, tiny_imprint


def loaded_copy(registry: TestRegistry) -> Held:
    copy = registry.ideal()
    return Held(store=copy, reader=copy)


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 250))
async def test_any_walk_of_legal_changes_leaves_the_copy_equal_to_the_register(seed: int, count: int) -> None:
    registry = TestRegistry()
    held = loaded_copy(registry)
    walk = walk_of(registry, seed)
    enter_all(registry, walk.changes(count))
    aside = await deliver(held, registry, Random(seed))
    assert aside <= first_halves(registry.changes)
    await require_same(held, walk.state)


async def test_a_long_walk_reaches_every_reason_and_nothing_is_set_aside() -> None:
    registry = TestRegistry()
    held = loaded_copy(registry)
    walk = walk_of(registry, 3)
    enter_all(registry, walk.changes(3_000))
    assert {change.reason for change in registry.changes} == set(Reason)
    aside = await deliver(held, registry, Random(3))
    assert aside <= first_halves(registry.changes)
    await require_same(held, walk.state)


async def test_the_databases_history_is_complete_and_without_gaps(tmp_path: Path) -> None:
    registry = TestRegistry()
    async with database(tmp_path / "copy.db") as engine:
        held = Held(store=engine, reader=RegisterCopy(engine))
        full = registry.write(tmp_path / "full.jsonl")
        await load_full(engine, full, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
        begun = {number: row.history for number, row in registry.state.residents.items()}
        walk = walk_of(registry, 11)
        enter_all(registry, walk.changes(400))
        await deliver(held, registry, Random(11))
        await require_same(held, walk.state)
        async with engine.connect() as connection:
            found = await connection.execute(select(resident_history.c.number, resident_history.c.history))
            held_rows = sorted((str(number), int(history)) for number, history in found)
    halves = {
        (row.number, row.history)
        for change in registry.changes
        if change.reason in HALVES
        for row in change.subjects.residents
    }
    expected = {
        (str(number), history)
        for number, row in walk.state.residents.items()
        for history in range(begun.get(number, 1), row.history + 1)
        if (number, history) not in halves
    }
    assert held_rows == sorted(expected)


def test_the_same_seed_walks_the_same_way() -> None:
    first, second, other = (walk_of(TestRegistry(), seed).changes(200) for seed in (5, 5, 6))
    walked = list(first)
    assert walked == list(second)
    assert walked != list(other)


def test_a_walk_gives_no_number_twice() -> None:
    registry = TestRegistry()
    walk = walk_of(registry, 9)
    changes = list(walk.changes(1_500))
    assert len({change.id for change in changes}) == len(changes)
    residents = walk.state.residents.values()
    numbers = [row.individual_number for row in residents if row.individual_number is not None]
    codes = [row.resident_code for row in residents if row.resident_code is not None]
    assert len(set(numbers)) == len(numbers)
    assert len(set(codes)) == len(codes)


def test_spared_households_are_left_alone() -> None:
    registry = TestRegistry()
    spare = {row.household for row in islice(registry.state.residents.values(), 60)}
    walk = Walk(registry.town.records(), seed=2, start=NOW, spare=spare, renewals=False)
    changes = list(walk.changes(400))
    assert not any(change.subjects.households() & spare for change in changes)
    assert first_halves(changes) == 0


@pytest.mark.parametrize("count", [1, 40])
def test_a_walk_without_a_town_begins_with_somebody_who_comes(count: int) -> None:
    walk = Walk((), seed=1, start=NOW)
    changes = list(walk.changes(count))
    assert changes[0].reason.nature is Nature.ENTRY
    assert len(changes) >= count


async def test_a_walk_goes_on_from_where_another_has_ended() -> None:
    registry = TestRegistry()
    held = loaded_copy(registry)
    enter_all(registry, walk_of(registry, 1).changes(300))
    later = Walk(registry.state.records(), seed=2, start=NOW, draw=tiny_imprint)
    enter_all(registry, later.changes(300))
    await deliver(held, registry, Random(1))
    await require_same(held, later.state)


async def test_a_copy_that_differs_in_one_item_is_noticed() -> None:
    registry = TestRegistry()
    held = loaded_copy(registry)
    walk = walk_of(registry, 1)
    enter_all(registry, walk.changes(20))
    await deliver(held, registry, Random(1))
    number, row = next(iter(walk.state.residents.items()))
    walk.state.residents[number] = replace(row, name_kana="チガウ")
    with pytest.raises(AssertionError, match=number):
        await require_same(held, walk.state)
