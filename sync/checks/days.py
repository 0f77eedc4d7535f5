"""Whether the days in a row agree with 異動日 and with the day of entry; what is recorded as unknown agrees with all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import ResidencyStatus
from sync.change.events import Change
from sync.change.reasons import Reason
from sync.checks.faults import Fault, Finding
from sync.checks.lines import Line, entry_day

_PAST = ("became_resident", "address_since", "notified")
_REMOVAL = frozenset({"status", "removed_on"})
_ON_THE_DAY = frozenset({ResidencyStatus.DECEASED, ResidencyStatus.MOVED_OUT})


def fits_days(change: Change, lines: Sequence[Line]) -> Finding | None:
    """Looks only at what the change itself says anew; ``lines`` hold nobody who is blocked."""
    entered = entry_day(change)
    for line in lines:
        if (finding := _line(change, line, entered)) is not None:
            return finding
    return None


def _line(change: Change, line: Line, entered: date) -> Finding | None:
    new, says = line.new, line.changed
    born = new.birth.exact
    if born is not None and (line.comes or "birth" in says):
        if change.reason is Reason.BIRTH and line.comes and born != change.changed_on:
            return line.finding(Fault.NOT_THE_DAY_OF_BIRTH, ["birth"])
        if born > change.changed_on:
            return line.finding(Fault.BORN_LATER, ["birth"])
    for item in _PAST:
        day: RecordedDate | None = getattr(new, item)
        if (line.comes or item in says) and day is not None and day.exact is not None and day.exact > entered:
            return line.finding(Fault.DATE_AFTER_ENTRY, [item])
    gone = new.status is not ResidencyStatus.MOVING_OUT and bool(says & _REMOVAL)
    if gone and new.removed_on is not None and new.removed_on > entered:
        return line.finding(Fault.DATE_AFTER_ENTRY, ["removed_on"])
    if line.goes and new.status in _ON_THE_DAY and new.removed_on != change.changed_on:
        return line.finding(Fault.REMOVED_ON_ANOTHER_DAY, ["removed_on"])
    return None
