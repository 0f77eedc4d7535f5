"""What a registry may get wrong in the residents' stream."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber
from certificates.domain.resident import ForeignStatus, ResidencyStatus, Resident
from load_tests.chaos.slips.slip import Clerk, Make, Slip
from sync.change.reasons import Reason
from sync.checks.faults import Fault
from sync.registry.state import revised
from sync.town import numbers

_ELSEWHERE = "見本県みほん市取違町９９番"
_UNKNOWN = 40_000_000  # places of people of whom nobody has heard


def _unreadable(clerk: Clerk, row: Resident) -> Slip | None:
    household = row.household
    wrong = HouseholdNumber(household[:-1] + str((int(household[-1]) + 1) % 10))
    return clerk.of_residents(Fault.UNREADABLE, Reason.MINOR_AMENDMENT, [revised(row, household=wrong)])


def _in_future(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, name_kana="ミホン")]
    on = clerk.today + timedelta(days=30)
    return clerk.of_residents(Fault.DAY_IN_FUTURE, Reason.MINOR_AMENDMENT, rows, on)


def _after_entry(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, notified=RecordedDate.of(clerk.today + timedelta(days=2)))]
    return clerk.of_residents(Fault.DATE_AFTER_ENTRY, Reason.MINOR_AMENDMENT, rows)


def _dead_on_another_day(clerk: Clerk, row: Resident) -> Slip | None:
    gone = _gone(row, clerk, days=3)
    return clerk.of_residents(Fault.REMOVED_ON_ANOTHER_DAY, Reason.DEATH, [gone])


def _born_later(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, birth=RecordedDate.of(clerk.today + timedelta(days=2)))]
    return clerk.of_residents(Fault.BORN_LATER, Reason.AMENDMENT_EX_OFFICIO, rows)


def _wrong_history(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [replace(row, history=row.history + 2, name_kana="ミホン")]
    return clerk.of_residents(Fault.WRONG_HISTORY, Reason.MINOR_AMENDMENT, rows)


def _already_here(clerk: Clerk, row: Resident) -> Slip | None:
    return clerk.of_residents(Fault.ALREADY_RESIDENT, Reason.MOVE_IN, [revised(row)])


def _unknown(clerk: Clerk, row: Resident) -> Slip | None:
    """Nobody has heard of this person; 職権記載 enters them."""
    place = _UNKNOWN + int(clerk.beside.id[:6], 16)
    stranger = replace(
        row,
        number=numbers.resident(place),
        household=numbers.household(place),
        relation="世帯主",
        household_head=row.name,
        individual_number=None,
        resident_code=None,
    )
    wrong = clerk.entry("wrong").of_residents(Reason.MINOR_AMENDMENT, [replace(stranger, history=1)])
    right = clerk.entry("right").of_residents(Reason.ENTRY_EX_OFFICIO, [replace(stranger, history=2)])
    return Slip(wrong=((wrong, Fault.UNKNOWN_RESIDENT),), right=right)


def _gone_already(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, name_kana="ミホン")]
    return clerk.of_residents(Fault.NOT_CURRENT, Reason.MINOR_AMENDMENT, rows)


def _nobody_removed(clerk: Clerk, row: Resident) -> Slip | None:
    return clerk.of_residents(Fault.NOBODY_REMOVED, Reason.DEATH, [revised(row)])


def _removed_by_edit(clerk: Clerk, row: Resident) -> Slip | None:
    return clerk.of_residents(Fault.STATUS_CHANGED, Reason.MINOR_AMENDMENT, [_gone(row, clerk)])


def _moved_and_renamed(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, address=_ELSEWHERE, name=row.name + "改")]
    return clerk.of_residents(Fault.NOT_ONLY_ADDRESS, Reason.MOVE_WITHIN, rows)


def _dead_beside_renamed(clerk: Clerk, row: Resident) -> Slip | None:
    other = _another(clerk, row)
    if other is None:
        return None
    rows = [revised(other, name=other.name + "改"), _gone(row, clerk)]
    return clerk.of_residents(Fault.NOT_ONLY_HOUSEHOLD, Reason.DEATH, rows)


def _code_and_name(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, name=row.name + "改")]
    return clerk.of_residents(Fault.NOT_ONLY_THESE_ITEMS, Reason.RESIDENT_CODE_ON_REQUEST, rows)


def _no_new_code(clerk: Clerk, row: Resident) -> Slip | None:
    return clerk.of_residents(Fault.NOTHING_CHANGED, Reason.RESIDENT_CODE_ON_REQUEST, [revised(row)])


def _turned_foreign(clerk: Clerk, row: Resident) -> Slip | None:
    if row.foreign is not None or row.former_surname is not None:
        return None
    foreign = ForeignStatus(nationality="見本国", category="中長期在留者")
    rows = [revised(row, honseki=None, foreign=foreign)]
    return clerk.of_residents(Fault.NATIONALITY, Reason.AMENDMENT_EX_OFFICIO, rows)


def _two_heads_or_none(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, relation="子" if row.is_head else "世帯主")]
    return clerk.of_residents(Fault.NOT_ONE_HEAD, Reason.AMENDMENT_EX_OFFICIO, rows)


def _under_another_head(clerk: Clerk, row: Resident) -> Slip | None:
    rows = [revised(row, household_head="見本　取違")]
    return clerk.of_residents(Fault.WRONG_HEAD_NAME, Reason.AMENDMENT_EX_OFFICIO, rows)


def _apart_in_one_household(clerk: Clerk, row: Resident) -> Slip | None:
    if _another(clerk, row) is None:
        return None
    rows = [revised(row, address=_ELSEWHERE)]
    return clerk.of_residents(Fault.NOT_ONE_ADDRESS, Reason.AMENDMENT_EX_OFFICIO, rows)


def _edited_before_corrected(clerk: Clerk, row: Resident) -> Slip | None:
    slip = _two_heads_or_none(clerk, row)
    return clerk.waiting(slip) if slip is not None else None


def _gone(row: Resident, clerk: Clerk, *, days: int = 0) -> Resident:
    on = clerk.today - timedelta(days=days)
    return revised(row, status=ResidencyStatus.DECEASED, removed_on=on, planned_destination=None)


def _another(clerk: Clerk, row: Resident) -> Resident | None:
    members = clerk.state.household(row.household)
    return next((one for one in members if one.number != row.number), None)


PEOPLE: Mapping[Fault, Make] = {
    Fault.UNREADABLE: _unreadable,
    Fault.WAITS_FOR_CORRECTION: _edited_before_corrected,
    Fault.DAY_IN_FUTURE: _in_future,
    Fault.DATE_AFTER_ENTRY: _after_entry,
    Fault.REMOVED_ON_ANOTHER_DAY: _dead_on_another_day,
    Fault.BORN_LATER: _born_later,
    Fault.WRONG_HISTORY: _wrong_history,
    Fault.ALREADY_RESIDENT: _already_here,
    Fault.UNKNOWN_RESIDENT: _unknown,
    Fault.NOT_CURRENT: _gone_already,
    Fault.NOBODY_REMOVED: _nobody_removed,
    Fault.STATUS_CHANGED: _removed_by_edit,
    Fault.NOT_ONLY_ADDRESS: _moved_and_renamed,
    Fault.NOT_ONLY_HOUSEHOLD: _dead_beside_renamed,
    Fault.NOT_ONLY_THESE_ITEMS: _code_and_name,
    Fault.NOTHING_CHANGED: _no_new_code,
    Fault.NATIONALITY: _turned_foreign,
    Fault.NOT_ONE_HEAD: _two_heads_or_none,
    Fault.WRONG_HEAD_NAME: _under_another_head,
    Fault.NOT_ONE_ADDRESS: _apart_in_one_household,
}
