"""Logic checks at reception: whether a change fits what the copy holds (住民記録システム標準仕様書 データ連携).

Each check answers with the first fault it finds, or None. They are pure: the copy's rows come as a ``Picture``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from certificates.domain.clock import JST
from certificates.domain.resident import ResidencyStatus
from sync.change.events import Change
from sync.change.reasons import CORRECTIONS, HALVES, MOVES_OUT, Nature, Reason, Stream
from sync.checks.faults import Fault
from sync.checks.picture import Picture
from sync.copy.store import CardRow, Member, ResidentRow, Row, SealRow, SuppressionRow

ADDRESS_ITEMS = frozenset({"history", "address", "address_since", "notified"})
HOUSEHOLD_ITEMS = frozenset({"history", "household", "relation", "household_head", "notified"})

_REMOVED_AS: Mapping[Reason, frozenset[ResidencyStatus]] = {
    Reason.MOVE_OUT: frozenset({ResidencyStatus.MOVING_OUT, ResidencyStatus.MOVED_OUT}),
    Reason.MOVE_OUT_ABROAD: frozenset({ResidencyStatus.MOVING_OUT, ResidencyStatus.MOVED_OUT}),
    Reason.DEATH: frozenset({ResidencyStatus.DECEASED}),
}
_REMOVED = frozenset({ResidencyStatus.REMOVED})


def fault_of(change: Change, rows: Sequence[Row], picture: Picture) -> Fault | None:
    """The first check that ``change`` fails; ``rows`` are its subjects."""
    return _STREAMS[change.reason.stream](change, rows, picture)


def _residents(change: Change, rows: Sequence[Row], picture: Picture) -> Fault | None:
    new = [row for row in rows if isinstance(row, ResidentRow)]
    reason = change.reason
    if reason in HALVES:
        return Fault.WAITS_FOR_SECOND_HALF
    blocked = [row for row in new if picture.quarantine.holds(Stream.RESIDENTS, row.member.number)]
    if blocked and reason not in CORRECTIONS:
        return Fault.WAITS_FOR_CORRECTION
    if reason not in MOVES_OUT and change.changed_on > change.time.astimezone(JST).date():
        return Fault.DAY_IN_FUTURE
    if not all(_next_history(row, picture) for row in new):
        return Fault.WRONG_HISTORY
    # A correction says what is true of a person whose earlier change was set aside, whatever that was.
    fitting = [row for row in new if row not in blocked]
    if (fault := _NATURES[reason.nature](reason, fitting, picture)) is not None:
        return fault
    if not blocked and reason.nature is not Nature.AMENDMENT and not _anybody_comes_or_goes(new, picture):
        return Fault.ALREADY_RESIDENT if reason.nature is Nature.ENTRY else Fault.NOBODY_REMOVED
    for members in picture.households_with(new).values():
        if members and sum(member.head for member in members) != 1:
            return Fault.NOT_ONE_HEAD
    return None


def _next_history(row: ResidentRow, picture: Picture) -> bool:
    before = picture.residents.get(row.member.number)
    steps = {(before.history if before is not None else 0) + 1}
    if (aside := picture.quarantine.last_history(row.member.number)) is not None:
        steps.add(aside + 1)
    return row.history in steps


def _entry(reason: Reason, rows: Sequence[ResidentRow], picture: Picture) -> Fault | None:
    for row in rows:
        before = picture.residents.get(row.member.number)
        if row.member.status is not ResidencyStatus.RESIDENT:
            return Fault.STATUS_CHANGED
        if before is None or not before.member.is_current:
            continue
        undoes_move_out = before.member.status is ResidencyStatus.MOVING_OUT
        if reason is Reason.REMOVAL_CANCELLED and undoes_move_out:
            continue
        if undoes_move_out or not changed_items(before, row) <= HOUSEHOLD_ITEMS:
            return Fault.ALREADY_RESIDENT
    return None


def _removal(reason: Reason, rows: Sequence[ResidentRow], picture: Picture) -> Fault | None:
    for row in rows:
        before = picture.residents.get(row.member.number)
        if before is None:
            return Fault.UNKNOWN_RESIDENT
        if not before.member.is_current:
            return Fault.NOT_CURRENT
        if row.member.status is not before.member.status:
            if row.member.status not in _REMOVED_AS.get(reason, _REMOVED):
                return Fault.STATUS_CHANGED
        elif not changed_items(before, row) <= HOUSEHOLD_ITEMS:
            return Fault.NOT_ONLY_HOUSEHOLD
    return None


def _anybody_comes_or_goes(rows: Sequence[ResidentRow], picture: Picture) -> bool:
    known = ((picture.residents.get(row.member.number), row) for row in rows)
    return any(before is None or before.member.status is not row.member.status for before, row in known)


def _amendment(reason: Reason, rows: Sequence[ResidentRow], picture: Picture) -> Fault | None:
    pairs: list[tuple[ResidentRow, ResidentRow]] = []
    for row in rows:
        before = picture.residents.get(row.member.number)
        if before is None:
            return Fault.UNKNOWN_RESIDENT
        if not before.member.is_current and reason not in CORRECTIONS:
            return Fault.NOT_CURRENT
        if row.member.status is not before.member.status:
            return Fault.STATUS_CHANGED
        pairs.append((before, row))
    if reason is Reason.MOVE_WITHIN:
        regrouped = any(before.member.household != row.member.household for before, row in pairs)
        allowed = ADDRESS_ITEMS | HOUSEHOLD_ITEMS if regrouped else ADDRESS_ITEMS
        if any(not changed_items(before, row) <= allowed for before, row in pairs):
            return Fault.NOT_ONLY_ADDRESS
    return None


def changed_items(before: ResidentRow, after: ResidentRow) -> frozenset[str]:
    """Names of the items in which two rows of one person differ."""
    old: dict[str, object] = json.loads(before.record)
    new: dict[str, object] = json.loads(after.record)
    return frozenset(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))


_NATURES: Mapping[Nature, Callable[[Reason, Sequence[ResidentRow], Picture], Fault | None]] = {
    Nature.ENTRY: _entry,
    Nature.REMOVAL: _removal,
    Nature.AMENDMENT: _amendment,
}


def _seals(change: Change, rows: Sequence[Row], picture: Picture) -> Fault | None:
    ends = change.reason is Reason.SEAL_ABOLISHED
    for row in rows:
        assert isinstance(row, SealRow)
        before = picture.seals.get(row.resident)
        history = before.history if before is not None else 0
        if row.history <= history:
            return Fault.WRONG_HISTORY
        if row.history > history + 1 and not picture.quarantine.holds(Stream.SEALS, row.resident):
            return Fault.WRONG_HISTORY
        valid = before is not None and before.valid
        if row.valid is ends or valid is (change.reason is Reason.SEAL_REGISTERED):
            return Fault.SEAL_EXISTS if valid and not ends else Fault.NO_SEAL
        if not ends and (fault := _stranger(picture.residents.get(row.resident), row, picture)) is not None:
            return fault
    return None


def _stranger(known: ResidentRow | None, row: SealRow | CardRow, picture: Picture) -> Fault | None:
    """A seal or a card needs a resident; one whose own change is set aside is given the benefit of the doubt,
    since nothing is issued for them anyway."""
    if picture.quarantine.holds(Stream.RESIDENTS, row.resident):
        return None
    if known is None:
        return Fault.UNKNOWN_RESIDENT
    member: Member = known.member
    return None if member.is_current else Fault.NOT_CURRENT


def _suppressions(change: Change, rows: Sequence[Row], picture: Picture) -> Fault | None:
    for row in rows:
        assert isinstance(row, SuppressionRow)
        before = picture.suppressions.get(row.key)
        if row.released is not (change.reason is Reason.SUPPRESSION_RELEASED):
            return Fault.SUPPRESSION_MISMATCH
        if before is None:
            if row.released:
                return Fault.UNKNOWN_SUPPRESSION
        elif (before.resident, before.household) != (row.resident, row.household):
            return Fault.SUPPRESSION_MISMATCH
    return None


def _cards(change: Change, rows: Sequence[Row], picture: Picture) -> Fault | None:
    for row in rows:
        assert isinstance(row, CardRow)
        before = picture.cards.get(row.serial)
        if before is not None and before.resident != row.resident:
            return Fault.SERIAL_OF_ANOTHER
        if row.removed:
            if before is None:
                return Fault.UNKNOWN_SERIAL
            continue
        if change.reason is Reason.CARD_REMOVED or (before is not None and before.removed):
            return Fault.UNKNOWN_SERIAL
        if (fault := _stranger(picture.residents.get(row.resident), row, picture)) is not None:
            return fault
    return None


_STREAMS: Mapping[Stream, Callable[[Change, Sequence[Row], Picture], Fault | None]] = {
    Stream.RESIDENTS: _residents,
    Stream.SEALS: _seals,
    Stream.SUPPRESSIONS: _suppressions,
    Stream.CARDS: _cards,
}
