"""Checks of the residents' stream: 記載, 消除 and 修正 against what the copy holds of the people and their households."""

from __future__ import annotations

from collections.abc import Sequence

from sync.change.events import Change
from sync.change.reasons import CORRECTIONS, HALVES, MOVES_OUT, Nature, Stream
from sync.checks.days import fits_days
from sync.checks.faults import Fault, Finding
from sync.checks.households import fits_households
from sync.checks.lines import Line, entry_day, lines_of
from sync.checks.natures import anybody_comes_or_goes, fits_nature
from sync.checks.picture import Picture
from sync.checks.place import Place
from sync.copy.store import Row

_ALL = str(Place(stream=Stream.RESIDENTS))


def residents(change: Change, rows: Sequence[Row], picture: Picture) -> Finding | None:
    """A correction says what is true of a person whose earlier change was set aside, whatever that was: such a row is
    held against its household alone."""
    reason = change.reason
    if reason in HALVES:
        return Finding(fault=Fault.WAITS_FOR_SECOND_HALF, where=_ALL)
    lines = lines_of(change, rows, picture)
    blocked = [line for line in lines if line.blocked]
    if blocked and reason not in CORRECTIONS:
        return blocked[0].finding(Fault.WAITS_FOR_CORRECTION)
    if reason not in MOVES_OUT and change.changed_on > entry_day(change):
        return Finding(fault=Fault.DAY_IN_FUTURE, where=_ALL)
    for line in lines:
        if not _is_next(line, picture):
            return line.finding(Fault.WRONG_HISTORY)
    fitting = [line for line in lines if not line.blocked]
    if (finding := fits_nature(reason, fitting)) is not None:
        return finding
    if not blocked and reason.nature is not Nature.AMENDMENT and not anybody_comes_or_goes(lines):
        entry = reason.nature is Nature.ENTRY
        return lines[0].finding(Fault.ALREADY_RESIDENT if entry else Fault.NOBODY_REMOVED)
    return fits_days(change, fitting) or fits_households(lines, picture)


def _is_next(line: Line, picture: Picture) -> bool:
    """Whether 履歴番号 goes on from the copy's row, or from the one that was set aside."""
    before = line.before.history if line.before is not None else 0
    if line.row.history == before + 1:
        return True
    aside = picture.quarantine.last_history(line.new.number) if line.blocked else None
    return aside is not None and line.row.history == aside + 1
