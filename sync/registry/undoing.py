"""異動の取消し: a change was entered that never was, and the rows that stood before it are said again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from certificates.domain.resident import ResidencyStatus, Resident
from sync.change.events import Change
from sync.change.reasons import Nature, Reason
from sync.registry.state import Entry, RegisterState

_CANCELS: Mapping[Nature, Reason] = {
    Nature.ENTRY: Reason.ENTRY_CANCELLED,
    Nature.REMOVAL: Reason.REMOVAL_CANCELLED,
    Nature.AMENDMENT: Reason.AMENDMENT_CANCELLED,
}
"""（減） takes back what was entered, （増） what was removed, （修正） what was amended."""


def undo(state: RegisterState, change: Change, before: Iterable[Resident], entry: Entry) -> Change:
    """異動の取消し of ``change``; ``before`` are the rows of its people as they stood before it.

    Nothing else may have happened to these people and households since. Whoever had come by the change is removed as
    of the entry's day; nothing is ever deleted, 履歴番号 goes on.
    """
    stood = {row.number: row for row in before}
    entered = change.reason.nature is Nature.ENTRY
    rows = [
        _as_before(stood.get(row.number), state.resident(row.number), entry, entered=entered)
        for row in change.subjects.residents
    ]
    return entry.of_residents(_CANCELS[change.reason.nature], rows)


def _as_before(stood: Resident | None, row: Resident, entry: Entry, *, entered: bool) -> Resident:
    if stood is None or (entered and not stood.is_current):
        return replace(row, history=row.history + 1, status=ResidencyStatus.REMOVED, removed_on=entry.on)
    return replace(stood, history=row.history + 1)
