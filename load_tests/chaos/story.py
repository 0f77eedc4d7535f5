"""What happens in the town during the run: legal changes, a few illogical ones with their corrections, and what must come of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from random import Random

from certificates.domain.resident import Resident
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.change.events import Change, Record, Subjects, key_of
from sync.change.reasons import HALVES, Reason
from sync.change.records import Kind, kind_of, text_of
from sync.copy.store import Row, row_of
from sync.registry.state import Entry

History = Counter[tuple[str, int, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change of the story, and whether a check at reception must set it aside: ``illogical``, or the first half
    of a 改製 or 再製, which waits for the second."""

    change: Change
    illogical: bool = False

    @property
    def waits(self) -> bool:
        return self.illogical or self.change.reason in HALVES


@dataclass(slots=True, kw_only=True)
class Expected:
    """What the copy must hold in the end.

    ``current``: the row by kind and key, with its canonical record text. ``history``: (宛名番号, 履歴番号, number of
    the change, record text), each exactly once. ``set_aside``: numbers of the changes that waited in quarantine, all
    set right since.
    """

    current: dict[tuple[Kind, str], Row] = field(default_factory=dict, repr=False)
    history: History = field(default_factory=Counter, repr=False)
    set_aside: set[int] = field(default_factory=set)
    last: int = 0

    def rows(self) -> Iterable[Row]:
        return self.current.values()

    def begin(self, records: Iterable[Record]) -> None:
        """The full load at number 0."""
        for record in records:
            self._put(record, 0)

    def take(self, told: Told) -> None:
        """The next number of the feed."""
        self.last += 1
        if told.waits:
            self.set_aside.add(self.last)
            return
        for record in told.change.subjects.records():
            self._put(record, self.last)

    def _put(self, record: Record, sequence: int) -> None:
        key, text = key_of(record), text_of(record)
        self.current[kind_of(record), key] = row_of(record, text)
        if isinstance(record, Resident):
            self.history[key, record.history, sequence, text] += 1


def story(legal: Iterable[Change], rng: Random, *, one_in: int) -> Iterator[Told]:
    """``legal`` changes, and after about one in ``one_in`` an illogical one, set right by the very next."""
    for change in legal:
        yield Told(change=change)
        people = sorted(change.subjects.people())
        if rng.randrange(one_in) or not people or change.reason in HALVES:
            continue
        wrong = Suppression(
            key=f"X{change.id[:12]}",
            reason=SuppressionReason.PROTECTION,
            since=change.changed_on,
            resident=rng.choice(people),
            released=True,
        )
        # 解除 of a 支援措置 that nobody ever entered; the correction enters it
        yield Told(change=_about(change, "wrong", Reason.SUPPRESSION_RELEASED, wrong), illogical=True)
        yield Told(change=_about(change, "right", Reason.SUPPRESSED, replace(wrong, released=False)))


def _about(before: Change, what: str, reason: Reason, row: Suppression) -> Change:
    identity = hashlib.sha256(f"{before.id}:{what}".encode()).hexdigest()[:32]
    entry = Entry(id=identity, time=before.time, on=before.changed_on)
    return entry.change(reason, Subjects(suppressions=(row,)))
