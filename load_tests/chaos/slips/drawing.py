"""Which slip comes next: of every kind as often as of any other, with people to whom nothing else happens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from random import Random

from certificates.domain.identifiers import HouseholdNumber
from certificates.domain.resident import Resident
from load_tests.chaos.slips.people import PEOPLE
from load_tests.chaos.slips.side_streams import SIDE_STREAMS
from load_tests.chaos.slips.slip import Clerk, Make, Slip
from sync.change.events import Change
from sync.checks.faults import Fault
from sync.registry.state import RegisterState

SLIPS: Mapping[Fault, Make] = {**PEOPLE, **SIDE_STREAMS}
_ONE_IN = 10  # households that are kept for slips


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A slip, and the household that is in disorder until it is set right."""

    slip: Slip
    home: HouseholdNumber


def kept_homes(state: RegisterState) -> frozenset[HouseholdNumber]:
    """One household in ten, and those of everybody who is removed: the walk through the town must spare them."""
    every = sorted({row.household for row in state.residents.values()})
    gone = {row.household for row in state.residents.values() if not row.is_current}
    return frozenset(every[::_ONE_IN]) | gone


class Slips:
    """``used`` counts by kind what was drawn."""

    def __init__(self, state: RegisterState, homes: Collection[HouseholdNumber], rng: Random) -> None:
        self._state = state
        self._rng = rng
        self._people: dict[HouseholdNumber, list[Resident]] = {home: [] for home in homes}
        for row in state.residents.values():
            if row.household in self._people:
                self._people[row.household].append(row)
        self._free = sorted(self._people)
        self.used: Counter[Fault] = Counter()

    def draw(self, beside: Change) -> Drawn | None:
        """None while every household that would do is in disorder already."""
        clerk = Clerk(state=self._state, beside=beside)
        for fault in sorted(SLIPS, key=lambda fault: (self.used[fault], self._rng.random())):
            for home in self._rng.sample(self._free, len(self._free)):
                slip = self._slip(clerk, fault, home)
                if slip is not None:
                    self.used[fault] += 1
                    self._free.remove(home)
                    return Drawn(slip=slip, home=home)
        return None

    def _slip(self, clerk: Clerk, fault: Fault, home: HouseholdNumber) -> Slip | None:
        for row in self._people[home]:
            standing = self._state.residents[row.number]
            # whoever is gone can only be taken for somebody who is not
            if standing.is_current is (fault is not Fault.NOT_CURRENT):
                slip = SLIPS[fault](clerk, standing)
                if slip is not None:
                    return slip
        return None

    def set_right(self, drawn: Drawn) -> Change:
        """The correction; what it says is in the register from then on."""
        self._state.take(drawn.slip.right)
        self._free.append(drawn.home)
        return drawn.slip.right
