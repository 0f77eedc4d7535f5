"""What the checks let through: legal changes that look unusual, and what sets a bad one right."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.change.events import Subjects
from sync.change.reasons import CORRECTIONS, HALVES, MOVES_OUT, Nature, Reason, Stream
from sync.registry import lives, moves, side_streams
from sync.registry.state import revised
from sync.town import Scenario, numbers
from tests.sync.sync_world import TODAY, Held, TestRegistry


async def test_a_move_out_may_lie_ahead(simple: Held, registry: TestRegistry) -> None:
    entry = registry.entry(on=TODAY + timedelta(days=14))
    change = moves.plan_move_out(
        registry.state, [registry.town.person(Scenario.LIVES_ALONE).resident.number], entry.on, entry
    )
    registry.enter(change)
    assert (await simple.take_all(registry)).quarantined == 0


async def test_a_renewal_never_shows_its_person_as_gone(simple: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    row = person.resident
    first = registry.entry().of_residents(
        Reason.REMOVAL_RENEWAL, [revised(row, status=ResidencyStatus.REMOVED, removed_on=TODAY)]
    )
    registry.enter(first)
    await simple.take_all(registry)
    view = await simple.view(person.serial)
    assert view.pending
    assert [current.status for current in view.rows] == [ResidencyStatus.RESIDENT]
    renewed = replace(row, history=row.history + 2)
    registry.enter(registry.entry().of_residents(Reason.ENTRY_RENEWAL, [renewed]))
    assert (await simple.take_all(registry)).quarantined == 0
    view = await simple.view(person.serial)
    assert not view.pending
    assert view.rows == (renewed,)


async def test_a_cancelled_move_out_makes_a_resident_again(simple: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.MOVING_OUT)
    registry.enter(moves.cancel_move_out(registry.state, [person.resident.number], registry.entry()))
    assert (await simple.take_all(registry)).quarantined == 0
    assert [row.status for row in (await simple.view(person.serial)).rows] == [ResidencyStatus.RESIDENT]


async def test_a_removed_record_may_be_corrected(simple: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.MOVED_OUT)
    row = replace(person.resident, name_kana=None)
    registry.enter(lives.correct(registry.state, (row,), registry.entry()))
    assert (await simple.take_all(registry)).quarantined == 0


async def test_a_seal_may_be_registered_again_after_it_was_abolished(
    simple: Held, registry: TestRegistry
) -> None:
    person = registry.town.person(Scenario.SEAL_HOLDER)
    number = person.resident.number
    imprint = registry.state.seals[number].imprint
    registry.enter(side_streams.abolish_seal(registry.state, number, registry.entry()))
    await simple.take_all(registry)
    seal = (await simple.view(person.serial)).seal
    assert seal is not None
    assert not seal.is_valid
    registry.enter(side_streams.register_seal(registry.state, number, "1234", imprint, registry.entry()))
    assert (await simple.take_all(registry)).quarantined == 0
    seal = (await simple.view(person.serial)).seal
    assert seal is not None
    assert (seal.is_valid, seal.history) == (True, 3)


async def test_a_spoilt_seal_change_is_set_right_by_the_next_one(
    simple: Held, registry: TestRegistry
) -> None:
    person = registry.town.person(Scenario.SEAL_HOLDER)
    seal = registry.state.seals[person.resident.number]
    bad = registry.entry().change(Reason.SEAL_CHANGED, Subjects(seals=(replace(seal, history=5),)))
    registry.enter(bad, legal=False)
    await simple.take_all(registry)
    assert (await simple.view(person.serial)).pending
    good = registry.entry().change(Reason.SEAL_CHANGED, Subjects(seals=(replace(seal, history=6),)))
    registry.enter(good)
    assert (await simple.take_all(registry)).quarantined == 0
    assert not (await simple.view(person.serial)).pending


async def test_a_spoilt_suppression_is_set_right_by_the_next_one(
    simple: Held, registry: TestRegistry
) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    new = Suppression(
        key="T9", reason=SuppressionReason.OTHER, since=TODAY, resident=person.resident.number, released=True
    )
    registry.enter(
        registry.entry().change(Reason.SUPPRESSION_RELEASED, Subjects(suppressions=(new,))), legal=False
    )
    await simple.take_all(registry)
    assert (await simple.view(person.serial)).pending
    registry.enter(side_streams.suppress(replace(new, released=False), registry.entry()))
    await simple.take_all(registry)
    view = await simple.view(person.serial)
    assert not view.pending
    assert [row.key for row in view.suppressions] == ["T9"]


def test_every_reason_of_the_standard_is_there_once() -> None:
    assert len(Reason) == len({reason.value for reason in Reason}) == 44
    by_nature = {
        nature: sum(reason.stream is Stream.RESIDENTS and reason.nature is nature for reason in Reason)
        for nature in Nature
    }
    assert by_nature == {Nature.ENTRY: 9, Nature.REMOVAL: 9, Nature.AMENDMENT: 19}
    assert HALVES.isdisjoint(CORRECTIONS)
    assert MOVES_OUT.isdisjoint(CORRECTIONS)


async def taken(held: Held, registry: TestRegistry) -> list[str]:
    """Takes everything that the copy lacks; the faults and places of what is set aside."""
    await held.take_all(registry)
    return [f"{aside.fault.value} {aside.where}" for aside in await held.reader.set_aside()]


def family(registry: TestRegistry) -> tuple[Resident, ...]:
    head = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR).resident
    return registry.state.household(head.household)


async def test_a_foreign_resident_becomes_japanese_by_removal_and_entry_alone(
    simple: Held, registry: TestRegistry
) -> None:
    person = registry.town.person(Scenario.FOREIGN)
    row, entry = person.resident, registry.entry
    gone = revised(row, status=ResidencyStatus.REMOVED, removed_on=TODAY)
    registry.enter(entry().of_residents(Reason.REMOVAL_NATURALISATION, [gone]))
    japanese = revised(
        gone,
        status=ResidencyStatus.RESIDENT,
        removed_on=None,
        foreign=None,
        honseki=Honseki(place="見本県みほん市例示町１番地", head="見本　新"),
        name="見本　新",
        household_head="見本　新",
    )
    registry.enter(entry().of_residents(Reason.ENTRY_NATURALISATION, [japanese]))
    assert await taken(simple, registry) == []
    assert (await simple.view(person.serial)).rows == (japanese,)


async def test_a_japanese_resident_who_loses_the_nationality_is_entered_as_foreign(
    simple: Held, registry: TestRegistry
) -> None:
    row = registry.town.person(Scenario.LIVES_ALONE).resident
    gone = revised(row, status=ResidencyStatus.REMOVED, removed_on=TODAY)
    registry.enter(registry.entry().of_residents(Reason.REMOVAL_LOSS_OF_NATIONALITY, [gone]))
    foreign = revised(
        gone,
        status=ResidencyStatus.RESIDENT,
        removed_on=None,
        honseki=None,
        foreign=ForeignStatus(nationality="米国", category="中長期在留者"),
    )
    registry.enter(registry.entry().of_residents(Reason.ENTRY_LOSS_OF_NATIONALITY, [foreign]))
    assert await taken(simple, registry) == []


async def test_somebody_who_was_away_may_come_back_with_another_nationality(
    simple: Held, registry: TestRegistry
) -> None:
    row = registry.town.person(Scenario.MOVED_OUT).resident
    back = revised(
        row,
        status=ResidencyStatus.RESIDENT,
        removed_on=None,
        honseki=None,
        foreign=ForeignStatus(nationality="米国", category="中長期在留者"),
    )
    registry.enter(registry.entry().of_residents(Reason.MOVE_IN, [back]))
    assert await taken(simple, registry) == []


async def test_an_entry_may_bring_the_household_of_somebody_who_plans_to_go(
    simple: Held, registry: TestRegistry
) -> None:
    head = registry.town.person(Scenario.LIVES_WITH_MOVER).resident
    rows = registry.state.household(head.household)
    others = [revised(row, relation="縁故者") for row in rows if not row.is_head]
    child = replace(
        registry.town.person(Scenario.UNDER_FIFTEEN).resident,
        number=numbers.resident(9_000),
        household=head.household,
        history=1,
        relation="縁故者",
        household_head=head.name,
        address=head.address,
        birth=RecordedDate.of(TODAY),
        became_resident=RecordedDate.of(TODAY),
        address_since=RecordedDate.of(TODAY),
    )
    registry.enter(registry.entry().of_residents(Reason.BIRTH, [child, *others]))
    assert await taken(simple, registry) == []


async def test_an_unknown_birth_day_is_held_against_nobody(simple: Held, registry: TestRegistry) -> None:
    head = family(registry)[0]
    foundling = replace(
        registry.town.person(Scenario.UNDER_FIFTEEN).resident,
        number=numbers.resident(9_000),
        household=head.household,
        history=1,
        relation="縁故者",
        household_head=head.name,
        address=head.address,
        birth=RecordedDate(2026, 3),
    )
    registry.enter(registry.entry().of_residents(Reason.BIRTH, [foundling]))
    imprint = registry.state.seals[head.number].imprint
    elder = registry.town.person(Scenario.BIRTH_DAY_UNKNOWN).resident.number
    registry.enter(side_streams.register_seal(registry.state, elder, "777", imprint, registry.entry()))
    assert await taken(simple, registry) == []


async def test_a_new_head_must_come_with_the_rows_of_all(simple: Held, registry: TestRegistry) -> None:
    head, spouse, *_ = family(registry)
    rows = [
        revised(head, relation="夫", household_head=spouse.name),
        revised(spouse, relation="世帯主", household_head=spouse.name),
    ]
    registry.enter(registry.entry().of_residents(Reason.HEAD_CHANGED, rows), legal=False)
    assert await taken(simple, registry) == ["wrong-head-name residents[1].household_head"]


async def test_the_name_of_a_foreign_head_may_be_the_alias(simple: Held, registry: TestRegistry) -> None:
    head = registry.town.person(Scenario.FOREIGN_FAMILY).resident
    rows = registry.state.household(head.household)
    said = [revised(row, household_head=f"{head.name}（{head.alias}）") for row in rows]
    registry.enter(registry.entry().of_residents(Reason.AMENDMENT_EX_OFFICIO, said))
    assert await taken(simple, registry) == []


async def test_a_partial_move_within_needs_a_household_of_its_own(
    simple: Held, registry: TestRegistry
) -> None:
    *_, child = family(registry)
    address = "見本県みほん市例示町９番９号"
    row = revised(child, address=address, address_since=RecordedDate.of(TODAY))
    registry.enter(registry.entry().of_residents(Reason.MOVE_WITHIN, [row]), legal=False)
    assert await taken(simple, registry) == ["not-one-address residents[0].address"]


async def test_an_address_is_corrected_person_by_person_while_the_household_is_blocked(
    simple: Held, registry: TestRegistry
) -> None:
    everybody = family(registry)
    address = "見本県みほん市例示町９番９号"
    spoilt = [revised(row, address=address, name=row.name + "改") for row in everybody]
    registry.enter(registry.entry().of_residents(Reason.MOVE_WITHIN, spoilt), legal=False)
    assert await taken(simple, registry) == ["not-only-address residents[0].name"]
    for row in everybody:
        registry.enter(lives.correct(registry.state, [replace(row, address=address)], registry.entry()))
    assert await taken(simple, registry) == []
    view = await simple.view(registry.town.person(Scenario.HOUSEHOLD_OF_FOUR).serial)
    assert not view.pending
    assert {row.address for row in view.rows} == {address}


async def test_no_suppression_ends_by_its_last_day(simple: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    past = Suppression(
        key="T9",
        reason=SuppressionReason.PROTECTION,
        since=date(2020, 4, 1),
        until=date(2021, 3, 31),
        resident=person.resident.number,
    )
    registry.enter(side_streams.suppress(past, registry.entry()))
    assert await taken(simple, registry) == []
    assert (await simple.view(person.serial)).suppressions == (past,)
