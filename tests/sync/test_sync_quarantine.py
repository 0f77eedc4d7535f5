"""A change that fails a check is set aside: it blocks whom it names and nobody else, and a correction lifts it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.domain.identifiers import card_serial
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import WireError
from certificates.wire.codec import canonical
from sync.change.events import CardCertificate, Subjects
from sync.change.reasons import Reason
from sync.checks.faults import Fault
from sync.feed.full_load import load_full
from sync.registry import lives, side_streams
from sync.registry.state import revised
from sync.town import Scenario, numbers
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import bad_move
from tests.sync.sync_world import NOW, TODAY, TRUSTED, Held, TestRegistry, require_equal, settled


async def test_a_bad_change_blocks_everybody_it_names_and_nobody_else(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    before = {serial: await settled(held.reader, serial) for serial in registry.state.cards}
    registry.enter(bad_move(registry, family), legal=False)
    receipt = await held.take_all(registry)
    assert (receipt.applied, receipt.quarantined) == (1, 1)
    (aside,) = await held.reader.set_aside()
    assert (aside.sequence, aside.fault) == (1, Fault.NOT_ONLY_ADDRESS)
    assert "住所" in aside.sentence.ja
    assert "address" in aside.sentence.en
    for serial, card in registry.state.cards.items():
        view = await held.reader.view(serial)
        if view is None:
            continue
        household = registry.state.residents[card.resident].household
        assert view.pending is (household == family.resident.household)
        assert (view.holder, frozenset(view.rows)) == (before[serial] or ())[:2]


async def test_a_correction_lifts_the_block_and_is_what_the_copy_shows(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    change = bad_move(registry, family)
    registry.enter(change, legal=False)
    await held.take_all(registry)
    truth = tuple(
        replace(row, name=registry.state.residents[row.number].name) for row in change.subjects.residents
    )
    registry.enter(lives.correct(registry.state, truth, registry.entry()))
    receipt = await held.take_all(registry)
    assert receipt.quarantined == 0
    assert await held.reader.set_aside() == ()
    assert not (await held.view(family.serial)).pending
    await require_equal(held, registry)


async def test_the_block_stays_until_everybody_it_names_is_corrected(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(bad_move(registry, family), legal=False)
    head, *others = registry.state.household(family.resident.household)
    registry.enter(lives.correct(registry.state, (head,), registry.entry()))
    await held.take_all(registry)
    assert (await held.view(family.serial)).pending
    assert len(await held.reader.set_aside()) == 1
    registry.enter(lives.correct(registry.state, tuple(others), registry.entry()))
    await held.take_all(registry)
    assert not (await held.view(family.serial)).pending
    assert await held.reader.set_aside() == ()


async def test_what_follows_a_bad_change_waits_for_the_correction_too(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    number = family.resident.number
    registry.enter(bad_move(registry, family), legal=False)
    later = lives.enter_former_surname(registry.state, number, "標本", registry.entry())
    (row,) = later.subjects.residents
    later = replace(later, subjects=Subjects(residents=(replace(row, history=row.history + 1),)))
    registry.enter(later, legal=False)
    await held.take_all(registry)
    faults = [aside.fault for aside in await held.reader.set_aside()]
    assert faults == [Fault.NOT_ONLY_ADDRESS, Fault.WAITS_FOR_CORRECTION]
    everybody = registry.state.household(family.resident.household)
    registry.enter(lives.correct(registry.state, everybody, registry.entry()))
    await held.take_all(registry)
    assert await held.reader.set_aside() == ()
    await require_equal(held, registry)


async def test_bad_change_and_correction_in_one_delivery_leave_no_block(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(bad_move(registry, family), legal=False)
    everybody = registry.state.household(family.resident.household)
    registry.enter(lives.correct(registry.state, everybody, registry.entry()))
    receipt = await held.take_all(registry)
    assert receipt.quarantined == 0
    assert await held.reader.set_aside() == ()
    await require_equal(held, registry)


async def test_a_full_load_lifts_every_block(held: Held, registry: TestRegistry, tmp_path: Path) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(bad_move(registry, family), legal=False)
    await held.take_all(registry)
    assert (await held.view(family.serial)).pending
    path = registry.write(tmp_path / "again.jsonl")
    await load_full(held.store, path, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    assert await held.reader.set_aside() == ()
    await require_equal(held, registry)


async def test_a_household_that_a_bad_change_moves_into_is_blocked_as_well(
    simple: Held, registry: TestRegistry
) -> None:
    newcomer = registry.town.person(Scenario.LIVES_ALONE).resident
    host = registry.town.person(Scenario.LARGE_HOUSEHOLD)
    row = revised(newcomer, household=host.resident.household, name="見本　別人")
    registry.enter(registry.entry().of_residents(Reason.MOVE_WITHIN, [row]), legal=False)
    await simple.take_all(registry)
    assert (await simple.view(host.serial)).pending
    registry.enter(lives.correct(registry.state, (newcomer,), registry.entry()))
    await simple.take_all(registry)
    assert not (await simple.view(host.serial)).pending


async def test_a_serial_of_another_person_is_never_rebound(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    owner = registry.town.person(Scenario.SEAL_HOLDER)
    claimant = registry.town.person(Scenario.WITHOUT_SEAL)
    card = CardCertificate(serial=owner.serial, resident=claimant.resident.number)
    registry.enter(registry.entry().change(Reason.CARD_REGISTERED, Subjects(cards=(card,))), legal=False)
    await held.take_all(registry)
    view = await held.view(owner.serial)
    assert view.holder == owner.resident.number
    assert view.pending  # one of the two is wrong, and nobody knows which
    assert (await held.view(claimant.serial)).pending
    for person in (owner, claimant):
        registry.enter(
            side_streams.register_card(
                registry.state, person.resident.number, person.serial, registry.entry()
            )
        )
    await held.take_all(registry)
    assert not (await held.view(owner.serial)).pending
    # the claimant's own row never came: what was meant by it, only the whole register tells
    assert (await held.view(claimant.serial)).pending
    await load_full(
        held.store, registry.write(tmp_path / "full.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW
    )
    await require_equal(held, registry)


async def test_suppressions_take_effect_whatever_else_is_wrong_in_the_delivery(
    held: Held, registry: TestRegistry
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(bad_move(registry, family), legal=False)
    suppression = Suppression(
        key="T1", reason=SuppressionReason.PROTECTION, since=TODAY, resident=family.resident.number
    )
    registry.enter(side_streams.suppress(suppression, registry.entry()))
    receipt = await held.take_all(registry)
    assert receipt.quarantined == 1
    assert (await held.view(family.serial)).suppressions == (suppression,)


async def test_a_seal_for_somebody_whose_entry_is_set_aside_is_kept(
    simple: Held, registry: TestRegistry
) -> None:
    template = registry.town.person(Scenario.LIVES_ALONE).resident
    fresh = replace(template, number=numbers.resident(5_000), household=numbers.household(5_000), history=3)
    registry.enter(registry.entry().of_residents(Reason.MOVE_IN, [fresh]), legal=False)
    serial = card_serial("7123456789")
    registry.enter(
        registry.entry().change(
            Reason.CARD_REGISTERED, Subjects(cards=(CardCertificate(serial=serial, resident=fresh.number),))
        )
    )
    receipt = await simple.take_all(registry)
    assert receipt.quarantined == 1
    view = await simple.view(serial)
    assert view.pending
    assert view.rows == ()


def unreadable(registry: TestRegistry, sequence: int, **items: object) -> bytes:
    """The event of ``sequence`` with other contents in its first row."""
    event = json.loads(registry.event(sequence))
    row = next(rows[0] for rows in event["data"].values() if isinstance(rows, list))
    row.update(items)
    return canonical(event)


@pytest.mark.parametrize(
    ("items", "named"),
    [
        ({"birth": {"year": 1980, "month": 13}}, "birth"),
        ({"sex": "?"}, "sex"),
        ({"name": ""}, "氏名"),
        ({"history": 10**12}, "履歴番号"),
        ({"colour": "red"}, "colour"),
        ({"status": "resident"}, "canonical"),
        ({"household": "000200000000019"}, "世帯番号"),
        ({"individual_number": "12"}, "個人番号"),
    ],
)
async def test_a_row_that_cannot_be_read_blocks_its_person_and_says_which_item(
    simple: Held, registry: TestRegistry, items: dict[str, object], named: str
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(
        lives.amend_name(registry.state, family.resident.number, "架空　改", registry.entry()), legal=False
    )
    frame = registry.frame(1, 1, events=[unreadable(registry, 1, **items)])
    receipt = await simple.receive(frame)
    assert receipt.quarantined == 1
    (aside,) = await simple.reader.set_aside()
    assert aside.fault is Fault.UNREADABLE
    assert named in aside.where
    assert family.resident.name not in aside.where
    assert (await simple.view(family.serial)).pending
    assert (await simple.receive(frame)).quarantined == 0
    everybody = registry.state.household(family.resident.household)
    registry.enter(lives.correct(registry.state, everybody, registry.entry()))
    await simple.receive(registry.frame(2, 2))
    assert not (await simple.view(family.serial)).pending


@pytest.mark.parametrize("items", [{"number": "1"}, {"number": None}, {"number": "000100000000014"}])
async def test_a_row_that_names_nobody_holds_the_whole_feed(
    simple: Held, registry: TestRegistry, items: dict[str, object]
) -> None:
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(
        lives.amend_name(registry.state, family.resident.number, "架空　改", registry.entry()), legal=False
    )
    with pytest.raises(WireError, match="names nobody"):
        await simple.receive(registry.frame(1, 1, events=[unreadable(registry, 1, **items)]))
    await simple.receive(registry.heartbeat())
    mark = (await simple.view(family.serial)).watermark
    assert mark.applied < mark.known
