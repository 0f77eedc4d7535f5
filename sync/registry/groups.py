"""世帯分離, 世帯合併 and 世帯変更: who lives with whom changes, and nobody's address (住民基本台帳法25条 世帯変更届)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.resident import Resident
from certificates.errors import InvalidValueError
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.registry.households import HEAD, relation_to
from sync.registry.moves import stay_behind
from sync.registry.state import Entry, RegisterState, revised


def split_household(
    state: RegisterState, leaving: Sequence[ResidentNumber], new_household: HouseholdNumber, entry: Entry
) -> Change:
    """世帯分離: ``leaving`` are a household of their own from now on, the first of them its head.

    Raises InvalidValueError when nobody would stay.
    """
    going = [state.resident(number) for number in leaving]
    members = state.household(going[0].household)
    if {row.number for row in members} <= set(leaving):
        raise InvalidValueError("世帯分離", "needs somebody who stays")
    head, former = going[0], members[0]
    rows = [
        revised(
            row,
            household=new_household,
            relation=HEAD if row is head else relation_to(head, row, former),
            household_head=head.name,
            notified=RecordedDate.of(entry.on),
        )
        for row in going
    ]
    return entry.of_residents(Reason.HOUSEHOLD_SPLIT, [*rows, *stay_behind(members, leaving)])


def merge_households(
    state: RegisterState,
    joining: HouseholdNumber,
    into: HouseholdNumber,
    relations: Mapping[ResidentNumber, str],
    entry: Entry,
) -> Change:
    """世帯合併: everybody of ``joining`` belongs to ``into``, with the 続柄 of ``relations``.

    Raises InvalidValueError when the two do not live at one address.
    """
    rows = _joined(state, state.household(joining), into, relations, entry)
    return entry.of_residents(Reason.HOUSEHOLD_MERGED, rows)


def change_household(
    state: RegisterState,
    leaving: Sequence[ResidentNumber],
    into: HouseholdNumber,
    relations: Mapping[ResidentNumber, str],
    entry: Entry,
) -> Change:
    """世帯変更: ``leaving`` go over to another household at the same address, with the 続柄 of ``relations``.

    Raises InvalidValueError when the two do not live at one address.
    """
    going = [state.resident(number) for number in leaving]
    members = state.household(going[0].household)
    rows = _joined(state, going, into, relations, entry)
    return entry.of_residents(Reason.HOUSEHOLD_CHANGED, [*rows, *stay_behind(members, leaving)])


def _joined(
    state: RegisterState,
    going: Sequence[Resident],
    into: HouseholdNumber,
    relations: Mapping[ResidentNumber, str],
    entry: Entry,
) -> list[Resident]:
    host = state.household(into)
    if not host or any(row.address != host[0].address for row in going):
        raise InvalidValueError("世帯", "can be joined by those who live at its address only")
    return [
        revised(
            row,
            household=into,
            relation=relations[row.number],
            household_head=host[0].name,
            notified=RecordedDate.of(entry.on),
        )
        for row in going
    ]
