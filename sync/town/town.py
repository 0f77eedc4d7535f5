"""A whole town of invented residents, the same for the same seed; nobody in it exists."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from certificates.domain.identifiers import CardSerial, MunicipalityCode, ResidentNumber
from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression, SuppressionReason
from certificates.errors import InvalidValueError
from sync.change.events import CardCertificate, Record
from sync.town import numbers
from sync.town.families import Role, family
from sync.town.imprints import round_imprint
from sync.town.people import any_surname, foreign_household, japanese_household, setting
from sync.town.scenarios import CAST, Casting, Scenario

FOUNDED = date(2026, 4, 1)
"""The day on which a town's register stands, unless another is given."""

Draw = Callable[[Resident], SealImprint]
"""How a resident's seal looks."""


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
    builder = _Builder(seed, residents, today, draw)
    for scenario, casting in CAST.items():
        builder.cast(scenario, casting)
    while builder.room:
        builder.household()
    return builder.town()


class _Builder:
    def __init__(self, seed: int, size: int, today: date, draw: Draw) -> None:
        if size < 1:
            raise InvalidValueError("residents", "must be at least 1")
        self._seed, self._size, self._today, self._draw = seed, size, today, draw
        self._households = 0
        self._residents: list[Resident] = []
        self._seals: list[SealRegistration] = []
        self._suppressions: list[Suppression] = []
        self._cards: list[CardCertificate] = []
        self._people: dict[Scenario, Person] = {}

    @property
    def room(self) -> int:
        return self._size - len(self._residents)

    def cast(self, scenario: Scenario, casting: Casting) -> None:
        if self.room < len(casting.roles):
            return
        rng = self._rng()
        rows = casting.tweak(self._rows(rng, casting.roles, casting), self._today)
        person = rows[casting.who]
        first = len(self._residents)
        for place, row in enumerate(rows, first):
            if row is person or _age(row, self._today) >= 15:
                self._card(row, place)
        if casting.seal:
            self._seal(person, first + casting.who, rng)
        if casting.suppression is not None:
            self._suppress(rows, casting.suppression, whole=casting.whole_household)
        self._residents += rows
        self._people[scenario] = Person(resident=person, serial=numbers.serial(first + casting.who))

    def household(self) -> None:
        """One more household; the last one may come out smaller than it was meant."""
        rng = self._rng()
        roles = family(rng)[: self.room]
        roles = [
            role if role.register_of < len(roles) else Role(role.relation, role.sex, role.age)
            for role in roles
        ]
        rows = self._rows(rng, roles)
        first = len(self._residents)
        if rng.random() < 0.01:
            rows = self._move_out(rng, rows)
        for place, row in enumerate(rows, first):
            age = _age(row, self._today)
            if row.is_current and rng.random() < (0.85 if age >= 15 else 0.3):
                self._card(row, place)
            if row.is_current and age >= 18 and rng.random() < 0.5:
                self._seal(row, place, rng)
        if rng.random() < 0.006:
            reason = rng.choice((SuppressionReason.PROTECTION, SuppressionReason.PROTECTION_PROVISIONAL))
            self._suppress(rows, reason, whole=rng.random() < 0.3)
        self._residents += rows

    def _rng(self) -> Random:
        # one stream of chance a household: a larger town begins with the same people
        return Random(f"{self._seed}:{self._households}")  # noqa: S311 - invention, no secret

    def _rows(
        self, rng: Random, roles: tuple[Role, ...] | list[Role], casting: Casting | None = None
    ) -> list[Resident]:
        foreign = casting.foreign if casting is not None else rng.random() < 0.05
        where = setting(rng, self._households, len(self._residents), self._today, from_elsewhere=foreign)
        self._households += 1
        if foreign:
            return foreign_household(rng, roles, where)
        surname = casting.surname if casting is not None else any_surname(rng)
        return japanese_household(rng, roles, where, surname)

    def _move_out(self, rng: Random, rows: list[Resident]) -> list[Resident]:
        """Somebody other than the head, or a person alone, has gone or will go."""
        place = len(rows) - 1
        planned = rng.random() < 0.5
        gone = replace(
            rows[place],
            status=ResidencyStatus.MOVING_OUT if planned else ResidencyStatus.MOVED_OUT,
            removed_on=self._today + timedelta(days=rng.randint(1, 14) * (1 if planned else -1)),
        )
        return [*rows[:place], gone]

    def _card(self, row: Resident, place: int) -> None:
        self._cards.append(CardCertificate(serial=numbers.serial(place), resident=row.number))

    def _seal(self, row: Resident, place: int, rng: Random) -> None:
        self._seals.append(
            SealRegistration(
                resident=row.number,
                history=1,
                registration_number=numbers.seal_registration(place),
                registered_on=self._today - timedelta(days=rng.randint(1, 3_000)),
                imprint=self._draw(row),
            )
        )

    def _suppress(self, rows: list[Resident], reason: SuppressionReason, *, whole: bool) -> None:
        number: ResidentNumber = rows[0].number
        self._suppressions.append(
            Suppression(
                key=f"S{len(self._suppressions) + 1:06d}",
                reason=reason,
                since=self._today - timedelta(days=90),
                resident=None if whole else number,
                household=rows[0].household if whole else None,
            )
        )

    def town(self) -> Town:
        return Town(
            municipality=numbers.MUNICIPALITY,
            seed=self._seed,
            today=self._today,
            residents=tuple(self._residents),
            seals=tuple(self._seals),
            suppressions=tuple(self._suppressions),
            cards=tuple(sorted(self._cards, key=lambda card: card.serial)),
            people=self._people,
        )


def _age(row: Resident, today: date) -> int:
    """Roughly: by the year alone, which is enough to hand out cards and seals."""
    return today.year - (row.birth.year or today.year) - 1
