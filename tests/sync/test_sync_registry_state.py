"""What the registry enters: legal rows for everybody whom a change touches."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import card_serial
from certificates.domain.resident import ResidencyStatus, Resident, Sex
from certificates.errors import InvalidValueError
from sync.change.reasons import Reason
from sync.registry import lives, moves, side_streams
from sync.registry.households import relation_to, under_new_head
from sync.town import Scenario, numbers
from tests.sync.sync_world import TODAY, TestRegistry


def family(registry: TestRegistry) -> tuple[Resident, ...]:
    return registry.state.household(registry.town.person(Scenario.HOUSEHOLD_OF_FOUR).resident.household)


def test_a_whole_household_moves_with_new_address_and_days(registry: TestRegistry) -> None:
    rows = family(registry)
    change = moves.move_within(
        registry.state, [row.number for row in rows], "見本県みほん市例示町１番", registry.entry()
    )
    assert change.reason is Reason.MOVE_WITHIN
    for before, after in zip(rows, change.subjects.residents, strict=True):
        assert after == replace(
            before,
            history=before.history + 1,
            address="見本県みほん市例示町１番",
            address_since=RecordedDate.of(TODAY),
            notified=RecordedDate.of(TODAY),
        )


def test_part_of_a_household_needs_a_number_of_its_own(registry: TestRegistry) -> None:
    head = family(registry)[0]
    with pytest.raises(InvalidValueError, match="世帯番号"):
        moves.move_within(registry.state, [head.number], "見本県みほん市例示町１番", registry.entry())


def test_when_the_head_leaves_the_spouse_follows_as_head(registry: TestRegistry) -> None:
    head, spouse, *children = family(registry)
    change = moves.move_within(
        registry.state,
        [head.number],
        "見本県みほん市例示町１番",
        registry.entry(),
        new_household=numbers.household(7_000),
    )
    registry.enter(change)
    (gone,) = registry.state.household(numbers.household(7_000))
    assert (gone.number, gone.relation, gone.household_head) == (head.number, "世帯主", head.name)
    staying = registry.state.household(head.household)
    assert [row.relation for row in staying] == ["世帯主", *("子" for _ in children)]
    assert {row.household_head for row in staying} == {spouse.name}


def test_a_child_who_moves_out_becomes_head_and_nobody_else_changes(registry: TestRegistry) -> None:
    child = family(registry)[2]
    change = moves.move_within(
        registry.state,
        [child.number],
        "見本県みほん市例示町１番",
        registry.entry(),
        new_household=numbers.household(7_000),
    )
    assert [row.number for row in change.subjects.residents] == [child.number]


def test_a_death_ends_the_row_and_the_household_goes_on(registry: TestRegistry) -> None:
    head, spouse, *_ = family(registry)
    change = lives.death(registry.state, head.number, registry.entry())
    gone, *staying = change.subjects.residents
    assert (gone.status, gone.removed_on) == (ResidencyStatus.DECEASED, TODAY)
    assert staying[0].number == spouse.number
    assert staying[0].is_head


def test_a_move_out_is_planned_cancelled_and_done(registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE).resident
    day = TODAY + timedelta(days=9)
    registry.enter(moves.plan_move_out(registry.state, [person.number], day, registry.entry(on=day)))
    assert registry.state.resident(person.number).removed_on == day
    registry.enter(moves.cancel_move_out(registry.state, [person.number], registry.entry()))
    assert registry.state.resident(person.number).status is ResidencyStatus.RESIDENT
    change = moves.move_out(registry.state, [person.number], registry.entry(), abroad=True)
    registry.enter(change)
    assert change.reason is Reason.MOVE_OUT_ABROAD
    assert registry.state.household(person.household) == ()


def test_somebody_who_comes_back_continues_their_history(registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.MOVED_OUT).resident
    back = replace(person, status=ResidencyStatus.RESIDENT, removed_on=None)
    (row,) = moves.move_in(registry.state, [back], registry.entry(), abroad=True).subjects.residents
    assert row.history == person.history + 1


def test_a_heads_new_name_stands_on_every_row(registry: TestRegistry) -> None:
    head = family(registry)[0]
    registry.enter(
        lives.amend_name(registry.state, head.number, "架空　新", registry.entry(), kana="カクウ　シン")
    )
    assert {row.household_head for row in family(registry)} == {"架空　新"}
    assert family(registry)[0].name_kana == "カクウ　シン"


def test_a_members_new_name_changes_that_row_alone(registry: TestRegistry) -> None:
    child = family(registry)[2]
    change = lives.amend_name(registry.state, child.number, "架空　新", registry.entry())
    assert [row.number for row in change.subjects.residents] == [child.number]


def test_only_another_member_can_become_head(registry: TestRegistry) -> None:
    head = family(registry)[0]
    with pytest.raises(InvalidValueError, match="世帯主"):
        lives.change_head(registry.state, head.number, registry.entry())


def test_what_is_not_there_cannot_be_ended(registry: TestRegistry) -> None:
    nobody = registry.town.person(Scenario.MOVED_OUT).resident.number
    with pytest.raises(InvalidValueError):
        side_streams.abolish_seal(registry.state, nobody, registry.entry())
    with pytest.raises(InvalidValueError):
        side_streams.release(registry.state, "none", registry.entry())
    registry.enter(side_streams.remove_cards(registry.state, nobody, registry.entry()))
    with pytest.raises(InvalidValueError):
        side_streams.remove_cards(registry.state, nobody, registry.entry())
    with pytest.raises(InvalidValueError):
        registry.state.resident(numbers.resident(9_999))


def test_a_new_card_ends_the_old_one(registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    change = side_streams.register_card(
        registry.state, person.resident.number, card_serial("7f"), registry.entry(), issuer=bytes(32)
    )
    assert [(card.serial, card.removed) for card in change.subjects.cards] == [
        (person.serial, True),
        (card_serial("7f"), False),
    ]


def _member(relation: str, sex: Sex, year: int) -> Resident:
    return replace(
        TestRegistry().town.residents[0], relation=relation, sex=sex, birth=RecordedDate(year, 1, 1)
    )


@pytest.mark.parametrize(
    ("head", "member", "expected"),
    [
        (("妻", Sex.FEMALE, 1980), ("子", Sex.MALE, 2010), "子"),
        (("妻", Sex.FEMALE, 1980), ("母", Sex.FEMALE, 1950), "夫の母"),
        (("妻", Sex.FEMALE, 1980), ("子の子", Sex.FEMALE, 2020), "縁故者"),
        (("子", Sex.MALE, 1980), ("妻", Sex.FEMALE, 1950), "母"),
        (("子", Sex.MALE, 1980), ("子", Sex.FEMALE, 1978), "姉"),
        (("子", Sex.MALE, 1980), ("子", Sex.FEMALE, 1982), "妹"),
        (("子", Sex.MALE, 1980), ("子", Sex.MALE, 1978), "兄"),
        (("子", Sex.MALE, 1980), ("子", Sex.MALE, 1982), "弟"),
        (("子", Sex.MALE, 1980), ("子の妻", Sex.FEMALE, 1982), "妻"),
        (("子", Sex.MALE, 1980), ("同居人", Sex.MALE, 1982), "縁故者"),
        (("母", Sex.FEMALE, 1950), ("妻", Sex.FEMALE, 1982), "子の妻"),
        (("母", Sex.FEMALE, 1950), ("弟", Sex.MALE, 1982), "縁故者"),
        (("同居人", Sex.FEMALE, 1950), ("子", Sex.MALE, 1982), "縁故者"),
    ],
)
def test_relations_are_said_anew_from_the_new_head(
    head: tuple[str, Sex, int], member: tuple[str, Sex, int], expected: str
) -> None:
    former = _member("世帯主", Sex.MALE, 1949)
    assert relation_to(_member(*head), _member(*member), former) == expected


def test_a_new_head_is_called_head(registry: TestRegistry) -> None:
    former, head, *rest = family(registry)
    rows = under_new_head([head, *rest], head, former)
    assert [row.is_head for row in rows] == [True, *(False for _ in rest)]
