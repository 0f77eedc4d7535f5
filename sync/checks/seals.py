"""Checks of the seal stream (印鑑登録証明事務処理要領): one registration in force, of a resident of 15 years or more."""

from __future__ import annotations

from collections.abc import Sequence

from certificates.domain.dates import age_on
from certificates.domain.seal import SealRegistration
from sync.change.events import Change
from sync.change.reasons import Reason, Stream
from sync.change.records import read_birth
from sync.checks.faults import Fault, Finding
from sync.checks.lines import entry_day
from sync.checks.picture import Picture
from sync.checks.place import row_at
from sync.checks.strangers import stranger
from sync.copy.store import Row, SealRow

AGE = 15
"""印鑑登録証明事務処理要領 第2-1: nobody younger can register a seal."""


def seals(change: Change, rows: Sequence[Row], picture: Picture) -> Finding | None:
    for place, (row, seal) in enumerate(zip(rows, change.subjects.seals, strict=True)):
        assert isinstance(row, SealRow)
        fault = _state(change.reason, row, picture)
        items: list[str] = []
        if fault is None:
            fault, items = _days(change, seal)
        if fault is None and seal.is_valid:
            fault = stranger(row.resident, picture) or _age(seal, picture)
        if fault is not None:
            return Finding(fault=fault, where=row_at(Stream.SEALS, place, items))
    return None


def _state(reason: Reason, row: SealRow, picture: Picture) -> Fault | None:
    """History and what is in force. After a change that was set aside nobody here knows what is in force at the
    registry: then any full row that agrees with its own reason says so."""
    before = picture.seals.get(row.resident)
    blocked = picture.quarantine.holds(Stream.SEALS, row.resident)
    ends = reason is Reason.SEAL_ABOLISHED
    history = before.history if before is not None else 0
    if row.history <= history or (row.history > history + 1 and not blocked):
        return Fault.WRONG_HISTORY
    if row.valid is ends:
        return Fault.NO_SEAL
    valid = before is not None and before.valid
    if blocked or valid is not (reason is Reason.SEAL_REGISTERED):
        return None
    return Fault.SEAL_EXISTS if valid else Fault.NO_SEAL


def _days(change: Change, seal: SealRegistration) -> tuple[Fault | None, list[str]]:
    entered = entry_day(change)
    if seal.cancelled_on is not None and seal.cancelled_on < seal.registered_on:
        return Fault.SEAL_DAYS, ["cancelled_on"]
    if seal.cancelled_on is not None and seal.cancelled_on > entered:
        return Fault.DATE_AFTER_ENTRY, ["cancelled_on"]
    return (Fault.DATE_AFTER_ENTRY, ["registered_on"]) if seal.registered_on > entered else (None, [])


def _age(seal: SealRegistration, picture: Picture) -> Fault | None:
    """A birth that is not known to the day is not held against anybody here; the decision to issue looks again."""
    row = picture.residents.get(seal.resident)
    birth = read_birth(row.record) if row is not None else None
    if birth is None or birth.exact is None:
        return None
    return Fault.UNDER_FIFTEEN if age_on(birth, seal.registered_on) < AGE else None
