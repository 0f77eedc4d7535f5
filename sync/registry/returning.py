"""Changes of two halves: 帰化 and 国籍喪失, 改製 and 再製: one row is removed, and the same person's next one entered.

The person keeps the 宛名番号 and the 履歴番号 goes on, so that cards, seals and suppressions, which name the 宛名番号, stay
theirs through a 帰化. A vendor who gives a new 宛名番号 sends the 消除 of the one and the 記載 of the other; both are legal.
"""

from __future__ import annotations

from dataclasses import replace

from certificates.domain.identifiers import ResidentNumber
from certificates.domain.resident import ForeignStatus, Honseki, ResidencyStatus, Resident
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.moves import stay_behind
from sync.registry.state import Entry, RegisterState, revised

Halves = tuple[Change, Change]
"""消除 and 記載, in this order."""


def naturalise(
    state: RegisterState,
    number: ResidentNumber,
    name: str,
    honseki: Honseki,
    entries: tuple[Entry, Entry],
    *,
    kana: str | None = None,
) -> Halves:
    """帰化 (国籍法4条): the row of a foreign resident ends, that of a Japanese one with a new name begins.

    Raises InvalidValueError when the person is no foreign resident.
    """
    before = _present(state, number)
    if before.foreign is None:
        raise InvalidValueError("国籍・地域", "this person is Japanese already")
    new = replace(
        before,
        name=name,
        name_kana=kana,
        alias=None,
        alias_kana=None,
        alias_history=(),
        foreign=None,
        honseki=honseki,
    )
    return _halves(state, before, new, (Reason.REMOVAL_NATURALISATION, Reason.ENTRY_NATURALISATION), entries)


def lose_nationality(
    state: RegisterState,
    number: ResidentNumber,
    name: str,
    foreign: ForeignStatus,
    entries: tuple[Entry, Entry],
) -> Halves:
    """国籍喪失 (国籍法11条): the row of a Japanese resident ends, that of a foreign one begins.

    Raises InvalidValueError when the person is no Japanese resident.
    """
    before = _present(state, number)
    if before.foreign is not None:
        raise InvalidValueError("国籍・地域", "this person is foreign already")
    new = replace(
        before,
        name=name,
        name_kana=None,
        former_surname=None,
        former_surname_kana=None,
        honseki=None,
        foreign=foreign,
    )
    return _halves(
        state, before, new, (Reason.REMOVAL_LOSS_OF_NATIONALITY, Reason.ENTRY_LOSS_OF_NATIONALITY), entries
    )


def renew(state: RegisterState, number: ResidentNumber, entries: tuple[Entry, Entry]) -> Halves:
    """改製 (住民基本台帳法施行令16条): the same items on a new record, with its day."""
    before = _present(state, number)
    new = replace(before, renewed_on=entries[1].on)
    return _copied(before, new, (Reason.REMOVAL_RENEWAL, Reason.ENTRY_RENEWAL), entries)


def restore(state: RegisterState, number: ResidentNumber, entries: tuple[Entry, Entry]) -> Halves:
    """再製 of a record that was lost or damaged: the same items anew."""
    before = _present(state, number)
    return _copied(before, before, (Reason.REMOVAL_RESTORATION, Reason.ENTRY_RESTORATION), entries)


def _present(state: RegisterState, number: ResidentNumber) -> Resident:
    row = state.resident(number)
    if row.status is not ResidencyStatus.RESIDENT:
        raise InvalidValueError("消除区分", "only the record of a resident can be begun anew")
    return row


def _removed(row: Resident, entry: Entry) -> Resident:
    return revised(row, status=ResidencyStatus.REMOVED, removed_on=entry.on)


def _copied(
    before: Resident, new: Resident, reasons: tuple[Reason, Reason], entries: tuple[Entry, Entry]
) -> Halves:
    """Nobody's place in the household changes: the first half alone shows nobody as gone."""
    gone = _removed(before, entries[0])
    back = replace(new, history=gone.history + 1)
    return entries[0].of_residents(reasons[0], [gone]), entries[1].of_residents(reasons[1], [back])


def _halves(
    state: RegisterState,
    before: Resident,
    new: Resident,
    reasons: tuple[Reason, Reason],
    entries: tuple[Entry, Entry],
) -> Halves:
    """Between the halves a household that loses its head has another; afterwards all stand as before, under the new name."""
    members = state.household(before.household)
    away = stay_behind(members, [before.number])
    gone = _removed(before, entries[0])
    head = new.name if before.is_head else before.household_head
    stood = {member.number: member for member in members}
    others = [replace(stood[row.number], history=row.history + 1, household_head=head) for row in away]
    back = replace(new, history=gone.history + 1, household_head=head)
    return (
        entries[0].of_residents(reasons[0], [gone, *away]),
        entries[1].of_residents(reasons[1], [back, *others]),
    )
