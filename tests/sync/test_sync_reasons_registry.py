"""What each 異動事由 does to the rows, as the registry enters it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.domain.resident import AliasEvent, ResidencyStatus, Resident
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.change.records import Kind, form_of, read_form
from sync.registry import (
    ex_officio,
    given_numbers,
    groups,
    lives,
    moves,
    other_names,
    returning,
    side_streams,
)
from sync.registry.undoing import undo
from sync.town import numbers
from tests.sync.scenes import FOREIGN, HONSEKI, family, foreigner
from tests.sync.sync_world import TODAY, TestRegistry


def items(row: Resident) -> Resident:
    """The row without its 履歴番号."""
    return replace(row, history=1)


def test_a_naturalised_person_keeps_number_and_history(registry: TestRegistry) -> None:
    before = foreigner(registry)
    removal, entry = returning.naturalise(
        registry.state, before.number, "架空　新", HONSEKI, (registry.entry(), registry.entry())
    )
    gone, new = removal.subjects.residents[0], entry.subjects.residents[0]
    assert (removal.reason, entry.reason) == (Reason.REMOVAL_NATURALISATION, Reason.ENTRY_NATURALISATION)
    assert (gone.number, gone.history, gone.status) == (
        before.number,
        before.history + 1,
        ResidencyStatus.REMOVED,
    )
    assert (new.number, new.history, new.status) == (
        before.number,
        before.history + 2,
        ResidencyStatus.RESIDENT,
    )
    assert new.honseki == HONSEKI
    assert new.foreign is new.alias is None
    assert new.alias_history == ()


def test_a_head_who_loses_the_nationality_is_head_again_under_the_new_name(registry: TestRegistry) -> None:
    members = family(registry)
    head = members[0]
    entries = registry.entry(), registry.entry()
    removal, entry = returning.lose_nationality(
        registry.state, head.number, "SAMPLE EXAMPLE", FOREIGN, entries
    )
    registry.enter(removal)
    between = registry.state.household(head.household)
    assert len(between) == len(members) - 1
    assert between[0].is_head
    registry.enter(entry)
    after = registry.state.household(head.household)
    assert [row.relation for row in after] == [row.relation for row in members]
    assert {row.household_head for row in after} == {"SAMPLE EXAMPLE"}


def test_a_renewal_says_the_same_items_anew(registry: TestRegistry) -> None:
    before = family(registry)[1]
    removal, entry = returning.renew(registry.state, before.number, (registry.entry(), registry.entry()))
    (gone,), (new,) = removal.subjects.residents, entry.subjects.residents
    assert gone.status is ResidencyStatus.REMOVED
    assert new == replace(before, history=before.history + 2, renewed_on=TODAY)
    _, restored = returning.restore(registry.state, before.number, (registry.entry(), registry.entry()))
    assert items(restored.subjects.residents[0]) == items(before)


def test_whoever_splits_off_leads_a_household_at_the_same_address(registry: TestRegistry) -> None:
    head, *others = family(registry)
    new = numbers.household(9_000)
    registry.enter(groups.split_household(registry.state, [head.number], new, registry.entry()))
    assert [row.address for row in registry.state.household(new)] == [head.address]
    staying = registry.state.household(head.household)
    assert len(staying) == len(others)
    assert staying[0].is_head


def test_households_at_one_address_merge_and_change_over(registry: TestRegistry) -> None:
    head, *others = family(registry)
    new = numbers.household(9_000)
    state = registry.state
    registry.enter(groups.split_household(state, [others[-1].number], new, registry.entry()))
    over = {head.number: "同居人"}
    change = groups.change_household(state, [head.number], new, over, registry.entry())
    registry.enter(change)
    assert change.reason is Reason.HOUSEHOLD_CHANGED
    assert state.household(head.household)[0].is_head
    back = {row.number: "同居人" for row in state.household(head.household)}
    registry.enter(groups.merge_households(state, head.household, new, back, registry.entry()))
    assert state.household(head.household) == ()
    assert {row.household_head for row in state.household(new)} == {others[-1].name}


@pytest.mark.parametrize("reason", given_numbers.INDIVIDUAL_NUMBER)
def test_an_individual_number_is_all_that_its_reasons_change(registry: TestRegistry, reason: Reason) -> None:
    before = family(registry)[0]
    value = numbers.individual_number(77_777)
    change = given_numbers.give_individual_number(
        registry.state, before.number, value, reason, registry.entry()
    )
    assert change.reason is reason
    assert items(change.subjects.residents[0]) == items(replace(before, individual_number=value))


@pytest.mark.parametrize("reason", given_numbers.RESIDENT_CODE)
def test_a_resident_code_is_all_that_its_reasons_change(registry: TestRegistry, reason: Reason) -> None:
    before = family(registry)[0]
    value = numbers.resident_code(77_777)
    change = given_numbers.give_resident_code(registry.state, before.number, value, reason, registry.entry())
    assert change.reason is reason
    assert items(change.subjects.residents[0]) == items(replace(before, resident_code=value))


def test_a_former_surname_is_entered_changed_and_deleted(registry: TestRegistry) -> None:
    number = family(registry)[1].number
    state = registry.state
    registry.enter(lives.enter_former_surname(state, number, "標本", registry.entry(), kana="ヒョウホン"))
    registry.enter(other_names.change_former_surname(state, number, "例題", registry.entry()))
    assert (state.resident(number).former_surname, state.resident(number).former_surname_kana) == (
        "例題",
        None,
    )
    registry.enter(other_names.delete_former_surname(state, number, registry.entry()))
    assert state.resident(number).former_surname is None


def test_the_record_of_aliases_outlives_the_alias(registry: TestRegistry) -> None:
    state, person = registry.state, foreigner(registry)
    number = person.number
    if person.alias is not None:
        registry.enter(other_names.delete_alias(state, number, "見本県みほん市", registry.entry()))
    registry.enter(other_names.enter_alias(state, number, "見本　花子", "見本県みほん市", registry.entry()))
    registry.enter(other_names.delete_alias(state, number, "見本県みほん市", registry.entry()))
    row = state.resident(number)
    assert row.alias is None
    assert [record.event for record in row.alias_history[-2:]] == [AliasEvent.ENTERED, AliasEvent.DELETED]
    assert read_form(form_of(row), Kind.RESIDENT, "row") == row


def test_what_is_undone_stands_as_before_with_a_later_history(registry: TestRegistry) -> None:
    before = family(registry)
    made: list[tuple[Callable[[], Change], Reason]] = [
        (lambda: lives.death(registry.state, before[0].number, registry.entry()), Reason.REMOVAL_CANCELLED),
        (
            lambda: moves.move_within(
                registry.state, [row.number for row in before], "見本県みほん市例示町９番", registry.entry()
            ),
            Reason.AMENDMENT_CANCELLED,
        ),
    ]
    for make, reason in made:
        stood = registry.state.household(before[0].household)
        change = make()
        registry.enter(change)
        cancelled = undo(registry.state, change, stood, registry.entry())
        registry.enter(cancelled)
        assert cancelled.reason is reason
        after = registry.state.household(before[0].household)
        assert [items(row) for row in after] == [items(row) for row in before]
        assert all(row.history > old.history for row, old in zip(after, stood, strict=True))


def test_whoever_came_by_a_change_that_is_undone_is_removed(registry: TestRegistry) -> None:
    head = family(registry)[0]
    lodger = replace(head, number=numbers.resident(9_000), history=1, relation="同居人")
    change = ex_officio.enter_ex_officio(registry.state, [lodger], registry.entry())
    registry.enter(change)
    registry.enter(undo(registry.state, change, (), registry.entry()))
    row = registry.state.resident(lodger.number)
    assert (row.status, row.removed_on, row.history) == (ResidencyStatus.REMOVED, TODAY, 2)


def test_an_amendment_of_a_removed_row_that_is_undone_leaves_it_removed(registry: TestRegistry) -> None:
    number = family(registry)[-1].number
    registry.enter(moves.move_out(registry.state, [number], registry.entry()))
    gone = registry.state.resident(number)
    change = moves.confirm_move_out(registry.state, number, "例示県架空市１番", registry.entry())
    registry.enter(change)
    registry.enter(undo(registry.state, change, [gone], registry.entry()))
    assert items(registry.state.resident(number)) == items(gone)


def test_the_destination_goes_with_the_plan_that_is_given_up(registry: TestRegistry) -> None:
    number = family(registry)[-1].number
    day = TODAY + timedelta(days=9)
    state = registry.state
    plan = moves.plan_move_out(state, [number], day, registry.entry(), destination="例示県架空市１番")
    registry.enter(plan)
    assert state.resident(number).planned_destination == "例示県架空市１番"
    for change in (
        moves.cancel_move_out(state, [number], registry.entry()),
        lives.death(state, number, registry.entry()),
        ex_officio.remove_ex_officio(state, [number], registry.entry()),
    ):
        assert change.subjects.residents[0].planned_destination is None


def test_those_who_are_protected_together_are_suppressed_and_released_together(
    registry: TestRegistry,
) -> None:
    members = family(registry)
    rows = [
        Suppression(key=f"T{place}", reason=SuppressionReason.PROTECTION, since=TODAY, resident=row.number)
        for place, row in enumerate(members)
    ]
    whole = Suppression(
        key="TH",
        reason=SuppressionReason.PROTECTION,
        since=TODAY,
        household=members[0].household,
        until=TODAY - timedelta(days=1),
    )
    registry.enter(side_streams.suppress_together([*rows, whole], registry.entry()))
    assert not registry.state.suppressions["TH"].released
    registry.enter(side_streams.release_together(registry.state, ["T0", "TH"], registry.entry()))
    assert {key for key, row in registry.state.suppressions.items() if row.released} >= {"T0", "TH"}
    assert not registry.state.suppressions["T1"].released


def test_one_card_goes_and_the_holder_of_its_number_is_remembered(registry: TestRegistry) -> None:
    card = next(card for card in registry.state.cards.values() if not card.removed)
    registry.enter(side_streams.remove_card(registry.state, card.serial, registry.entry()))
    assert registry.state.cards[card.serial] == replace(card, removed=True)
    with pytest.raises(InvalidValueError):
        side_streams.remove_card(registry.state, card.serial, registry.entry())
