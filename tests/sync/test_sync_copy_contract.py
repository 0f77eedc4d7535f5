"""What every copy does: show what the register says, take each change once, and say when it cannot vouch."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from certificates.domain.household import Household
from certificates.domain.identifiers import ResidentNumber, card_serial
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from sync.feed.full_load import load_full
from sync.feed.wire import ReceiptStatus
from sync.registry import lives, moves, side_streams
from sync.town import Scenario
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, TRUSTED, Held, TestRegistry, require_equal


async def test_a_view_shows_holder_household_seal_and_watermark(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    view = await held.view(person.serial)
    assert view.holder == person.resident.number
    assert Household.of(view.rows).members == registry.state.household(person.resident.household)
    assert view.seal == registry.state.seals[person.resident.number]
    assert view.suppressions == ()
    assert not view.pending
    assert (view.watermark.applied, view.watermark.known, view.watermark.heard_at) == (0, 0, NOW)


async def test_every_card_of_a_loaded_copy_shows_what_the_register_says(
    held: Held, registry: TestRegistry
) -> None:
    await require_equal(held, registry)


async def test_removed_members_are_part_of_the_view(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.DECEASED)
    view = await held.view(person.serial)
    assert {row.status.value for row in view.rows} == {"resident", "deceased"}


async def test_suppressions_of_person_and_household_are_part_of_the_view(
    held: Held, registry: TestRegistry
) -> None:
    protected = await held.view(registry.town.person(Scenario.PROTECTED).serial)
    assert [row.resident for row in protected.suppressions] == [protected.holder]
    whole = await held.view(registry.town.person(Scenario.HOUSEHOLD_SUPPRESSED).serial)
    assert [row.household for row in whole.suppressions] == [whole.rows[0].household]


async def test_an_unknown_serial_has_no_view(held: Held) -> None:
    assert await held.reader.view(card_serial("abcdef")) is None


async def test_an_empty_copy_knows_nothing(empty: Held) -> None:
    assert await empty.reader.watermark() is None
    assert await empty.reader.view(card_serial("abcdef")) is None


async def test_a_feed_from_number_one_fills_an_empty_copy(empty: Held, registry: TestRegistry) -> None:
    newcomer = registry.town.person(Scenario.LIVES_ALONE)
    arrived = replace(newcomer.resident, history=1)
    registry.state = type(registry.state)()
    registry.enter(moves.move_in(registry.state, [arrived], registry.entry()))
    registry.enter(
        side_streams.register_card(registry.state, arrived.number, newcomer.serial, registry.entry())
    )
    receipt = await empty.receive(registry.frame(1, 2))
    assert (receipt.status, receipt.applied, receipt.quarantined) == (ReceiptStatus.APPLIED, 2, 0)
    await require_equal(empty, registry)


async def test_a_day_of_legal_changes_is_applied_whole(held: Held, registry: TestRegistry) -> None:
    for change in day_of_changes(registry.town, 150):
        registry.enter(change)
    for first in range(1, registry.position + 1, 40):
        receipt = await held.receive(registry.frame(first, min(first + 39, registry.position)))
        assert receipt.quarantined == 0
    assert await held.reader.set_aside() == ()
    await require_equal(held, registry)


async def test_a_renewed_card_is_known_by_its_new_serial_alone(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.SEAL_HOLDER)
    new = card_serial("7fffffffffff")
    registry.enter(side_streams.register_card(registry.state, person.resident.number, new, registry.entry()))
    await held.take_all(registry)
    assert (await held.view(new)).holder == person.resident.number
    assert await held.reader.view(person.serial) is None


async def test_a_released_suppression_is_no_longer_shown(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.PROTECTED)
    (key,) = [
        row.key for row in registry.state.suppressions.values() if row.resident == person.resident.number
    ]
    registry.enter(side_streams.release(registry.state, key, registry.entry()))
    await held.take_all(registry)
    assert (await held.view(person.serial)).suppressions == ()


async def test_the_same_delivery_again_changes_nothing(held: Held, registry: TestRegistry) -> None:
    for change in day_of_changes(registry.town, 20):
        registry.enter(change)
    frame = registry.frame(1, registry.position)
    first = await held.receive(frame)
    again = await held.receive(frame)
    assert (first.status, again.status) == (ReceiptStatus.APPLIED, ReceiptStatus.DUPLICATE)
    assert first.applied == again.applied == registry.position
    await require_equal(held, registry)


async def test_of_an_overlapping_delivery_only_the_new_part_is_applied(
    held: Held, registry: TestRegistry
) -> None:
    for change in day_of_changes(registry.town, 20):
        registry.enter(change)
    await held.receive(registry.frame(1, 12))
    receipt = await held.receive(registry.frame(5, registry.position))
    assert (receipt.status, receipt.applied) == (ReceiptStatus.APPLIED, registry.position)
    await require_equal(held, registry)


async def test_a_gap_applies_nothing_and_is_seen_by_the_next_view(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.LIVES_ALONE)
    for change in day_of_changes(registry.town, 10):
        registry.enter(change)
    receipt = await held.receive(registry.frame(3, 8))
    assert (receipt.status, receipt.applied) == (ReceiptStatus.GAP, 0)
    mark = (await held.view(person.serial)).watermark
    assert (mark.applied, mark.known) == (0, registry.position)


async def test_a_heartbeat_keeps_the_copy_fresh_and_shows_what_is_missing(
    held: Held, registry: TestRegistry
) -> None:
    later = replace(held, now=NOW + timedelta(seconds=5))
    receipt = await later.receive(registry.heartbeat(sent_at=NOW + timedelta(seconds=4)))
    assert receipt.status is ReceiptStatus.APPLIED
    mark = await held.reader.watermark()
    assert mark is not None
    assert mark.heard_at == NOW + timedelta(seconds=4)
    registry.enter(lives.change_head(registry.state, _second_member(registry), registry.entry()))
    assert (await held.receive(registry.heartbeat())).status is ReceiptStatus.GAP
    mark = await held.reader.watermark()
    assert mark is not None
    assert (mark.applied, mark.known) == (0, 1)
    assert mark.heard_at == NOW + timedelta(seconds=4)  # an older message makes nothing older


async def test_a_registry_clock_that_runs_ahead_does_not_make_the_copy_fresher(
    held: Held, registry: TestRegistry
) -> None:
    await held.receive(registry.heartbeat(sent_at=NOW + timedelta(hours=2)))
    mark = await held.reader.watermark()
    assert mark is not None
    assert mark.heard_at == NOW


async def test_two_contents_for_one_number_stop_the_copy_until_a_full_load(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    person = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    everybody = [row.number for row in registry.state.household(person.resident.household)]
    registry.enter(moves.move_within(registry.state, everybody, "見本県みほん市例示町１番", registry.entry()))
    await held.receive(registry.frame(1, 1))
    registry.changes.clear()
    other = registry.enter(
        moves.move_within(registry.state, everybody, "見本県みほん市架空町２番", registry.entry())
    )
    with pytest.raises(RefusedError) as refused:
        await held.receive(registry.frame(other, other))
    assert refused.value.code is ProblemCode.FEED_CONFLICT
    mark = (await held.view(person.serial)).watermark
    assert mark.applied < mark.known  # which every decision refuses
    with pytest.raises(RefusedError):
        await held.receive(registry.heartbeat())
    await load_full(
        held.store, registry.write(tmp_path / "again.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW
    )
    assert (await held.receive(registry.heartbeat())).status is ReceiptStatus.APPLIED
    await require_equal(held, registry)


async def test_a_registry_that_forgot_numbers_is_not_believed_when_it_passes_them_again(
    held: Held, registry: TestRegistry, tmp_path: Path
) -> None:
    """Restored from a backup, it gives out numbers anew that the copy has applied with other changes."""
    person = registry.town.person(Scenario.LIVES_ALONE)
    for change in day_of_changes(registry.town, 5):
        registry.enter(change)
    await held.take_all(registry)
    with pytest.raises(RefusedError) as refused:
        await held.receive(registry.heartbeat(position=2, sent_at=NOW + timedelta(seconds=1)))
    assert refused.value.code is ProblemCode.FEED_CONFLICT
    for change in day_of_changes(registry.town, 12)[5:]:
        registry.enter(change)
    with pytest.raises(RefusedError):
        await held.receive(registry.frame(6, registry.position, sent_at=NOW + timedelta(seconds=2)))
    mark = (await held.view(person.serial)).watermark
    assert mark.applied < mark.known
    await load_full(
        held.store, registry.write(tmp_path / "again.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW
    )
    assert (await held.receive(registry.heartbeat())).status is ReceiptStatus.APPLIED
    await require_equal(held, registry)


async def test_a_late_message_is_no_sign_of_a_forgetful_registry(held: Held, registry: TestRegistry) -> None:
    late = registry.heartbeat(sent_at=NOW - timedelta(seconds=1))
    same = registry.heartbeat()
    for change in day_of_changes(registry.town, 5):
        registry.enter(change)
    await held.take_all(registry)
    for message in (late, same):
        assert (await held.receive(message)).status is ReceiptStatus.APPLIED
    await require_equal(held, registry)


async def test_no_view_mixes_two_states_while_changes_are_applied(held: Held, registry: TestRegistry) -> None:
    """The whole family moves with every change, so that its address tells which change a row comes from."""
    person = registry.town.person(Scenario.LARGE_HOUSEHOLD)
    everybody = [row.number for row in registry.state.household(person.resident.household)]
    moves_made = 12
    for number in range(1, moves_made + 1):
        address = f"見本県みほん市架空町{number}番"
        registry.enter(moves.move_within(registry.state, everybody, address, registry.entry()))
    done = asyncio.Event()
    seen: set[int] = set()

    async def apply() -> None:
        for number in range(1, moves_made + 1):
            await held.receive(registry.frame(number, number))
            await asyncio.sleep(0)  # a copy in memory makes nobody wait
        done.set()

    async def read() -> None:
        while not done.is_set():
            view = await held.view(person.serial)
            addresses = {row.address for row in view.rows}
            assert len(addresses) == 1
            applied = view.watermark.applied
            expected = f"見本県みほん市架空町{applied}番" if applied else person.resident.address
            assert addresses == {expected}
            seen.add(applied)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        group.create_task(apply())
        for _ in range(3):
            group.create_task(read())
    assert len(seen) > 1


def _second_member(registry: TestRegistry) -> ResidentNumber:
    person = registry.town.person(Scenario.HOUSEHOLD_OF_FOUR)
    return registry.state.household(person.resident.household)[1].number


async def test_a_serial_of_another_issuer_is_nobody_s(held: Held, registry: TestRegistry) -> None:
    person = registry.town.person(Scenario.SEAL_HOLDER)
    serial, ours = card_serial("7fffffffffff"), b"o" * 32
    registry.enter(
        side_streams.register_card(
            registry.state, person.resident.number, serial, registry.entry(), issuer=ours
        )
    )
    await held.take_all(registry)
    view = await held.reader.view(serial, ours)
    assert view is not None
    assert view.holder == person.resident.number
    assert await held.reader.view(serial, b"t" * 32) is None
