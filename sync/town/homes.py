"""One household at a time: where it stands in the town, and its people with all their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from certificates.domain.resident import ResidencyStatus, Resident
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.change.events import CardCertificate
from sync.town import numbers
from sync.town.families import Role, family, size_of
from sync.town.people import Setting, any_surname, foreign_household, japanese_household, setting
from sync.town.scenarios import CAST, Scenario

Draw = Callable[[Resident], SealImprint]
"""How a resident's seal looks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A household before anybody lives in it: its place, and that of its first member, among the town's.

    ``scenario``: whose household it is, if somebody's of the index.
    """

    household: int
    first: int
    size: int
    scenario: Scenario | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """A household's rows."""

    residents: tuple[Resident, ...]
    seals: tuple[SealRegistration, ...] = field(repr=False)
    suppressions: tuple[Suppression, ...]
    cards: tuple[CardCertificate, ...] = field(repr=False)


def plots(seed: int, residents: int) -> Iterator[Plot]:
    """Room for ``residents`` people: first the cast, as far as there is room, then the households of ``seed``.

    A larger town begins with the same ones; the last household may come out smaller than it was meant.
    """
    household = first = 0
    for scenario, casting in CAST.items():
        size = len(casting.roles)
        if size <= residents - first:
            yield Plot(household=household, first=first, size=size, scenario=scenario)
            household, first = household + 1, first + size
    while first < residents:
        size = min(size_of(_chance(seed, household)), residents - first)
        yield Plot(household=household, first=first, size=size)
        household, first = household + 1, first + size


def _chance(seed: int, household: int) -> Random:
    # one stream of chance a household: it does not depend on who lives elsewhere
    return Random(f"{seed}:{household}")  # noqa: S311 - invention, no secret


def build(plot: Plot, seed: int, today: date, draw: Draw) -> Home:
    """The household of a plot, always the same for the same ``seed`` and ``today``."""
    builder = _Builder(plot, _chance(seed, plot.household), today, draw)
    return builder.cast(plot.scenario) if plot.scenario is not None else builder.household()


class _Builder:
    def __init__(self, plot: Plot, rng: Random, today: date, draw: Draw) -> None:
        self._plot, self._rng, self._today, self._draw = plot, rng, today, draw
        self._seals: list[SealRegistration] = []
        self._suppressions: list[Suppression] = []
        self._cards: list[CardCertificate] = []

    def cast(self, scenario: Scenario) -> Home:
        casting = CAST[scenario]
        where = self._setting(foreign=casting.foreign)
        rows = (
            foreign_household(self._rng, casting.roles, where)
            if casting.foreign
            else japanese_household(self._rng, casting.roles, where, casting.surname)
        )
        rows = casting.tweak(rows, self._today)
        for place, row in enumerate(rows):
            if place == casting.who or _age(row, self._today) >= 15:
                self._card(row, place)
        if casting.seal:
            self._seal(rows[casting.who], casting.who)
        if casting.suppression is not None:
            self._suppress(rows, casting.suppression, whole=casting.whole_household)
        return self._home(rows)

    def household(self) -> Home:
        rng = self._rng
        size = self._plot.size
        roles = [
            role if role.register_of < size else Role(role.relation, role.sex, role.age)
            for role in family(rng)[:size]
        ]
        foreign = rng.random() < 0.05
        where = self._setting(foreign=foreign)
        rows = (
            foreign_household(rng, roles, where)
            if foreign
            else japanese_household(rng, roles, where, any_surname(rng))
        )
        if rng.random() < 0.01:
            rows = self._move_out(rows)
        for place, row in enumerate(rows):
            age = _age(row, self._today)
            if row.is_current and rng.random() < (0.85 if age >= 15 else 0.3):
                self._card(row, place)
            if row.is_current and age >= 18 and rng.random() < 0.5:
                self._seal(row, place)
        if rng.random() < 0.006:
            reason = rng.choice((SuppressionReason.PROTECTION, SuppressionReason.PROTECTION_PROVISIONAL))
            self._suppress(rows, reason, whole=rng.random() < 0.3)
        return self._home(rows)

    def _setting(self, *, foreign: bool) -> Setting:
        plot = self._plot
        return setting(self._rng, plot.household, plot.first, self._today, from_elsewhere=foreign)

    def _move_out(self, rows: list[Resident]) -> list[Resident]:
        """Somebody other than the head, or a person alone, has gone or will go."""
        planned = self._rng.random() < 0.5
        gone = replace(
            rows[-1],
            status=ResidencyStatus.MOVING_OUT if planned else ResidencyStatus.MOVED_OUT,
            removed_on=self._today + timedelta(days=self._rng.randint(1, 14) * (1 if planned else -1)),
        )
        return [*rows[:-1], gone]

    def _card(self, row: Resident, place: int) -> None:
        serial = numbers.serial(self._plot.first + place)
        self._cards.append(CardCertificate(serial=serial, resident=row.number))

    def _seal(self, row: Resident, place: int) -> None:
        self._seals.append(
            SealRegistration(
                resident=row.number,
                history=1,
                registration_number=numbers.seal_registration(self._plot.first + place),
                registered_on=self._today - timedelta(days=self._rng.randint(1, 3_000)),
                imprint=self._draw(row),
            )
        )

    def _suppress(self, rows: list[Resident], reason: SuppressionReason, *, whole: bool) -> None:
        self._suppressions.append(
            Suppression(
                key=f"S{self._plot.household:07d}",
                reason=reason,
                since=self._today - timedelta(days=90),
                resident=None if whole else rows[0].number,
                household=rows[0].household if whole else None,
            )
        )

    def _home(self, rows: list[Resident]) -> Home:
        return Home(
            residents=tuple(rows),
            seals=tuple(self._seals),
            suppressions=tuple(self._suppressions),
            cards=tuple(self._cards),
        )


def _age(row: Resident, today: date) -> int:
    """Roughly: by the year alone, which is enough to hand out cards and seals."""
    return today.year - (row.birth.year or today.year) - 1
