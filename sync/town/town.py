"""A whole town of invented residents, the same for the same seed; nobody in it exists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from certificates.domain.identifiers import CardSerial, MunicipalityCode
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError
from sync.change.events import CardCertificate, Record
from sync.town import numbers
from sync.town.homes import Draw, Home, Plot, build, plots
from sync.town.imprints import round_imprint
from sync.town.scenarios import CAST, Scenario

FOUNDED = date(2026, 4, 1)
"""The day on which a town's register stands, unless another is given."""


def plain_imprint(resident: Resident) -> SealImprint:
    return round_imprint(resident.number)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody from the index, with the card that they put on a kiosk."""

    resident: Resident
    serial: CardSerial = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Town:
    """Its register on ``today``, and who is interesting in it. The same ``seed`` makes a larger town of the same people."""

    municipality: MunicipalityCode
    seed: int
    today: date
    residents: tuple[Resident, ...]
    seals: tuple[SealRegistration, ...]
    suppressions: tuple[Suppression, ...]
    cards: tuple[CardCertificate, ...]
    people: Mapping[Scenario, Person] = field(repr=False)

    def records(self) -> Iterator[Record]:
        """All rows in the order of a full load."""
        yield from self.residents
        yield from self.seals
        yield from self.suppressions
        yield from self.cards

    def person(self, scenario: Scenario) -> Person:
        """Raises InvalidValueError in a town that is too small for everybody."""
        if scenario not in self.people:
            raise InvalidValueError("residents", f"a town of {len(self.residents)} has no {scenario.value}")
        return self.people[scenario]


def invent(seed: int, residents: int = 2000, *, today: date = FOUNDED, draw: Draw = plain_imprint) -> Town:
    """A town of ``residents`` rows in about 900 households for each 2,000; the cast comes first."""
    require_size(residents)
    built = [(plot, build(plot, seed, today, draw)) for plot in plots(seed, residents)]
    homes = [home for _, home in built]
    return Town(
        municipality=numbers.MUNICIPALITY,
        seed=seed,
        today=today,
        residents=tuple(row for home in homes for row in home.residents),
        seals=tuple(row for home in homes for row in home.seals),
        suppressions=tuple(row for home in homes for row in home.suppressions),
        cards=tuple(row for home in homes for row in home.cards),
        people={plot.scenario: person_of(plot, home) for plot, home in built if plot.scenario is not None},
    )


def require_size(residents: int) -> None:
    """Raises InvalidValueError for a town that nobody lives in."""
    if residents < 1:
        raise InvalidValueError("residents", "must be at least 1")


def person_of(plot: Plot, home: Home) -> Person:
    """Who is in the index from a household of the cast."""
    assert plot.scenario is not None
    who = CAST[plot.scenario].who
    return Person(resident=home.residents[who], serial=numbers.serial(plot.first + who))
