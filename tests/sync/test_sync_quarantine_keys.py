"""A suppression or a card that was set aside is answered for by its own key, and by no other row of the person."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from certificates.domain.identifiers import card_serial
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.wire.codec import canonical
from sync.change.events import CardCertificate, Subjects
from sync.change.reasons import Reason
from sync.feed.full_load import load_full
from sync.registry import lives, side_streams
from sync.town import Person, Scenario
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, TODAY, TRUSTED, Held, TestRegistry, require_equal


@pytest.fixture
def person(registry: TestRegistry) -> Person:
    return registry.town.person(Scenario.LIVES_ALONE)


def protection(key: str, person: Person) -> Suppression:
    return Suppression(
        key=key, reason=SuppressionReason.PROTECTION, since=TODAY, resident=person.resident.number
    )


def spoil(registry: TestRegistry, *suppressions: Suppression) -> None:
    """抑止 whose rows say that they are released."""
    rows = tuple(replace(row, released=True) for row in suppressions)
    change = registry.entry().change(Reason.SUPPRESSED, Subjects(suppressions=rows))
    registry.enter(change, legal=False)


async def test_the_release_of_one_suppression_does_not_answer_for_another(
    held: Held, registry: TestRegistry, person: Person
) -> None:
    registry.enter(side_streams.suppress(protection("K0", person), registry.entry()))
    spoil(registry, protection("K1", person))
    await held.take_all(registry)
    registry.enter(side_streams.release(registry.state, "K0", registry.entry()))
    await held.take_all(registry)
    view = await held.view(person.serial)
    assert (view.pending, view.suppressions) == (True, ())
    assert len(await held.reader.set_aside()) == 1
    registry.enter(side_streams.suppress(protection("K1", person), registry.entry()))
    await held.take_all(registry)
    view = await held.view(person.serial)
    assert (view.pending, view.suppressions) == (False, (protection("K1", person),))
    assert await held.reader.set_aside() == ()
    await require_equal(held, registry)


async def test_another_key_does_not_answer_within_one_delivery_either(
    held: Held, registry: TestRegistry, person: Person
) -> None:
    spoil(registry, protection("K1", person))
    registry.enter(side_streams.suppress(protection("K0", person), registry.entry()))
    registry.enter(side_streams.release(registry.state, "K0", registry.entry()))
    await held.take_all(registry)
    assert (await held.view(person.serial)).pending


async def test_of_two_suppressions_set_aside_together_one_alone_is_no_answer(
    held: Held, registry: TestRegistry, person: Person
) -> None:
    both = (protection("K1", person), protection("K2", person))
    spoil(registry, *both)
    for row in both:
        registry.enter(side_streams.suppress(row, registry.entry()))
        await held.take_all(registry)
        assert (await held.view(person.serial)).pending
    registry.enter(registry.entry().change(Reason.SUPPRESSED, Subjects(suppressions=both)))
    await held.take_all(registry)
    assert not (await held.view(person.serial)).pending
    await require_equal(held, registry)


async def test_a_household_is_free_again_only_by_its_own_key(
    held: Held, registry: TestRegistry, person: Person
) -> None:
    def of_household(key: str) -> Suppression:
        return replace(protection(key, person), resident=None, household=person.resident.household)

    spoil(registry, of_household("K1"))
    registry.enter(side_streams.suppress(of_household("K0"), registry.entry()))
    await held.take_all(registry)
    assert (await held.view(person.serial)).pending
    registry.enter(side_streams.suppress(of_household("K1"), registry.entry()))
    await held.take_all(registry)
    assert not (await held.view(person.serial)).pending


async def test_a_key_that_cannot_be_read_blocks_until_a_full_load(
    held: Held, registry: TestRegistry, person: Person, tmp_path: Path
) -> None:
    number = registry.enter(side_streams.suppress(protection("K1", person), registry.entry()))
    event = json.loads(registry.event(number))
    event["data"]["suppressions"][0]["key"] = "支援"
    await held.receive(registry.frame(number, number, events=[canonical(event)]))
    registry.enter(side_streams.suppress(protection("K1", person), registry.entry()))
    await held.take_all(registry)
    assert (await held.view(person.serial)).pending
    await load_full(
        held.store, registry.write(tmp_path / "full.jsonl"), TRUSTED, MUNICIPALITY, clock=lambda: NOW
    )
    assert not (await held.view(person.serial)).pending
    await require_equal(held, registry)


@pytest.mark.parametrize("readable", [True, False])
async def test_a_card_is_set_right_by_its_own_serial_alone(
    held: Held, registry: TestRegistry, person: Person, *, readable: bool
) -> None:
    """Somebody's card is to be removed and the change is spoilt: another card of theirs says nothing about it."""
    removed = CardCertificate(serial=person.serial, resident=person.resident.number, removed=True)
    number = registry.enter(
        registry.entry().change(Reason.CARD_REMOVED, Subjects(cards=(removed,))), legal=False
    )
    event = json.loads(registry.event(number))
    event["data"]["cards"][0]["removed" if readable else "serial"] = "no"
    await held.receive(registry.frame(number, number, events=[canonical(event)]))
    other = CardCertificate(serial=card_serial("7123456789"), resident=person.resident.number)
    registry.enter(registry.entry().change(Reason.CARD_REGISTERED, Subjects(cards=(other,))))
    await held.take_all(registry)
    assert (await held.view(person.serial)).pending
    registry.enter(registry.entry().change(Reason.CARD_REMOVED, Subjects(cards=(removed,))))
    await held.take_all(registry)
    assert await held.reader.view(person.serial) is None
    assert (await held.view(other.serial)).pending is not readable


@pytest.mark.parametrize("cards", [5, ["7123456789"], [{"serial": 7}], [{"serial": "70"}, {"serial": "70"}]])
async def test_what_an_unreadable_change_of_another_stream_says_of_cards_means_nothing(
    held: Held, registry: TestRegistry, person: Person, cards: object
) -> None:
    resident = person.resident
    number = registry.enter(lives.amend_name(registry.state, resident.number, "架空　改", registry.entry()))
    event = json.loads(registry.event(number))
    event["data"]["cards"] = cards
    await held.receive(registry.frame(number, number, events=[canonical(event)]))
    assert (await held.view(person.serial)).pending
    rows = (registry.state.residents[resident.number],)
    registry.enter(lives.correct(registry.state, rows, registry.entry()))
    await held.take_all(registry)
    assert not (await held.view(person.serial)).pending


async def test_a_serial_that_stands_twice_in_a_change_blocks_until_a_full_load(
    held: Held, registry: TestRegistry, person: Person
) -> None:
    other = registry.town.person(Scenario.SEAL_HOLDER)
    card = registry.state.cards[person.serial]
    number = registry.enter(registry.entry().change(Reason.CARD_REGISTERED, Subjects(cards=(card,))))
    event = json.loads(registry.event(number))
    (row,) = event["data"]["cards"]
    event["data"]["cards"] = [row, {**row, "resident": other.resident.number}]
    await held.receive(registry.frame(number, number, events=[canonical(event)]))
    registry.enter(registry.entry().change(Reason.CARD_REGISTERED, Subjects(cards=(card,))))
    await held.take_all(registry)
    assert (await held.view(person.serial)).pending
    assert (await held.view(other.serial)).pending
