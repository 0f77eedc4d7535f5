"""Reconciling a copy with its registry, from damage to repair."""

from __future__ import annotations

from random import Random

from load_tests.reconciling.damage import damage
from tests.reconcile.reconcile_world import World, row_keys


async def test_a_sound_copy_is_found_equal(world: World) -> None:
    report = await world.reconcile()
    assert report.is_equal
    assert not report.findings
    assert report.rows == len(list(world.registry.state.records()))


async def test_every_kind_of_damage_is_found_and_set_right(world: World) -> None:
    done = await damage(world.engine, Random(5), 14)
    report = await world.reconcile()
    assert row_keys(report) == done.keys
    assert not report.is_equal
    again = await world.reconcile()
    assert again.is_equal
    assert not again.findings
    assert again.moved == 0
