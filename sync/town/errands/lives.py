"""Errands of births, deaths, marriages, nationality and who is the head, and of those who live together."""

from __future__ import annotations

from dataclasses import replace

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident, Sex
from sync.change.reasons import Reason
from sync.registry import ex_officio, given_numbers, groups, lives, returning
from sync.town import numbers, places
from sync.town.desk import Desk
from sync.town.errands.moves import newcomers
from sync.town.families import Role
from sync.town.names import FEMALE, MALE
from sync.town.people import any_surname

_GIVEN = {Sex.MALE: MALE, Sex.FEMALE: FEMALE}


def birth(desk: Desk) -> None:
    """出生, and the 個人番号 that follows it."""
    members = desk.members()
    if not members:
        return
    head = members[0]
    sex = desk.rng.choice((Sex.MALE, Sex.FEMALE))
    (row,) = newcomers(desk, [Role("子", sex, 0)], 0, foreign=False)
    entry = desk.entry()
    born = RecordedDate.of(entry.on)
    child = replace(
        row,
        household=head.household,
        name=_named_like(desk, head, sex),
        name_kana=None,
        relation="子",
        household_head=head.name,
        honseki=head.honseki,
        foreign=_child_of(head.foreign),
        address=head.address,
        birth=born,
        became_resident=born,
        address_since=born,
        previous_address=None,
        individual_number=None,
    )
    desk.enter(lives.birth(desk.state, child, entry))
    number = numbers.individual_number(desk.new_number())
    reason = Reason.INDIVIDUAL_NUMBER_ENTERED
    desk.enter(given_numbers.give_individual_number(desk.state, child.number, number, reason, desk.entry()))


def _named_like(desk: Desk, head: Resident, sex: Sex) -> str:
    gap = "　" if head.foreign is None else " "
    given = desk.rng.choice(_GIVEN[sex]).text if head.foreign is None else "SAMPLE"
    return f"{head.name.partition(gap)[0]}{gap}{given}"


def _child_of(foreign: ForeignStatus | None) -> ForeignStatus | None:
    """Until its 在留資格 is settled a child of foreign residents is one who stays in the meantime (法30条の45)."""
    if foreign is None:
        return None
    return ForeignStatus(nationality=foreign.nationality, category="出生による経過滞在者")


def death(desk: Desk) -> None:
    members = desk.members()
    if members:
        number = desk.rng.choice(members).number
        desk.enter(lives.death(desk.state, number, desk.entry()))
        desk.leave(number)


def marry(desk: Desk) -> None:
    """氏名の職権修正 by 戸籍通知; a seal with the name before no longer fits."""
    person = desk.person(_is_japanese)
    if person is None:
        return
    surname, given = any_surname(desk.rng), desk.rng.choice(_GIVEN.get(person.sex, MALE))
    name, kana = f"{surname.text}　{given.text}", f"{surname.kana}　{given.kana}"
    desk.enter(lives.amend_name(desk.state, person.number, name, desk.entry(), kana=kana))
    desk.end_seal(person.number)


def transfer_honseki(desk: Desk) -> None:
    people = [member for member in desk.members() if member.honseki is not None]
    if people and people[0].honseki is not None:
        new = Honseki(place=places.honseki(desk.rng), head=people[0].honseki.head)
        moved = [member.number for member in people if member.honseki == people[0].honseki]
        desk.enter(ex_officio.transfer_honseki(desk.state, moved, new, desk.entry()))


def change_head(desk: Desk) -> None:
    members = desk.members()
    if len(members) > 1:
        desk.enter(lives.change_head(desk.state, members[1].number, desk.entry()))


def naturalise(desk: Desk) -> None:
    person = desk.person(lambda row: row.foreign is not None and row.status is ResidencyStatus.RESIDENT)
    if person is None:
        return
    surname, given = any_surname(desk.rng), desk.rng.choice(_GIVEN.get(person.sex, MALE))
    name = f"{surname.text}　{given.text}"
    halves = returning.naturalise(
        desk.state,
        person.number,
        name,
        Honseki(place=places.honseki(desk.rng), head=name),
        (desk.entry(), desk.entry()),
        kana=f"{surname.kana}　{given.kana}",
    )
    for change in halves:
        desk.enter(change)
    desk.end_seal(person.number)


def lose_nationality(desk: Desk) -> None:
    person = desk.person(lambda row: _is_japanese(row) and row.status is ResidencyStatus.RESIDENT)
    if person is None:
        return
    foreign = ForeignStatus(nationality="米国", category="国籍喪失による経過滞在者")
    entries = desk.entry(), desk.entry()
    for change in returning.lose_nationality(desk.state, person.number, "SAMPLE EXAMPLE", foreign, entries):
        desk.enter(change)
    desk.end_seal(person.number)


def split_household(desk: Desk) -> None:
    _split(desk)


def _split(desk: Desk) -> tuple[HouseholdNumber, HouseholdNumber] | None:
    """世帯分離; returns the household that stays and the one that began."""
    members = desk.members()
    if len(members) < 2:
        return None
    new = numbers.household(desk.new_household())
    desk.enter(groups.split_household(desk.state, [members[-1].number], new, desk.entry()))
    pair = members[0].household, new
    desk.split.append(pair)
    return pair


def _neighbours(desk: Desk) -> tuple[HouseholdNumber, HouseholdNumber] | None:
    """Two households at one address: some that were one, or one that is made two now."""
    while desk.split:
        one, other = desk.split.popleft()
        rows, others = desk.state.household(one), desk.state.household(other)
        if rows and others and {row.address for row in rows} == {row.address for row in others}:
            return one, other
    return _split(desk)


def merge_households(desk: Desk) -> None:
    if (pair := _neighbours(desk)) is not None:
        relations = {row.number: "同居人" for row in desk.state.household(pair[1])}
        desk.enter(groups.merge_households(desk.state, pair[1], pair[0], relations, desk.entry()))


def change_household(desk: Desk) -> None:
    if (pair := _neighbours(desk)) is not None:
        leaving = [desk.state.household(pair[0])[-1].number]
        relations = dict.fromkeys(leaving, "同居人")
        desk.enter(groups.change_household(desk.state, leaving, pair[1], relations, desk.entry()))


def _is_japanese(row: Resident) -> bool:
    return row.foreign is None
