"""What 記載, 消除 and 修正 may do to the status of the people whom they name, and to whether they are Japanese."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from certificates.domain.resident import ResidencyStatus
from sync.change.reasons import CORRECTIONS, Nature, Reason
from sync.checks.faults import Fault, Finding
from sync.checks.lines import Line
from sync.checks.reason_items import HOUSEHOLD_ITEMS, items_of_reason

_REMOVED_AS: Mapping[Reason, frozenset[ResidencyStatus]] = {
    Reason.MOVE_OUT: frozenset({ResidencyStatus.MOVING_OUT, ResidencyStatus.MOVED_OUT}),
    Reason.MOVE_OUT_ABROAD: frozenset({ResidencyStatus.MOVING_OUT, ResidencyStatus.MOVED_OUT}),
    Reason.DEATH: frozenset({ResidencyStatus.DECEASED}),
}
_REMOVED = frozenset({ResidencyStatus.REMOVED})


def fits_nature(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    """``lines`` hold nobody who is blocked."""
    return _NATURES[reason.nature](reason, lines) or _nationality(reason, lines)


def anybody_comes_or_goes(lines: Sequence[Line]) -> bool:
    return any(line.before is None or "status" in line.changed for line in lines)


def _entry(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    for line in lines:
        before = line.before
        current = before is not None and before.member.is_current
        if current and line.changed <= HOUSEHOLD_ITEMS:
            continue  # who lives with those who come
        if line.new.status is not ResidencyStatus.RESIDENT:
            return line.finding(Fault.STATUS_CHANGED, ["status"])
        undoes_move_out = before is not None and before.member.status is ResidencyStatus.MOVING_OUT
        if current and not (reason is Reason.REMOVAL_CANCELLED and undoes_move_out):
            return line.finding(Fault.ALREADY_RESIDENT)
    return None


def _removal(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    for line in lines:
        if line.before is None:
            return line.finding(Fault.UNKNOWN_RESIDENT)
        if not line.before.member.is_current:
            return line.finding(Fault.NOT_CURRENT)
        if "status" in line.changed:
            if line.new.status not in _REMOVED_AS.get(reason, _REMOVED):
                return line.finding(Fault.STATUS_CHANGED, ["status"])
        elif wrong := line.changed - HOUSEHOLD_ITEMS:
            return line.finding(Fault.NOT_ONLY_HOUSEHOLD, wrong)
    return None


def _amendment(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    for line in lines:
        if line.before is None:
            return line.finding(Fault.UNKNOWN_RESIDENT)
        if not line.before.member.is_current and reason not in CORRECTIONS:
            return line.finding(Fault.NOT_CURRENT)
        if "status" in line.changed:
            return line.finding(Fault.STATUS_CHANGED, ["status"])
    return items_of_reason(reason, lines)


_NATURES: Mapping[Nature, Callable[[Reason, Sequence[Line]], Finding | None]] = {
    Nature.ENTRY: _entry,
    Nature.REMOVAL: _removal,
    Nature.AMENDMENT: _amendment,
}

_FOREIGN_AFTER: Mapping[Reason, bool] = {
    Reason.ENTRY_NATURALISATION: False,
    Reason.ENTRY_LOSS_OF_NATIONALITY: True,
    Reason.REMOVAL_NATURALISATION: True,
    Reason.REMOVAL_LOSS_OF_NATIONALITY: False,
}
"""Whether the row of the person concerned is a foreign one: 消除 ends the old record, 記載 begins the new."""


def _nationality(reason: Reason, lines: Sequence[Line]) -> Finding | None:
    """Only 帰化 and 国籍喪失 turn a resident foreign or Japanese; whoever was away may come back as either."""
    expected = _FOREIGN_AFTER.get(reason)
    for line in lines:
        turned = line.before is not None and line.was_foreign is not line.is_foreign
        concerned = line.comes or line.goes
        if expected is not None and concerned and line.is_foreign is not expected:
            return line.finding(Fault.NATIONALITY, ["foreign", "honseki"], reason)
        if turned and not line.comes:
            return line.finding(Fault.NATIONALITY, ["foreign", "honseki"], reason)
    return None
