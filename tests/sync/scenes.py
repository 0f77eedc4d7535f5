"""Scenes that several tests begin with."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident
from sync.change.events import Change, Record, Subjects
from sync.registry import moves
from sync.town import Person, Scenario
from sync.town.day import day_of_changes
from tests.sync.sync_world import TestRegistry, small_town

CHANGES = 24
HONSEKI = Honseki(place="見本県みほん市例示町一丁目１番", head="架空　新")
FOREIGN = ForeignStatus(nationality="米国", category="国籍喪失による経過滞在者")


def bad_move(registry: TestRegistry, person: Person) -> Change:
    """転居 that changes the name as well; the whole household moves."""
    rows = registry.state.household(person.resident.household)
    change = moves.move_within(
        registry.state, [row.number for row in rows], "見本県みほん市例示町９番", registry.entry()
    )
    spoilt = tuple(replace(row, name=row.name + "改") for row in change.subjects.residents)
    return replace(change, subjects=Subjects(residents=spoilt))


def somebody() -> Record:
    return small_town().residents[0]


def day(count: int) -> tuple[Change, ...]:
    """The first changes of a day in the small town."""
    return day_of_changes(small_town(), count)[:count]


@cache
def changes() -> tuple[Change, ...]:
    return day(CHANGES)


def busy_registry() -> TestRegistry:
    registry = TestRegistry()
    for change in changes():
        registry.enter(change)
    return registry


def family(registry: TestRegistry) -> tuple[Resident, ...]:
    """The household of four of the index, its head first."""
    person = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR).resident
    return registry.state.household(person.household)


def foreigner(registry: TestRegistry) -> Resident:
    return next(
        row
        for row in registry.state.residents.values()
        if row.foreign is not None and row.status is ResidencyStatus.RESIDENT
    )
