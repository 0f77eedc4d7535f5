"""Births, deaths, heads and names, as the registry enters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.households import under_new_head
from sync.registry.moves import next_row, stay_behind
from sync.registry.state import Entry, RegisterState, revised


def birth(state: RegisterState, newborn: Resident, entry: Entry) -> Change:
    """出生: ``newborn`` is the child's row."""
    return entry.of_residents(Reason.BIRTH, [next_row(state, newborn)])


def death(state: RegisterState, number: ResidentNumber, entry: Entry) -> Change:
    """死亡; a household that loses its head gets the next one in the same change."""
    row = state.resident(number)
    gone = revised(row, status=ResidencyStatus.DECEASED, removed_on=entry.on, planned_destination=None)
    members = state.household(row.household)
    return entry.of_residents(Reason.DEATH, [gone, *stay_behind(members, [number])])


def change_head(state: RegisterState, number: ResidentNumber, entry: Entry) -> Change:
    """世帯主変更: ``number`` becomes the head. Raises InvalidValueError when they are so already."""
    head = state.resident(number)
    if head.is_head:
        raise InvalidValueError("世帯主", "is this person already")
    members = state.household(head.household)
    return entry.of_residents(Reason.HEAD_CHANGED, under_new_head(members, head, members[0]))


def amend_name(
    state: RegisterState, number: ResidentNumber, name: str, entry: Entry, *, kana: str | None = None
) -> Change:
    """氏名の職権修正 (戸籍通知); where the head's name changes, 世帯主の氏名 changes on every row of the household."""
    row = state.resident(number)
    amended = revised(
        row, name=name, name_kana=kana, household_head=name if row.is_head else row.household_head
    )
    others = [
        revised(member, household_head=name)
        for member in state.household(row.household)
        if row.is_head and member.number != number
    ]
    return entry.of_residents(Reason.AMENDMENT_EX_OFFICIO, [amended, *others])


def enter_former_surname(
    state: RegisterState, number: ResidentNumber, surname: str, entry: Entry, *, kana: str | None = None
) -> Change:
    """旧氏の記載 on request (住民基本台帳法施行令30条の14)."""
    row = revised(state.resident(number), former_surname=surname, former_surname_kana=kana)
    return entry.of_residents(Reason.FORMER_SURNAME_ENTERED, [row])


def correct(state: RegisterState, rows: Sequence[Resident], entry: Entry) -> Change:
    """誤記修正: what is true of these people, said anew; 履歴番号 goes on from the register's and from that of ``rows``."""
    corrected = [replace(row, history=max(next_row(state, row).history, row.history + 1)) for row in rows]
    return entry.of_residents(Reason.CLERICAL_AMENDMENT, corrected)
