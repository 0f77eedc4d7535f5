"""What the municipality enters by itself: 職権記載, 職権消除, 職権修正 and 軽微な修正 (住民基本台帳法8条, 同施行令12条)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.moves import next_row, stay_behind
from sync.registry.state import Entry, RegisterState, revised


def enter_ex_officio(state: RegisterState, rows: Sequence[Resident], entry: Entry) -> Change:
    """職権記載: ``rows`` are those of people who live here and were not entered; 履歴番号 goes on from the register's."""
    return entry.of_residents(Reason.ENTRY_EX_OFFICIO, [next_row(state, row) for row in rows])


def remove_ex_officio(state: RegisterState, leaving: Sequence[ResidentNumber], entry: Entry) -> Change:
    """職権消除 of people of one household who are not found to live here; who stays gets a new head where needed."""
    rows = [state.resident(number) for number in leaving]
    gone = [
        revised(row, status=ResidencyStatus.REMOVED, removed_on=entry.on, planned_destination=None)
        for row in rows
    ]
    members = state.household(rows[0].household)
    return entry.of_residents(Reason.REMOVAL_EX_OFFICIO, [*gone, *stay_behind(members, leaving)])


def rewrite_address(state: RegisterState, household: HouseholdNumber, address: str, entry: Entry) -> Change:
    """軽微な修正: the place is called otherwise (住居表示の実施, 方書の改称); 住所を定めた年月日 stays."""
    rows = [revised(row, address=address) for row in state.household(household)]
    return entry.of_residents(Reason.MINOR_AMENDMENT, rows)


def transfer_honseki(
    state: RegisterState, people: Sequence[ResidentNumber], honseki: Honseki, entry: Entry
) -> Change:
    """職権修正 after 転籍 (戸籍通知). Raises InvalidValueError for a foreign resident."""
    rows = [state.resident(number) for number in people]
    if any(row.honseki is None for row in rows):
        raise InvalidValueError("戸籍の表示", "belongs to Japanese residents")
    return entry.of_residents(Reason.AMENDMENT_EX_OFFICIO, [revised(row, honseki=honseki) for row in rows])


def renew_stay(state: RegisterState, number: ResidentNumber, foreign: ForeignStatus, entry: Entry) -> Change:
    """職権修正 after 在留期間の更新 or a change of 在留資格 (法30条の50 通知). Raises InvalidValueError for a Japanese resident."""
    row = state.resident(number)
    if row.foreign is None:
        raise InvalidValueError("在留資格", "belongs to foreign residents")
    return entry.of_residents(Reason.AMENDMENT_EX_OFFICIO, [revised(row, foreign=foreign)])


def confirm_kana(state: RegisterState, number: ResidentNumber, kana: str, entry: Entry) -> Change:
    """誤記修正 of the 振り仮名 alone."""
    row = state.resident(number)
    return entry.of_residents(
        Reason.CLERICAL_AMENDMENT, [replace(row, history=row.history + 1, name_kana=kana)]
    )
