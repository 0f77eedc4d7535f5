"""What the registry refuses to enter, and rows that contradict themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import AliasEvent, AliasRecord, ResidencyStatus
from certificates.errors import InvalidValueError
from sync.change.reasons import Reason
from sync.registry import ex_officio, given_numbers, groups, moves, other_names, returning, side_streams
from sync.town import numbers
from tests.sync.scenes import FOREIGN, HONSEKI, family, foreigner
from tests.sync.sync_world import TODAY, TestRegistry

Refused = Callable[[TestRegistry, ResidentNumber], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda registry, japanese: returning.naturalise(
            registry.state, japanese, "架空　新", HONSEKI, (registry.entry(), registry.entry())
        ),
        lambda registry, _: returning.lose_nationality(
            registry.state,
            foreigner(registry).number,
            "SAMPLE",
            FOREIGN,
            (registry.entry(), registry.entry()),
        ),
        lambda registry, japanese: ex_officio.renew_stay(registry.state, japanese, FOREIGN, registry.entry()),
        lambda registry, _: ex_officio.transfer_honseki(
            registry.state, [foreigner(registry).number], HONSEKI, registry.entry()
        ),
        lambda registry, japanese: other_names.delete_former_surname(
            registry.state, japanese, registry.entry()
        ),
        lambda registry, japanese: other_names.change_former_surname(
            registry.state, japanese, "標本", registry.entry()
        ),
        lambda registry, japanese: other_names.delete_alias(
            registry.state, japanese, "見本県みほん市", registry.entry()
        ),
        lambda registry, japanese: given_numbers.give_individual_number(
            registry.state,
            japanese,
            numbers.individual_number(1),
            Reason.MINOR_AMENDMENT,
            registry.entry(),
        ),
        lambda registry, japanese: given_numbers.give_resident_code(
            registry.state,
            japanese,
            registry.state.resident(japanese).resident_code,
            Reason.RESIDENT_CODE_ON_REQUEST,
            registry.entry(),
        ),
        lambda registry, _: groups.split_household(
            registry.state,
            [row.number for row in family(registry)],
            numbers.household(9_000),
            registry.entry(),
        ),
        lambda registry, japanese: groups.merge_households(
            registry.state,
            registry.state.resident(japanese).household,
            foreigner(registry).household,
            {row.number: "同居人" for row in family(registry)},
            registry.entry(),
        ),
        lambda registry, _: side_streams.release_together(registry.state, ["none"], registry.entry()),
    ],
)
def test_what_cannot_be_is_not_entered(registry: TestRegistry, change: Refused) -> None:
    with pytest.raises(InvalidValueError):
        change(registry, family(registry)[0].number)


def test_an_alias_is_deleted_before_another_is_entered(registry: TestRegistry) -> None:
    state, person = registry.state, foreigner(registry)
    if person.alias is None:
        registry.enter(
            other_names.enter_alias(state, person.number, "見本　一", "見本県みほん市", registry.entry())
        )
    with pytest.raises(InvalidValueError):
        other_names.enter_alias(state, person.number, "見本　二", "見本県みほん市", registry.entry())


def test_only_the_record_of_a_resident_is_begun_anew(registry: TestRegistry) -> None:
    number = family(registry)[-1].number
    registry.enter(moves.plan_move_out(registry.state, [number], TODAY, registry.entry()))
    with pytest.raises(InvalidValueError):
        returning.renew(registry.state, number, (registry.entry(), registry.entry()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"planned_destination": "例示県架空市１番"},
        {"planned_destination": "", "status": ResidencyStatus.MOVED_OUT, "removed_on": TODAY},
        {"confirmed_destination": "例示県", "status": ResidencyStatus.MOVING_OUT, "removed_on": TODAY},
        {"confirmed_destination": "例示県", "status": ResidencyStatus.DECEASED, "removed_on": TODAY},
        {
            "alias_history": (
                AliasRecord(alias="見本", event=AliasEvent.ENTERED, day=TODAY, municipality="見本県みほん市"),
            )
        },
    ],
)
def test_a_row_that_contradicts_itself_cannot_be_built(
    registry: TestRegistry, wrong: dict[str, object]
) -> None:
    with pytest.raises(InvalidValueError):
        replace(family(registry)[0], **wrong)  # type: ignore[arg-type] # the items differ in type


def test_a_record_of_an_alias_names_the_alias_and_the_municipality() -> None:
    with pytest.raises(InvalidValueError):
        AliasRecord(alias="", event=AliasEvent.ENTERED, day=date(2026, 4, 1), municipality="見本県みほん市")
