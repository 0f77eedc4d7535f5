"""Errands about what the record itself says: other names, numbers, corrections, 改製, and what is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from sync.change.events import Change
from sync.change.reasons import Nature, Reason
from sync.registry import ex_officio, given_numbers, lives, other_names, returning
from sync.registry.state import Entry, RegisterState
from sync.registry.undoing import undo
from sync.town import numbers, places
from sync.town.desk import Desk
from sync.town.errands.moves import newcomers
from sync.town.families import family
from sync.town.names import SURNAMES


def enter_former_surname(desk: Desk) -> None:
    person = desk.person(lambda row: row.foreign is None and row.former_surname is None)
    if person is not None:
        word = desk.rng.choice(SURNAMES)
        desk.enter(
            lives.enter_former_surname(desk.state, person.number, word.text, desk.entry(), kana=word.kana)
        )


def change_former_surname(desk: Desk) -> None:
    person = desk.person(lambda row: row.former_surname is not None)
    if person is not None:
        word = desk.rng.choice([word for word in SURNAMES if word.text != person.former_surname])
        desk.enter(
            other_names.change_former_surname(
                desk.state, person.number, word.text, desk.entry(), kana=word.kana
            )
        )


def delete_former_surname(desk: Desk) -> None:
    person = desk.person(lambda row: row.former_surname is not None)
    if person is not None:
        desk.enter(other_names.delete_former_surname(desk.state, person.number, desk.entry()))


def enter_alias(desk: Desk) -> None:
    person = desk.person(lambda row: row.foreign is not None and row.alias is None)
    if person is not None:
        surname, given = desk.rng.sample(SURNAMES, 2)
        alias, kana = f"{surname.text}　{given.text}", f"{surname.kana}　{given.kana}"
        desk.enter(
            other_names.enter_alias(desk.state, person.number, alias, places.CITY, desk.entry(), kana=kana)
        )


def delete_alias(desk: Desk) -> None:
    person = desk.person(lambda row: row.alias is not None)
    if person is not None:
        desk.enter(other_names.delete_alias(desk.state, person.number, places.CITY, desk.entry()))


def individual_number(desk: Desk) -> None:
    """個人番号の変更請求, or its 職権修正."""
    reason = desk.rng.choice((Reason.INDIVIDUAL_NUMBER_ON_REQUEST, Reason.INDIVIDUAL_NUMBER_EX_OFFICIO))
    if members := desk.members():
        value = numbers.individual_number(desk.new_number())
        person = desk.rng.choice(members).number
        desk.enter(given_numbers.give_individual_number(desk.state, person, value, reason, desk.entry()))


def resident_code(desk: Desk) -> None:
    """住民票コードの変更請求."""
    if members := desk.members():
        value = numbers.resident_code(desk.new_number())
        person = desk.rng.choice(members).number
        reason = Reason.RESIDENT_CODE_ON_REQUEST
        desk.enter(given_numbers.give_resident_code(desk.state, person, value, reason, desk.entry()))


def rewrite_address(desk: Desk) -> None:
    if members := desk.members():
        address = (
            f"{members[0].address.partition('　')[0]}　改称ハイツ{places.wide(desk.rng.randint(1, 99))}号"
        )
        desk.enter(ex_officio.rewrite_address(desk.state, members[0].household, address, desk.entry()))


def renew_stay(desk: Desk) -> None:
    person = desk.person(lambda row: row.foreign is not None)
    if person is not None and person.foreign is not None:
        until = desk.today + timedelta(days=365 * desk.rng.randint(1, 5))
        foreign = replace(
            person.foreign, category="中長期在留者", residence_status="定住者", expires_on=until
        )
        desk.enter(ex_officio.renew_stay(desk.state, person.number, foreign, desk.entry()))


def confirm_kana(desk: Desk) -> None:
    if members := desk.members():
        person = desk.rng.choice(members)
        kana = f"{desk.rng.choice(SURNAMES).kana}　{desk.rng.choice(SURNAMES).kana}"
        desk.enter(ex_officio.confirm_kana(desk.state, person.number, kana, desk.entry()))


def enter_ex_officio(desk: Desk) -> None:
    rows = newcomers(desk, family(desk.rng), desk.new_household(), foreign=False)
    desk.enter(ex_officio.enter_ex_officio(desk.state, rows, desk.entry()))


def remove_ex_officio(desk: Desk) -> None:
    if members := desk.members():
        number = desk.rng.choice(members).number
        desk.enter(ex_officio.remove_ex_officio(desk.state, [number], desk.entry()))
        desk.leave(number)


def renew(desk: Desk) -> None:
    _begin_anew(desk, returning.renew)


def restore(desk: Desk) -> None:
    _begin_anew(desk, returning.restore)


_Halves = Callable[[RegisterState, ResidentNumber, tuple[Entry, Entry]], tuple[Change, Change]]


def _begin_anew(desk: Desk, halves: _Halves) -> None:
    person = desk.person(_stays)
    if person is not None:
        for change in halves(desk.state, person.number, (desk.entry(), desk.entry())):
            desk.enter(change)


def _stays(row: Resident) -> bool:
    return row.status is ResidencyStatus.RESIDENT


def take_back(desk: Desk) -> None:
    """異動の取消し of something entered lately, while its people stand as it left them."""
    while desk.undoable:
        last = desk.undoable.pop()
        if any(desk.standing(home) != left for home, left in last.left.items()):
            continue
        rows = last.change.subjects.residents
        if any(desk.state.residents[row.number] is not row for row in rows):
            continue
        desk.enter(undo(desk.state, last.change, last.before, desk.entry()))
        if last.change.reason.nature is Nature.ENTRY:
            for row in rows:
                if not desk.state.residents[row.number].is_current:
                    desk.leave(row.number)
        return
