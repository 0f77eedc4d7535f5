"""Where nobody knows whose record is out of date, or a fault would slip in with something else, nothing is issued."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.domain.identifiers import mod11_check_digit
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import WireError
from certificates.wire.codec import canonical
from sync.change.events import Subjects
from sync.change.reasons import Reason
from sync.checks.faults import Fault
from sync.feed.wire import ReceiptStatus
from sync.registry import lives, moves, side_streams
from sync.town import Scenario, numbers
from tests.sync.sync_world import NOW, SENDER, TODAY, Held, TestRegistry


def spoilt(registry: TestRegistry, number: int, change: Callable[[dict[str, object]], None]) -> bytes:
    """One event of the registry with its first row changed, canonical and signed as it stands."""
    envelope = json.loads(registry.event(number))
    (rows,) = [rows for rows in envelope["data"].values() if isinstance(rows, list)]
    change(rows[0])
    return canonical(envelope)


def no_household(row: dict[str, object]) -> None:
    row["household"] = "?"


def no_number(row: dict[str, object]) -> None:
    row["number"] = "12"


async def test_what_cannot_be_read_at_all_is_a_gap_for_everybody(held: Held, registry: TestRegistry) -> None:
    """A 支援措置 beside an event that names nobody is not applied either: so nobody is issued anything."""
    alone = registry.town.person(Scenario.LIVES_ALONE)
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    protection = Suppression(
        key="S1", reason=SuppressionReason.PROTECTION, since=TODAY, resident=alone.resident.number
    )
    registry.enter(side_streams.suppress(protection, registry.entry()))
    movers = [row.number for row in registry.state.household(family.resident.household)]
    registry.enter(moves.move_within(registry.state, movers, "見本県みほん市例示町９番", registry.entry()))
    events = [registry.event(1), spoilt(registry, 2, no_number)]
    with pytest.raises(WireError, match="names nobody"):
        await held.receive(registry.frame(1, 2, events=events))
    view = await held.reader.view(alone.serial)
    assert view is not None
    assert (view.watermark.applied, view.watermark.known) == (0, 2)
    # the sound ones come in when the registry sends them without the other
    receipt = await held.receive(registry.frame(1, 1))
    assert receipt.status is ReceiptStatus.APPLIED
    view = await held.reader.view(alone.serial)
    assert view is not None
    assert view.suppressions
    assert view.watermark.applied < view.watermark.known


async def test_an_edit_that_is_no_correction_does_not_carry_a_fault_in(
    held: Held, registry: TestRegistry
) -> None:
    """転居 that also changed 個人番号; then a 軽微な修正 of the 振り仮名, whose row still has the wrong number."""
    alone = registry.town.person(Scenario.LIVES_ALONE)
    change = moves.move_within(
        registry.state, [alone.resident.number], "見本県みほん市例示町９番", registry.entry()
    )
    wrong = numbers.individual_number(77_777)
    rows = tuple(replace(row, individual_number=wrong) for row in change.subjects.residents)
    registry.enter(replace(change, subjects=Subjects(residents=rows)), legal=False)
    registry.enter(
        registry.entry().of_residents(
            Reason.MINOR_AMENDMENT, [replace(rows[0], history=rows[0].history + 1, name_kana="ミホン")]
        ),
        legal=False,
    )
    await held.take_all(registry)
    view = await held.reader.view(alone.serial)
    assert view is not None
    assert view.pending
    assert view.rows[0].individual_number != wrong
    assert [aside.fault for aside in await held.reader.set_aside()] == [
        Fault.NOT_ONLY_ADDRESS,
        Fault.WAITS_FOR_CORRECTION,
    ]
    true = replace(registry.state.residents[alone.resident.number], history=rows[0].history + 1)
    registry.enter(lives.correct(registry.state, [true], registry.entry()))
    await held.take_all(registry)
    view = await held.reader.view(alone.serial)
    assert view is not None
    assert not view.pending


async def test_a_slip_in_the_check_digit_of_a_household_blocks_the_household_that_was_meant(
    held: Held, registry: TestRegistry
) -> None:
    """A child is born into a household whose number has a wrong check digit: 世帯全員 without it must not come out."""
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    rows = registry.state.household(family.resident.household)
    child = replace(rows[-1], number=numbers.resident(99_000), history=1)
    registry.enter(lives.birth(registry.state, child, registry.entry()), legal=False)

    def slip(row: dict[str, object]) -> None:
        household = str(row["household"])
        right = mod11_check_digit(household[:-1])
        row["household"] = household[:-1] + str((int(right) + 1) % 10)

    receipt = await held.receive(registry.frame(1, 1, events=[spoilt(registry, 1, slip)]))
    assert receipt.quarantined == 1
    view = await held.reader.view(family.serial)
    assert view is not None
    assert view.pending


async def test_who_changes_household_unreadably_blocks_those_left_and_is_told_to_everybody_else(
    held: Held, registry: TestRegistry
) -> None:
    """Nobody can read whom he has joined: every view names the change, so that the registry's word can be held to it."""
    family = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    host = registry.town.person(Scenario.LIVES_ALONE)
    child = registry.state.household(family.resident.household)[-1]
    joined = replace(child, household=host.resident.household, history=child.history + 1)
    registry.enter(registry.entry().of_residents(Reason.HOUSEHOLD_CHANGED, [joined]), legal=False)
    receipt = await held.receive(registry.frame(1, 1, events=[spoilt(registry, 1, no_household)]))
    assert receipt.quarantined == 1
    left, joined_by = await held.view(family.serial), await held.view(host.serial)
    assert (left.pending, joined_by.pending) == (True, False)
    assert left.unplaced == joined_by.unplaced == {1}
    registry.enter(lives.correct(registry.state, [child], registry.entry()))
    await held.take_all(registry)
    assert not (await held.view(family.serial)).pending
    assert (await held.view(host.serial)).unplaced == frozenset()


async def test_an_unreadable_card_blocks_who_holds_its_serial_number(
    held: Held, registry: TestRegistry
) -> None:
    holder = registry.town.person(Scenario.LIVES_ALONE)
    claimant = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    registry.enter(
        side_streams.register_card(
            registry.state, claimant.resident.number, numbers.serial(99_000), registry.entry()
        )
    )

    def claim(row: dict[str, object]) -> None:
        row["serial"], row["surprise"] = holder.serial, "x"

    envelope = json.loads(registry.event(1))
    claim(envelope["data"]["cards"][-1])
    receipt = await held.receive(registry.frame(1, 1, events=[canonical(envelope)]))
    assert receipt.quarantined == 1
    for person in (holder, claimant):
        view = await held.reader.view(person.serial)
        assert view is not None
        assert view.pending


async def test_a_frame_of_an_ended_past_is_no_conflict(held: Held, registry: TestRegistry) -> None:
    """Left over in a queue, of before a full load that ended it: nothing of it is taken, and nobody is stopped."""
    person = registry.town.person(Scenario.LIVES_ALONE).resident
    registry.enter(lives.amend_name(registry.state, person.number, "見本　改", registry.entry()))
    await held.take_all(registry)
    other = registry.event(1).replace("改".encode(), "別".encode())
    late = registry.frame(1, 1, events=[other], sent_at=NOW - timedelta(hours=1))
    receipt = await held.receive(late)
    assert receipt.status is ReceiptStatus.GAP
    mark = await held.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (1, 1)


async def test_a_reception_knows_when_the_registry_was_last_heard(held: Held, registry: TestRegistry) -> None:
    reception = held.reception()
    with pytest.raises(WireError):
        await reception.receive(b"noise", SENDER)
    assert reception.seconds_since_heard() == float("inf")
    await reception.receive(registry.heartbeat(), SENDER)
    assert 0 <= reception.seconds_since_heard() < float("inf")
