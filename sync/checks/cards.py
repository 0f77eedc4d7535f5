"""Checks of the card stream: a serial number belongs to one resident for ever."""

from __future__ import annotations

from collections.abc import Sequence

from sync.change.events import Change
from sync.change.reasons import Reason, Stream
from sync.checks.faults import Fault, Finding
from sync.checks.picture import Picture
from sync.checks.place import row_at
from sync.checks.strangers import stranger
from sync.copy.store import CardRow, Row


def cards(change: Change, rows: Sequence[Row], picture: Picture) -> Finding | None:
    for place, row in enumerate(rows):
        assert isinstance(row, CardRow)
        if (fault := _fault(change.reason, row, picture)) is not None:
            return Finding(fault=fault, where=row_at(Stream.CARDS, place, ["serial"]))
    return None


def _fault(reason: Reason, row: CardRow, picture: Picture) -> Fault | None:
    before = picture.cards.get(row.serial)
    if before is not None and before.resident != row.resident:
        return Fault.SERIAL_OF_ANOTHER
    if row.removed:
        return Fault.UNKNOWN_SERIAL if before is None else None
    if reason is Reason.CARD_REMOVED or (before is not None and before.removed):
        return Fault.UNKNOWN_SERIAL
    return stranger(row.resident, picture)
