"""The leaves that the changes move are those of the rows, whatever arrives and wherever the copy is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from sync.copy.database import writing, writing_alone
from sync.copy.memory import MemoryCopy
from sync.copy.register import RegisterCopy
from sync.copy.rows import add_rows, move_leaves, put_rows
from sync.copy.store import LeafMove, row_of
from sync.copy.tables import doubts
from sync.feed.full_load import load_full
from sync.reconcile.leaves import leaf_moves, subject
from sync.town import Scenario
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import TRUSTED, Held, TestRegistry

Digests = dict[str, int]


def leaves_of(registry: TestRegistry) -> Digests:
    """Those of the register's own rows."""
    moves = leaf_moves((0, None, row_of(record)) for record in registry.state.records())
    return {move.leaf: move.digest for move in moves}


async def leaves_in(held: Held) -> Digests:
    assert isinstance(held.reader, MemoryCopy | RegisterCopy)
    return {leaf.name: leaf.digest for leaf in await held.reader.leaves()}


async def test_a_full_load_makes_the_leaves_of_its_rows(held: Held, registry: TestRegistry) -> None:
    assert await leaves_in(held) == leaves_of(registry)


@pytest.mark.parametrize("portion", [7, 90])
async def test_after_every_delivery_the_leaves_are_those_of_all_rows(
    held: Held, registry: TestRegistry, portion: int
) -> None:
    pending = day_of_changes(registry.town, 180)
    for first in range(0, len(pending), portion):
        for change in pending[first : first + portion]:
            registry.enter(change)
        assert (await held.take_all(registry)).quarantined == 0
        found, wished = await leaves_in(held), leaves_of(registry)
        assert {name: digest for name, digest in found.items() if digest} == wished
    assert isinstance(held.reader, MemoryCopy | RegisterCopy)
    assert max(leaf.touched for leaf in await held.reader.leaves()) == registry.position
    assert await held.reader.applied() == registry.position


async def test_a_second_full_load_begins_the_leaves_anew(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    for change in day_of_changes(registry.town, 20):
        registry.enter(change)
    await load_full(held.store, registry.write(tmp_path / "again.jsonl"), TRUSTED, MUNICIPALITY)
    assert await leaves_in(held) == leaves_of(registry)


async def test_an_empty_copy_has_applied_nothing(empty: Held) -> None:
    assert isinstance(empty.reader, MemoryCopy | RegisterCopy)
    assert (await empty.reader.applied(), await empty.reader.leaves()) == (0, ())


async def test_a_doubt_blocks_its_person_or_household_until_a_full_load(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    if not isinstance(held.store, AsyncEngine):
        pytest.skip("a copy in memory is never reconciled")
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    member = registry.state.household(family.resident.household)[1].number
    alone = registry.town.person(Scenario.LIVES_ALONE)
    household = alone.resident.household
    assert not (await held.view(family.serial)).pending
    async with writing(held.store) as connection:
        await connection.execute(
            insert(doubts),
            [
                {"subject": subject(resident=member), "resident": member, "household": None, "found_at": 1},
                {
                    "subject": subject(household=household),
                    "resident": None,
                    "household": household,
                    "found_at": 1,
                },
            ],
        )
    assert (await held.view(family.serial)).pending
    assert (await held.view(alone.serial)).pending
    assert not (await held.view(registry.town.person(Scenario.DECEASED).serial)).pending
    await load_full(held.store, registry.write(tmp_path / "again.jsonl"), TRUSTED, MUNICIPALITY)
    assert not (await held.view(family.serial)).pending


@pytest.mark.parametrize("count", [1, 60])
async def test_rows_are_put_anew_and_added_only_once(held: Held, registry: TestRegistry, count: int) -> None:
    if not isinstance(held.store, AsyncEngine):
        pytest.skip("rows are put into databases")
    people = list(registry.state.residents.values())[:count]
    serial = next(card.serial for card in registry.town.cards if card.resident == people[0].number)
    moved = [replace(person, address="見本県みほん市架空町９９番") for person in people]
    async with writing_alone(held.store) as connection:
        await put_rows(connection, [row_of(person) for person in (*people, *moved)])
    assert {row.address for row in (await held.view(serial)).rows if row in moved} == {
        "見本県みほん市架空町９９番"
    }
    with pytest.raises(IntegrityError) as error:
        async with writing_alone(held.store) as connection:
            await add_rows(connection, [row_of(person) for person in people])
    assert people[0].number not in str(error.value)


async def test_a_leaf_moved_twice_by_the_same_digest_stands_where_it_was(held: Held) -> None:
    if not isinstance(held.store, AsyncEngine):
        pytest.skip("leaves are moved in databases")
    before = await leaves_in(held)
    name = next(iter(before))
    for touched in (9, 4):
        move = LeafMove(leaf=name, digest=(1 << 128) - 5, touched=touched)
        async with writing_alone(held.store) as connection:
            await move_leaves(connection, [move])
    assert await leaves_in(held) == before
    assert isinstance(held.reader, RegisterCopy)
    (leaf,) = [leaf for leaf in await held.reader.leaves() if leaf.name == name]
    assert leaf.touched == 9
