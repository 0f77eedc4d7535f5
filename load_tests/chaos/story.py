"""What happens in the town during the run: legal changes, illogical ones with their corrections, and what must come of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from random import Random

from certificates.domain.resident import Resident
from load_tests.chaos.slips.drawing import Drawn, Slips
from sync.change.events import Change, Record, key_of
from sync.change.reasons import HALVES
from sync.change.records import Kind, kind_of, text_of
from sync.checks.faults import Fault
from sync.copy.store import Row, row_of

History = Counter[tuple[str, int, int, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One change of the story, and the fault for which a check at reception must set it aside, if any."""

    change: Change
    slip: Fault | None = None

    @property
    def fault(self) -> Fault | None:
        """Also the first half of a 改製 or 再製 waits: for the second."""
        return Fault.WAITS_FOR_SECOND_HALF if self.change.reason in HALVES else self.slip


@dataclass(slots=True, kw_only=True)
class Expected:
    """What the copy must hold in the end.

    ``current``: the row by kind and key, with its canonical record text. ``history``: (宛名番号, 履歴番号, number of
    the change, record text), each exactly once. ``set_aside``: by number the faults of the changes that waited in
    quarantine, all set right since.
    """

    current: dict[tuple[Kind, str], Row] = field(default_factory=dict, repr=False)
    history: History = field(default_factory=Counter, repr=False)
    set_aside: dict[int, Fault] = field(default_factory=dict)
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
        if told.fault is not None:
            self.set_aside[self.last] = told.fault
            return
        for record in told.change.subjects.records():
            self._put(record, self.last)

    def _put(self, record: Record, sequence: int) -> None:
        key, text = key_of(record), text_of(record)
        self.current[kind_of(record), key] = row_of(record, text)
        if isinstance(record, Resident):
            self.history[key, record.history, sequence, text] += 1


def story(legal: Iterable[Change], slips: Slips, rng: Random, *, one_in: int, late: int) -> Iterator[Told]:
    """``legal`` changes; beside about one in ``one_in`` the registry makes a slip, and sets it right up to ``late``
    changes later: in the same delivery or some deliveries on."""
    open_slips: list[tuple[int, Drawn]] = []
    for place, change in enumerate(legal):
        yield Told(change=change)
        for due, drawn in list(open_slips):
            if due <= place:
                open_slips.remove((due, drawn))
                yield Told(change=slips.set_right(drawn))
        if rng.randrange(one_in) == 0 and (slip := slips.draw(change)) is not None:
            open_slips.append((place + rng.randint(0, late), slip))
            yield from (Told(change=wrong, slip=fault) for wrong, fault in slip.slip.wrong)
    for _, drawn in open_slips:
        yield Told(change=slips.set_right(drawn))
