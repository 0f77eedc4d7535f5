"""The residents' rows of one change beside the rows that the copy holds of the same people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date

import orjson

from certificates.domain.clock import JST
from certificates.domain.resident import Resident
from sync.change.events import Change
from sync.change.reasons import Reason, Stream
from sync.checks.faults import Fault, Finding
from sync.checks.picture import Picture
from sync.checks.place import row_at
from sync.copy.store import ResidentRow, Row

Form = Mapping[str, object]


def form_of(row: Row) -> Form:
    """The items of a row by name; an item at its default is not there."""
    if isinstance(row, ResidentRow) and row.form is not None:
        return row.form
    form: Form = orjson.loads(row.record)
    return form


def _differing(old: Form, new: Form) -> Set[str]:
    """Names of the items in which two rows of one person differ, 履歴番号 left out."""
    differing = {name for name, value in new.items() if old.get(name) != value}
    differing.update(old.keys() - new.keys())
    differing.discard("history")
    return differing


_NOTHING: Set[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of the change; ``place`` counts from 0, ``form`` holds its items by name.

    ``before`` is what the copy holds of this person, ``old`` its items; ``changed`` what differs from it, 履歴番号 left
    out, nothing for somebody new. ``blocked``: an earlier change of this person is set aside, so that ``before`` may
    not be what the registry held. ``comes``: the row makes somebody a resident who was none; ``goes``: it removes one.
    """

    place: int
    row: ResidentRow
    new: Resident
    form: Form
    before: ResidentRow | None
    old: Form
    changed: Set[str]
    blocked: bool
    comes: bool
    goes: bool

    @property
    def was_foreign(self) -> bool:
        return "foreign" in self.old

    @property
    def is_foreign(self) -> bool:
        return self.new.foreign is not None

    def finding(self, fault: Fault, items: Iterable[str] = (), reason: Reason | None = None) -> Finding:
        why = reason.value if reason is not None else ""
        return Finding(fault=fault, where=row_at(Stream.RESIDENTS, self.place, items, why))


def lines_of(change: Change, rows: Sequence[Row], picture: Picture) -> list[Line]:
    lines: list[Line] = []
    quarantine = picture.quarantine if picture.quarantine else None
    for place, (row, new) in enumerate(zip(rows, change.subjects.residents, strict=True)):
        assert isinstance(row, ResidentRow)
        before = picture.residents.get(new.number)
        form, old = form_of(row), form_of(before) if before is not None else {}
        stood, stands = before is not None and before.member.is_current, row.member.is_current
        lines.append(
            Line(
                place=place,
                row=row,
                new=new,
                form=form,
                before=before,
                old=old,
                changed=_differing(old, form) if before is not None else _NOTHING,
                blocked=quarantine is not None and quarantine.holds(Stream.RESIDENTS, new.number),
                comes=stands and not stood,
                goes=stood and not stands,
            )
        )
    return lines


def entry_day(change: Change) -> date:
    """The day on which the change was entered, by the town's clock."""
    return change.time.astimezone(JST).date()
