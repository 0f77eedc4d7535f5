"""Moves: 転入, 転居, 転出予定 and 転出, as the registry enters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.households import HEAD, relation_to, under_new_head
from sync.registry.state import Entry, RegisterState, revised


def move_in(
    state: RegisterState, newcomers: Sequence[Resident], entry: Entry, *, abroad: bool = False
) -> Change:
    """転入. ``newcomers`` are their rows; 履歴番号 goes on from what the register holds of them."""
    reason = Reason.MOVE_IN_FROM_ABROAD if abroad else Reason.MOVE_IN
    return entry.of_residents(reason, [next_row(state, newcomer) for newcomer in newcomers])


def next_row(state: RegisterState, row: Resident) -> Resident:
    """``row`` with the person's next 履歴番号."""
    before = state.residents.get(row.number)
    return replace(row, history=before.history + 1 if before is not None else 1)


def move_within(
    state: RegisterState,
    movers: Sequence[ResidentNumber],
    address: str,
    entry: Entry,
    *,
    new_household: HouseholdNumber | None = None,
) -> Change:
    """転居 of a whole household, or of some of it into ``new_household``, the first mover as its head.

    Raises InvalidValueError when part of a household moves and no number is given for it.
    """
    rows = [state.resident(number) for number in movers]
    members = state.household(rows[0].household)
    moved = RecordedDate.of(entry.on)
    if new_household is None:
        if {row.number for row in members} != set(movers):
            raise InvalidValueError("世帯番号", "is needed for those who leave the household")
        return entry.of_residents(
            Reason.MOVE_WITHIN,
            [revised(row, address=address, address_since=moved, notified=moved) for row in rows],
        )
    head, former = rows[0], members[0]
    going = [
        revised(
            row,
            household=new_household,
            relation=HEAD if row is head else relation_to(head, row, former),
            household_head=head.name,
            address=address,
            address_since=moved,
            notified=moved,
        )
        for row in rows
    ]
    return entry.of_residents(Reason.MOVE_WITHIN, [*going, *stay_behind(members, movers)])


def stay_behind(members: Sequence[Resident], leaving: Sequence[ResidentNumber]) -> list[Resident]:
    """Next rows of those who stay, where the head is among those who leave; else nobody's row changes."""
    head = members[0]
    staying = [row for row in members if row.number not in leaving]
    if head.number not in leaving or not staying:
        return []
    return under_new_head(staying, staying[0], head)


def plan_move_out(
    state: RegisterState,
    leaving: Sequence[ResidentNumber],
    day: date,
    entry: Entry,
    *,
    abroad: bool = False,
    destination: str | None = None,
) -> Change:
    """転出予定: the move-out to ``destination`` is notified and ``day`` has not come."""
    rows = [
        revised(
            state.resident(number),
            status=ResidencyStatus.MOVING_OUT,
            removed_on=day,
            planned_destination=destination,
        )
        for number in leaving
    ]
    return entry.of_residents(Reason.MOVE_OUT_ABROAD if abroad else Reason.MOVE_OUT, rows)


def move_out(
    state: RegisterState, leaving: Sequence[ResidentNumber], entry: Entry, *, abroad: bool = False
) -> Change:
    """転出: gone as of the entry's day; who stays gets a new head where the head has left."""
    rows = [state.resident(number) for number in leaving]
    gone = [revised(row, status=ResidencyStatus.MOVED_OUT, removed_on=entry.on) for row in rows]
    members = state.household(rows[0].household)
    return entry.of_residents(
        Reason.MOVE_OUT_ABROAD if abroad else Reason.MOVE_OUT, [*gone, *stay_behind(members, leaving)]
    )


def cancel_move_out(state: RegisterState, staying: Sequence[ResidentNumber], entry: Entry) -> Change:
    """異動の取消し of a 転出予定."""
    rows = [
        revised(
            state.resident(number),
            status=ResidencyStatus.RESIDENT,
            removed_on=None,
            planned_destination=None,
        )
        for number in staying
    ]
    return entry.of_residents(Reason.REMOVAL_CANCELLED, rows)


def confirm_move_out(state: RegisterState, number: ResidentNumber, address: str, entry: Entry) -> Change:
    """転出の確定 by 転入通知 of the other municipality (住民基本台帳法9条1項): the removed row learns ``address``."""
    row = revised(state.resident(number), confirmed_destination=address)
    return entry.of_residents(Reason.AMENDMENT_EX_OFFICIO, [row])
