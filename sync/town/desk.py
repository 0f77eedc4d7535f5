"""The desk at which a town's changes are entered: the register, the clock, the next numbers, and whom chance brings."""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from certificates.domain.clock import JST
from certificates.domain.identifiers import CardSerial, HouseholdNumber, ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealImprint
from sync.change.events import Change, Record
from sync.change.reasons import HALVES, Reason
from sync.registry import side_streams
from sync.registry.state import Entry, RegisterState
from sync.town import numbers
from sync.town.homes import Draw
from sync.town.imprints import round_imprint

Wanted = Callable[[Resident], bool]
_LOOKS = 40
_UNDOABLE = 24
# Two halves of one thing: taking the second back would leave a household without somebody who never left it.
_NEVER_UNDONE = HALVES | {
    Reason.ENTRY_RENEWAL,
    Reason.ENTRY_RESTORATION,
    Reason.REMOVAL_NATURALISATION,
    Reason.ENTRY_NATURALISATION,
    Reason.REMOVAL_LOSS_OF_NATIONALITY,
    Reason.ENTRY_LOSS_OF_NATIONALITY,
}
_OF_CHANGES = 50_000_000  # numbers that replace others come from places beyond the largest town


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A change that can still be taken back, while the people it names stand as it left them."""

    change: Change
    before: tuple[Resident, ...] = field(repr=False)
    left: Mapping[HouseholdNumber, frozenset[tuple[ResidentNumber, int]]]


class Desk:
    """Mutable: ``enter`` takes a change into ``state``. Everything follows from the records, the seed and the clock."""

    def __init__(
        self,
        records: Iterable[Record],
        *,
        seed: int | str,
        start: datetime,
        step: timedelta,
        draw: Draw | None,
        spare: Collection[HouseholdNumber] = (),
    ) -> None:
        self.rng = Random(f"desk:{seed}")  # noqa: S311 - invention, no secret
        self.state = RegisterState(records)
        self.entered: list[Change] = []
        self.planned: deque[ResidentNumber] = deque()  # 転出予定 whose day has to come
        self.gone: deque[ResidentNumber] = deque(maxlen=1_000)  # 転出 of whom no 転入通知 has come
        self.split: deque[tuple[HouseholdNumber, HouseholdNumber]] = deque(maxlen=100)
        self.suppressed: deque[tuple[str, ...]] = deque(maxlen=1_000)
        self.undoable: deque[Entered] = deque(maxlen=_UNDOABLE)
        self._seed, self._now, self._step = seed, start, step
        self._draw = draw
        self._spare = frozenset(spare)
        self._count = 0
        self._listed: dict[HouseholdNumber, None] = {}
        self._households: list[HouseholdNumber] = []
        for row in self.state.residents.values():
            self._list(row.household)
        people = self.state.residents
        self._next_person = 1 + max((numbers.place_of(number) for number in people), default=-1)
        homes = (numbers.place_of(row.household) for row in people.values())
        self._next_household = 1 + max(homes, default=-1)
        self._generations: dict[ResidentNumber, int] = {}

    @property
    def today(self) -> date:
        return self._now.astimezone(JST).date()

    def entry(self) -> Entry:
        """The next entry, on today's date; each is ``step`` later than the one before."""
        identity = hashlib.sha256(f"{self._seed}:{self._count}".encode()).hexdigest()[:32]
        self._count += 1
        self._now += self._step
        return Entry(id=identity, time=self._now, on=self.today)

    def enter(self, change: Change) -> None:
        rows = change.subjects.residents
        keep = bool(rows) and change.reason not in _NEVER_UNDONE and self.rng.random() < 0.05
        before = tuple(self.state.residents[row.number] for row in rows if row.number in self.state.residents)
        self.state.take(change)
        self.entered.append(change)
        for row in rows:
            self._list(row.household)
        if keep and all(row.status is not ResidencyStatus.MOVING_OUT for row in before):
            homes = {row.household for row in (*before, *rows)}
            self.undoable.append(
                Entered(change=change, before=before, left={home: self.standing(home) for home in homes})
            )

    def standing(self, household: HouseholdNumber) -> frozenset[tuple[ResidentNumber, int]]:
        """Who belongs to a household, each with the 履歴番号: the same while nothing happens to it."""
        return frozenset((row.number, row.history) for row in self.state.household(household))

    def leave(self, number: ResidentNumber) -> None:
        """What ends with a removal: the seal registration and the card's certificate."""
        self.end_seal(number)
        if self.state.cards_of(number):
            self.enter(side_streams.remove_cards(self.state, number, self.entry()))

    def end_seal(self, number: ResidentNumber) -> None:
        seal = self.state.seals.get(number)
        if seal is not None and seal.is_valid:
            self.enter(side_streams.abolish_seal(self.state, number, self.entry()))

    def members(self) -> tuple[Resident, ...]:
        """A household by chance, in the order of the certificate; nobody when the town is empty."""
        while self._households:
            place = int(self.rng.random() * len(self._households))
            found = self.state.household(self._households[place])
            if found:
                return found
            del self._listed[self._households[place]]
            self._households[place] = self._households[-1]
            self._households.pop()
        return ()

    def person(self, wanted: Wanted) -> Resident | None:
        """Somebody whom ``wanted`` accepts; None when a few dozen households have nobody such."""
        for _ in range(_LOOKS):
            for member in self.members():
                if wanted(member):
                    return member
        return None

    def new_household(self) -> int:
        """The place of a household number that nobody has had."""
        self._next_household += 1
        return self._next_household - 1

    def new_people(self, count: int) -> int:
        """The place of the first of ``count`` people who never lived here."""
        self._next_person += count
        return self._next_person - count

    def new_number(self) -> int:
        """The place of a number for somebody who has or had another."""
        return _OF_CHANGES + self._count

    def imprint(self, person: Resident) -> SealImprint:
        """Of the seal that somebody brings today; not the one that they brought before, unless told how seals look."""
        return (
            self._draw(person) if self._draw is not None else round_imprint(f"{person.number}:{self._count}")
        )

    def serial(self, number: ResidentNumber) -> CardSerial:
        """The next serial number of a resident's card certificates."""
        while True:
            generation = self._generations[number] = self._generations.get(number, 0) + 1
            serial = numbers.serial(numbers.place_of(number), generation)
            if serial not in self.state.cards:
                return serial

    def _list(self, household: HouseholdNumber) -> None:
        if household not in self._listed and household not in self._spare:
            self._listed[household] = None
            self._households.append(household)
