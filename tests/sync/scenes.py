"""Scenes that several tests begin with."""

from __future__ import annotations

from dataclasses import replace

from sync.change.events import Change, Subjects
from sync.registry import moves
from sync.town import Person
from tests.sync.sync_world import TestRegistry


def bad_move(registry: TestRegistry, person: Person) -> Change:
    """転居 that changes the name as well; the whole household moves."""
    rows = registry.state.household(person.resident.household)
    change = moves.move_within(
        registry.state, [row.number for row in rows], "見本県みほん市例示町９番", registry.entry()
    )
    spoilt = tuple(replace(row, name=row.name + "改") for row in change.subjects.residents)
    return replace(change, subjects=Subjects(residents=spoilt))
