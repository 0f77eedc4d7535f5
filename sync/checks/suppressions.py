"""Checks of the suppression stream: what protects somebody is accepted in doubt, what ends a protection is not.

``until`` is looked at nowhere: a suppression ends by its release alone (住民記録システム標準仕様書).
"""

from __future__ import annotations

from collections.abc import Sequence

from sync.change.events import Change
from sync.change.reasons import Reason, Stream
from sync.checks.faults import Fault, Finding
from sync.checks.picture import Picture
from sync.checks.place import row_at
from sync.copy.store import Row, SuppressionRow


def suppressions(change: Change, rows: Sequence[Row], picture: Picture) -> Finding | None:
    for place, row in enumerate(rows):
        assert isinstance(row, SuppressionRow)
        before = picture.suppressions.get(row.key)
        if row.released is not (change.reason is Reason.SUPPRESSION_RELEASED):
            return _finding(Fault.SUPPRESSION_MISMATCH, place, ["released"])
        if before is None:
            if row.released:
                return _finding(Fault.UNKNOWN_SUPPRESSION, place, ["key"])
        elif (before.resident, before.household) != (row.resident, row.household):
            return _finding(Fault.SUPPRESSION_MISMATCH, place, ["resident", "household"])
    return None


def _finding(fault: Fault, place: int, items: list[str]) -> Finding:
    return Finding(fault=fault, where=row_at(Stream.SUPPRESSIONS, place, items))
