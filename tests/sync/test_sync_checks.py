"""A corpus of changes that do not fit what the copy holds, as data: what is wrong, and the fault it is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from certificates.domain.identifiers import card_serial
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.change.events import CardCertificate, Record, Subjects
from sync.change.reasons import CORRECTIONS, HALVES, MOVES_OUT, Nature, Reason, Stream
from sync.checks.faults import SENTENCES, Fault
from sync.registry import lives, moves, side_streams
from sync.registry.state import revised
from sync.town import Scenario, numbers
from tests.sync.sync_world import TODAY, Held, TestRegistry


@dataclass(frozen=True)
class Case:
    """``make`` is given the registry and answers with the reason and the rows of the change."""

    name: str
    fault: Fault
    make: Callable[[TestRegistry], tuple[Reason, list[Record]]]
    days: int = 0  # 異動日, counted from today


def head(registry: TestRegistry) -> Resident:
    return registry.town.person(Scenario.HOUSEHOLD_OF_FOUR).resident


def alone(registry: TestRegistry) -> Resident:
    return registry.town.person(Scenario.LIVES_ALONE).resident


def stranger(registry: TestRegistry) -> Resident:
    return replace(
        alone(registry), number=numbers.resident(9_000), household=numbers.household(9_000), history=1
    )


def gone(row: Resident, status: ResidencyStatus) -> Resident:
    return revised(row, status=status, removed_on=TODAY)


def suppression(registry: TestRegistry, **items: object) -> Suppression:
    standing = next(row for row in registry.state.suppressions.values() if row.resident is not None)
    return replace(standing, **items)  # type: ignore[arg-type]  # the case decides which items


CASES = [
    Case(
        "転入 of a current resident", Fault.ALREADY_RESIDENT, lambda r: (Reason.MOVE_IN, [revised(head(r))])
    ),
    Case(
        "転入 of a current resident beside a real newcomer",
        Fault.ALREADY_RESIDENT,
        lambda r: (
            Reason.MOVE_IN,
            [
                revised(head(r), name="見本　改"),
                replace(stranger(r), household=head(r).household, relation="弟"),
            ],
        ),
    ),
    Case(
        "転入 of somebody who has planned to move out",
        Fault.ALREADY_RESIDENT,
        lambda r: (
            Reason.MOVE_IN,
            [
                revised(
                    r.town.person(Scenario.MOVING_OUT).resident,
                    status=ResidencyStatus.RESIDENT,
                    removed_on=None,
                )
            ],
        ),
    ),
    Case(
        "転入 as somebody who is not resident",
        Fault.STATUS_CHANGED,
        lambda r: (Reason.MOVE_IN, [replace(stranger(r), status=ResidencyStatus.DECEASED, removed_on=TODAY)]),
    ),
    Case(
        "転入 tomorrow",
        Fault.DAY_IN_FUTURE,
        lambda r: (Reason.MOVE_IN, [stranger(r)]),
        days=1,
    ),
    Case(
        "転居 that drops the 住民票コード",
        Fault.NOT_ONLY_ADDRESS,
        lambda r: (
            Reason.MOVE_WITHIN,
            [revised(alone(r), address="見本県みほん市例示町１番", resident_code=None)],
        ),
    ),
    Case(
        "転居 that changes the relation and nobody's household",
        Fault.NOT_ONLY_ADDRESS,
        lambda r: (
            Reason.MOVE_WITHIN,
            [
                revised(
                    row,
                    address="見本県みほん市例示町１番",
                    relation="縁故者" if not row.is_head else row.relation,
                )
                for row in r.state.household(head(r).household)
            ],
        ),
    ),
    Case("an unknown resident", Fault.UNKNOWN_RESIDENT, lambda r: (Reason.MOVE_WITHIN, [stranger(r)])),
    Case(
        "the death of somebody unknown",
        Fault.UNKNOWN_RESIDENT,
        lambda r: (Reason.DEATH, [replace(stranger(r), status=ResidencyStatus.DECEASED, removed_on=TODAY)]),
    ),
    Case(
        "a resident who moved out long ago",
        Fault.NOT_CURRENT,
        lambda r: (Reason.MOVE_WITHIN, [revised(r.town.person(Scenario.MOVED_OUT).resident)]),
    ),
    Case(
        "a second death",
        Fault.NOT_CURRENT,
        lambda r: (Reason.DEATH, [revised(r.town.person(Scenario.DECEASED).resident)]),
    ),
    Case(
        "履歴番号 that skips one",
        Fault.WRONG_HISTORY,
        lambda r: (Reason.AMENDMENT_EX_OFFICIO, [replace(alone(r), history=alone(r).history + 2)]),
    ),
    Case(
        "履歴番号 that stays",
        Fault.WRONG_HISTORY,
        lambda r: (Reason.AMENDMENT_EX_OFFICIO, [alone(r)]),
    ),
    Case(
        "a newcomer whose 履歴番号 is not 1",
        Fault.WRONG_HISTORY,
        lambda r: (Reason.BIRTH, [replace(stranger(r), history=2)]),
    ),
    Case(
        "the head dies and nobody follows",
        Fault.NOT_ONE_HEAD,
        lambda r: (Reason.DEATH, [gone(head(r), ResidencyStatus.DECEASED)]),
    ),
    Case(
        "two heads",
        Fault.NOT_ONE_HEAD,
        lambda r: (
            Reason.HEAD_CHANGED,
            [revised(r.state.household(head(r).household)[1], relation="世帯主")],
        ),
    ),
    Case(
        "a newcomer alone who is no head",
        Fault.NOT_ONE_HEAD,
        lambda r: (Reason.MOVE_IN, [replace(stranger(r), relation="子")]),
    ),
    Case(
        "職権修正 that removes somebody",
        Fault.STATUS_CHANGED,
        lambda r: (Reason.AMENDMENT_EX_OFFICIO, [gone(alone(r), ResidencyStatus.REMOVED)]),
    ),
    Case(
        "転出 recorded as a death",
        Fault.STATUS_CHANGED,
        lambda r: (Reason.MOVE_OUT, [gone(alone(r), ResidencyStatus.DECEASED)]),
    ),
    Case("転出 of nobody", Fault.NOBODY_REMOVED, lambda r: (Reason.MOVE_OUT, [revised(alone(r))])),
    Case(
        "死亡 that renames the widow",
        Fault.NOT_ONLY_HOUSEHOLD,
        lambda r: (
            Reason.DEATH,
            [
                gone(head(r), ResidencyStatus.DECEASED),
                *[
                    revised(
                        row, relation="世帯主" if row.relation == "妻" else row.relation, name=row.name + "改"
                    )
                    for row in r.state.household(head(r).household)[1:]
                ],
            ],
        ),
    ),
    Case(
        "改製 whose second half has not come",
        Fault.WAITS_FOR_SECOND_HALF,
        lambda r: (Reason.REMOVAL_RENEWAL, [gone(alone(r), ResidencyStatus.REMOVED)]),
    ),
    Case(
        "印鑑登録 of somebody who has a seal",
        Fault.SEAL_EXISTS,
        lambda r: (Reason.SEAL_REGISTERED, [replace(r.state.seals[head(r).number], history=2)]),
    ),
    Case(
        "改印 of somebody who has none",
        Fault.NO_SEAL,
        lambda r: (
            Reason.SEAL_CHANGED,
            [replace(r.state.seals[head(r).number], resident=alone(r).number, history=1)],
        ),
    ),
    Case(
        "廃止 that leaves the seal valid",
        Fault.NO_SEAL,
        lambda r: (Reason.SEAL_ABOLISHED, [replace(r.state.seals[head(r).number], history=2)]),
    ),
    Case(
        "a seal's 履歴番号 that stays",
        Fault.WRONG_HISTORY,
        lambda r: (
            Reason.SEAL_ABOLISHED,
            [replace(r.state.seals[head(r).number], cancelled_on=TODAY)],
        ),
    ),
    Case(
        "a seal's 履歴番号 that skips one",
        Fault.WRONG_HISTORY,
        lambda r: (Reason.SEAL_CHANGED, [replace(r.state.seals[head(r).number], history=3)]),
    ),
    Case(
        "印鑑登録 of a stranger",
        Fault.UNKNOWN_RESIDENT,
        lambda r: (
            Reason.SEAL_REGISTERED,
            [replace(r.state.seals[head(r).number], resident=stranger(r).number, history=1)],
        ),
    ),
    Case(
        "印鑑登録 of somebody who has gone",
        Fault.NOT_CURRENT,
        lambda r: (
            Reason.SEAL_REGISTERED,
            [
                replace(
                    r.state.seals[head(r).number],
                    resident=r.town.person(Scenario.MOVED_OUT).resident.number,
                    history=1,
                )
            ],
        ),
    ),
    Case(
        "発行抑止 that is released already",
        Fault.SUPPRESSION_MISMATCH,
        lambda r: (Reason.SUPPRESSED, [suppression(r, key="T9", released=True)]),
    ),
    Case(
        "発行抑止 with the key of another person's",
        Fault.SUPPRESSION_MISMATCH,
        lambda r: (Reason.SUPPRESSED, [suppression(r, resident=alone(r).number)]),
    ),
    Case(
        "解除 of a suppression that never was",
        Fault.UNKNOWN_SUPPRESSION,
        lambda r: (Reason.SUPPRESSION_RELEASED, [suppression(r, key="T9", released=True)]),
    ),
    Case(
        "a card for a stranger",
        Fault.UNKNOWN_RESIDENT,
        lambda r: (
            Reason.CARD_REGISTERED,
            [CardCertificate(serial=card_serial("7abc"), resident=stranger(r).number)],
        ),
    ),
    Case(
        "removing a serial that was never registered",
        Fault.UNKNOWN_SERIAL,
        lambda r: (
            Reason.CARD_REMOVED,
            [CardCertificate(serial=card_serial("7abc"), resident=head(r).number, removed=True)],
        ),
    ),
    Case(
        "removing a serial that stays",
        Fault.UNKNOWN_SERIAL,
        lambda r: (
            Reason.CARD_REMOVED,
            [CardCertificate(serial=card_serial("7abc"), resident=head(r).number)],
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
async def test_a_change_that_does_not_fit_is_set_aside_for_its_reason(
    case: Case, simple: Held, registry: TestRegistry
) -> None:
    reason, rows = case.make(registry)
    fields = {stream: [row for row in rows if isinstance(row, kind)] for stream, kind in _KINDS.items()}
    entry = registry.entry(on=TODAY + timedelta(days=case.days))
    subjects = Subjects(**{name: tuple(found) for name, found in fields.items()})  # type: ignore[arg-type]
    registry.enter(entry.change(reason, subjects), legal=False)
    receipt = await simple.take_all(registry)
    assert (receipt.applied, receipt.quarantined) == (1, 1)
    assert [aside.fault for aside in await simple.reader.set_aside()] == [case.fault]


_KINDS: dict[str, type] = {
    "residents": Resident,
    "seals": SealRegistration,
    "suppressions": Suppression,
    "cards": CardCertificate,
}


async def test_a_move_out_may_lie_ahead(simple: Held, registry: TestRegistry) -> None:
    entry = registry.entry(on=TODAY + timedelta(days=14))
    change = moves.plan_move_out(registry.state, [alone(registry).number], entry.on, entry)
    registry.enter(change)
    assert (await simple.take_all(registry)).quarantined == 0


async def test_a_renewal_never_shows_its_person_as_gone(simple: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    row = person.resident
    first = registry.entry().of_residents(Reason.REMOVAL_RENEWAL, [gone(row, ResidencyStatus.REMOVED)])
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


def test_every_fault_has_its_sentence_in_both_languages() -> None:
    assert set(SENTENCES) == set(Fault)
    assert all(sentence.ja and sentence.en for sentence in SENTENCES.values())


def test_every_reason_of_the_standard_is_there_once() -> None:
    assert len(Reason) == len({reason.value for reason in Reason}) == 44
    by_nature = {
        nature: sum(reason.stream is Stream.RESIDENTS and reason.nature is nature for reason in Reason)
        for nature in Nature
    }
    assert by_nature == {Nature.ENTRY: 9, Nature.REMOVAL: 9, Nature.AMENDMENT: 19}
    assert HALVES.isdisjoint(CORRECTIONS)
    assert MOVES_OUT.isdisjoint(CORRECTIONS)
