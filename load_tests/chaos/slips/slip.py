"""One slip of the registry: changes that a check must set aside, and the change that sets them right."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from certificates.domain.clock import JST
from certificates.domain.resident import Resident
from sync.change.events import Change, Subjects
from sync.change.reasons import Reason
from sync.checks.faults import Fault
from sync.registry.state import Entry, RegisterState


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """``wrong``: each with the fault that it must be set aside for. ``right`` holds a row under every key of them."""

    wrong: tuple[tuple[Change, Fault], ...]
    right: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """Who makes slips in ``state``, at the moment of the change ``beside`` which they are made."""

    state: RegisterState
    beside: Change

    @property
    def today(self) -> date:
        return self.beside.time.astimezone(JST).date()

    def entry(self, what: str, on: date | None = None) -> Entry:
        identity = hashlib.sha256(f"{self.beside.id}:{what}".encode()).hexdigest()[:32]
        return Entry(id=identity, time=self.beside.time, on=on or self.today)

    def of_residents(
        self, fault: Fault, reason: Reason, rows: Sequence[Resident], on: date | None = None
    ) -> Slip:
        """``rows`` are wrong; 誤記修正 says of everybody in them what the register says."""
        wrong = self.entry("wrong", on).of_residents(reason, rows)
        return Slip(wrong=((wrong, fault),), right=self._said_anew(rows))

    def waiting(self, slip: Slip) -> Slip:
        """With an edit of the same people that comes before the correction, and waits for it."""
        rows = slip.wrong[-1][0].subjects.residents
        edited = [replace(row, history=row.history + 1, name_kana="ミホン") for row in rows]
        edit = self.entry("edit").of_residents(Reason.MINOR_AMENDMENT, edited)
        return Slip(wrong=(*slip.wrong, (edit, Fault.WAITS_FOR_CORRECTION)), right=self._said_anew(edited))

    def _said_anew(self, rows: Sequence[Resident]) -> Change:
        true = [replace(self.state.residents[row.number], history=row.history + 1) for row in rows]
        return self.entry("right").of_residents(Reason.CLERICAL_AMENDMENT, true)

    def beside_residents(
        self, fault: Fault, reason: Reason, wrong: Subjects, right_reason: Reason, right: Subjects
    ) -> Slip:
        """In the streams of seals, suppressions and cards."""
        return Slip(
            wrong=((self.entry("wrong").change(reason, wrong), fault),),
            right=self.entry("right").change(right_reason, right),
        )


Make = Callable[[Clerk, Resident], Slip | None]
"""None where nothing of this kind can go wrong with this person."""
