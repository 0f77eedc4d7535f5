"""The invented town: always the same, legal in every number and name, with everybody whom a test wants to meet."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from fontTools.ttLib import TTFont

from certificates.domain.dates import age_on
from certificates.domain.household import Household
from certificates.domain.identifiers import household_number, mod11_check_digit, resident_number
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.errors import ConfigurationError, InvalidValueError
from certificates.pdf.fonts import find_mincho
from certificates.service.keyring import save_signing_key
from sync.change.naming import check_identifiers
from sync.copy.memory import MemoryCopy
from sync.feed.full_load import load_full
from sync.registry.files import read_changes, read_register
from sync.town import FOUNDED, Scenario, Town, invent
from sync.town.__main__ import main
from sync.town.day import day_of_changes
from sync.town.drawing import draw_with
from sync.town.families import of_size
from sync.town.imprints import round_imprint
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal, tiny_imprint


@pytest.fixture(scope="module")
def town() -> Town:
    return invent(1, 2000, draw=tiny_imprint)


def test_the_same_seed_gives_the_same_town(town: Town) -> None:
    assert invent(1, 2000, draw=tiny_imprint) == town
    assert invent(2, 200).residents != town.residents[:200]


def test_a_larger_town_begins_with_the_people_of_a_smaller_one(town: Town) -> None:
    small = invent(1, 300, draw=tiny_imprint)
    whole = [row for row in small.residents if row.household != small.residents[-1].household]
    assert list(town.residents[: len(whole)]) == whole
    assert small.people == town.people


def test_the_town_has_the_size_and_mix_that_was_asked_for(town: Town) -> None:
    households = Counter(row.household for row in town.residents)
    assert len(town.residents) == 2000
    assert 800 <= len(households) <= 1000
    assert set(households.values()) >= set(range(1, 8))
    foreign = sum(row.foreign is not None for row in town.residents)
    assert 0.02 < foreign / 2000 < 0.1
    assert any(row.alias is not None for row in town.residents)
    assert any(row.foreign is not None and row.foreign.kanji_name is not None for row in town.residents)
    assert any(row.former_surname is not None for row in town.residents)
    unconfirmed = sum(row.name_kana is None and row.honseki is not None for row in town.residents)
    assert 0.03 < unconfirmed / 2000 < 0.2
    assert any(row.birth.exact is None for row in town.residents)
    assert any(row.previous_address is None for row in town.residents)


@pytest.mark.parametrize("size", range(1, 10))
def test_households_of_every_size_can_be_made(size: int) -> None:
    for seed in range(20):
        roles = of_size(Random(seed), size)
        assert len(roles) == size
        assert [role.relation for role in roles].count("世帯主") == 1
        assert all(0 <= role.register_of < size for role in roles)
        assert min(role.age for role in roles) >= 0


def test_every_household_has_one_head_whom_every_row_names(town: Town) -> None:
    households: dict[str, list[int]] = {}
    for place, row in enumerate(town.residents):
        households.setdefault(row.household, []).append(place)
    for places in households.values():
        rows = [town.residents[place] for place in places]
        if not any(row.is_current for row in rows):
            continue
        household = Household.of(rows)
        assert [row.relation for row in household.members].count("世帯主") == 1
        assert {row.household_head for row in household.members} == {household.members[0].name}


def test_every_number_has_its_check_digit_and_is_given_once(town: Town) -> None:
    for row in town.residents:
        assert resident_number(row.number) == row.number
        assert household_number(row.household) == row.household
        for value in (row.individual_number, row.resident_code):
            assert value is not None
            assert value.startswith("99")
            assert mod11_check_digit(value[:-1]) == value[-1]
    for record in town.records():
        check_identifiers(record)
    assert len({row.individual_number for row in town.residents}) == 2000
    assert len({row.resident_code for row in town.residents}) == 2000
    assert len({card.serial for card in town.cards}) == len(town.cards)


def test_dates_follow_one_another(town: Town) -> None:
    for row in town.residents:
        assert row.birth.year is not None
        assert row.birth.year <= FOUNDED.year
        assert row.birth.sort_key <= row.became_resident.sort_key <= row.address_since.sort_key or (
            row.birth.exact is None
        )
        if row.notified is not None:
            assert row.notified.sort_key <= (FOUNDED.year, FOUNDED.month, FOUNDED.day)


def test_cards_and_seals_belong_to_current_residents_who_may_have_them(town: Town) -> None:
    rows = {row.number: row for row in town.residents}
    cast = {person.resident.number for person in town.people.values()}
    old_enough = [row for row in town.residents if row.is_current and age_on(row.birth, FOUNDED) >= 15]
    with_card = {card.resident for card in town.cards}
    assert len([row for row in old_enough if row.number in with_card]) > 0.75 * len(old_enough)
    for card in town.cards:
        assert rows[card.resident].is_current or card.resident in cast
    for seal in town.seals:
        assert age_on(rows[seal.resident].birth, FOUNDED) >= 15


def test_everybody_of_the_index_is_who_they_are_said_to_be(town: Town) -> None:
    rows = {row.number: row for row in town.residents}
    holders = {card.serial: card.resident for card in town.cards}
    assert set(town.people) == set(Scenario)
    for person in town.people.values():
        assert rows[person.resident.number] == person.resident
        assert holders[person.serial] == person.resident.number

    def household(scenario: Scenario) -> list[Resident]:
        number = town.person(scenario).resident.household
        return [row for row in town.residents if row.household == number]

    sealed = {seal.resident for seal in town.seals}
    assert len(household(Scenario.HOUSEHOLD_OF_FOUR)) == 4
    assert len(household(Scenario.LARGE_HOUSEHOLD)) == 6
    assert len(household(Scenario.LIVES_ALONE)) == 1
    assert town.person(Scenario.LIVES_ALONE).resident.previous_address is None
    assert town.person(Scenario.SEAL_HOLDER).resident.number in sealed
    assert town.person(Scenario.WITHOUT_SEAL).resident.number not in sealed
    assert town.person(Scenario.FOREIGN).resident.foreign is not None
    assert town.person(Scenario.FOREIGN_FAMILY).resident.alias is not None
    assert town.person(Scenario.MOVING_OUT).resident.status is ResidencyStatus.MOVING_OUT
    assert town.person(Scenario.LIVES_WITH_MOVER).resident.status is ResidencyStatus.RESIDENT
    assert age_on(town.person(Scenario.UNDER_FIFTEEN).resident.birth, date(2036, 1, 1)) < 15
    assert "辻\U000e0102" in town.person(Scenario.VARIANT_NAME).resident.name
    assert "𠮷" in town.person(Scenario.SUPPLEMENTARY_NAME).resident.name
    assert town.person(Scenario.FORMER_SURNAME).resident.former_surname is not None
    assert town.person(Scenario.BIRTH_DAY_UNKNOWN).resident.birth.exact is None
    assert town.person(Scenario.KANA_UNCONFIRMED).resident.name_kana is None
    assert len(town.person(Scenario.LONG_ADDRESS).resident.address) > 60
    assert town.person(Scenario.DECEASED).resident.status is ResidencyStatus.DECEASED
    assert town.person(Scenario.MOVED_OUT).resident.status is ResidencyStatus.MOVED_OUT
    suppressed = {row.resident or row.household for row in town.suppressions}
    assert town.person(Scenario.PROTECTED).resident.number in suppressed
    assert town.person(Scenario.HOUSEHOLD_SUPPRESSED).resident.household in suppressed


def test_a_town_too_small_for_somebody_says_so() -> None:
    small = invent(1, 10, draw=tiny_imprint)
    assert small.person(Scenario.HOUSEHOLD_OF_FOUR).resident.is_head
    with pytest.raises(InvalidValueError, match="moved-out"):
        small.person(Scenario.MOVED_OUT)
    with pytest.raises(InvalidValueError):
        invent(1, 0)


def test_ipamj_mincho_draws_every_character_but_those_of_private_use(town: Town) -> None:
    try:
        path = find_mincho()
    except ConfigurationError as error:
        pytest.skip(str(error))
    with TTFont(path, lazy=True) as font:
        characters = set(font.getBestCmap())
        sequences = {
            (base, selector)
            for table in font["cmap"].tables
            if table.format == 14
            for selector, pairs in table.uvsDict.items()
            for base, _ in pairs
        }
    unknown = town.person(Scenario.NO_GLYPH).resident.number
    for row in town.residents:
        texts = (row.name, row.household_head, row.address, row.alias or "", row.former_surname or "")
        missing = [
            character
            for text in texts
            for character in text
            if ord(character) not in characters and not 0xE0100 <= ord(character) <= 0xE01EF
        ]
        assert bool(missing) is (row.number == unknown)
        for text in texts:
            for base, selector in pairwise(text):
                if 0xE0100 <= ord(selector) <= 0xE01EF:
                    assert (ord(base), ord(selector)) in sequences


def test_every_imprint_is_its_owners_own() -> None:
    assert round_imprint("1") == round_imprint("1")
    assert round_imprint("1").rows != round_imprint("2").rows
    assert 8 < round_imprint("1").width_mm <= 25


def test_a_font_draws_the_surname_into_the_seal() -> None:
    try:
        draw = draw_with(find_mincho())
    except ConfigurationError as error:
        pytest.skip(str(error))
    town = invent(1, 40, draw=draw)
    first, second = town.seals[0].imprint, town.seals[-1].imprint
    assert first.width_mm == second.width_mm
    assert len({seal.imprint.rows for seal in town.seals}) > 1


async def test_a_day_of_changes_is_legal_and_leaves_the_cast_alone(town: Town) -> None:
    registry = TestRegistry(town=invent(3, 260, draw=tiny_imprint))
    for change in day_of_changes(registry.town, 500):
        registry.enter(change)
    copy = TestRegistry(town=registry.town).ideal()
    held = Held(store=copy, reader=copy)
    receipt = await held.receive(registry.frame(1, registry.position))
    assert (receipt.applied, receipt.quarantined) == (registry.position, 0)
    await require_equal(held, registry)
    for person in registry.town.people.values():
        assert registry.state.residents[person.resident.number] == person.resident
    assert len({change.reason for change in registry.changes}) >= 14
    assert len({change.id for change in registry.changes}) == registry.position


def test_the_same_day_comes_again() -> None:
    town = invent(3, 120, draw=tiny_imprint)
    assert day_of_changes(town, 40) == day_of_changes(town, 40)
    assert day_of_changes(town, 40, seed=1) != day_of_changes(town, 40)


async def test_the_files_hold_the_town_and_its_day(tmp_path: Path) -> None:
    key = save_signing_key(tmp_path / "keys", KEY)
    out = tmp_path / "town"
    command = ["--seed", "5", "--residents", "90", "--changes", "30", "--out", str(out)]
    assert main([*command, "--signing-key", str(key)]) == 0
    town = invent(5, 90)
    assert list(read_register(out)) == list(town.records())
    assert tuple(read_changes(out / "changes.jsonl")) == day_of_changes(town, 30)
    index = json.loads((out / "town.json").read_text(encoding="utf-8"))
    assert (index["municipality"], index["residents"]) == (town.municipality, 90)
    for scenario, person in town.people.items():
        assert index["people"][scenario.value] == {
            "resident": person.resident.number,
            "household": person.resident.household,
            "serial": person.serial,
        }
    copy = MemoryCopy()
    await load_full(copy, out / "full-load.jsonl", TRUSTED, town.municipality, clock=lambda: NOW)
    await require_equal(Held(store=copy, reader=copy), TestRegistry(town=town))


def test_without_a_key_there_is_no_full_load_and_a_wrong_argument_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--residents", "30", "--changes", "5", "--out", str(tmp_path / "a")]) == 0
    assert not (tmp_path / "a" / "full-load.jsonl").exists()
    assert main(["--out", str(tmp_path / "b"), "--signing-key", str(tmp_path / "missing.key.pem")]) == 2
    assert "missing.key.pem" in capsys.readouterr().err


def test_a_missing_register_is_a_configuration_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"register\.jsonl"):
        list(read_register(tmp_path))
