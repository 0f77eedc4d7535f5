"""People as rows: names, dates and numbers for the roles of a household."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import HouseholdNumber
from certificates.domain.resident import ForeignStatus, Honseki, Resident, Sex
from sync.town import numbers, places
from sync.town.families import Role
from sync.town.names import (
    FEMALE,
    KANJI_NAMES,
    MALE,
    NATIONS,
    RARE_SURNAMES,
    STATUSES,
    SURNAMES,
    Nation,
    Word,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where and when a household lives: ``moved_in`` None for a family that always lived here."""

    household: HouseholdNumber
    first: int  # place of its first member among the town's people
    today: date
    address: str
    moved_in: date | None
    moved_within: date | None
    previous: str


def setting(rng: Random, household: int, first: int, today: date, *, from_elsewhere: bool = False) -> Setting:
    came = from_elsewhere or rng.random() < 0.7
    moved_in = today - timedelta(days=rng.randint(30, 14_000)) if came else None
    earliest = moved_in if moved_in is not None else today - timedelta(days=9_000)
    within = rng.random() < 0.35
    return Setting(
        household=numbers.household(household),
        first=first,
        today=today,
        address=places.address(rng),
        moved_in=moved_in,
        moved_within=earliest + (today - earliest) * rng.random() if within else None,
        previous=places.elsewhere(rng),
    )


def any_surname(rng: Random) -> Word:
    return rng.choice(RARE_SURNAMES if rng.random() < 0.06 else SURNAMES)


def japanese_household(rng: Random, roles: Sequence[Role], where: Setting, surname: Word) -> list[Resident]:
    named = _names(rng, roles, surname)
    home = places.honseki(rng)
    rows = []
    for place, (role, (name, kana)) in enumerate(zip(roles, named, strict=True)):
        own_place = places.honseki(rng) if role.outsider else home
        life = _life(rng, role, place, where)
        confirmed = rng.random() < 0.92
        former = None
        if role.age >= 20 and role.sex is Sex.FEMALE and rng.random() < 0.06:
            former = rng.choice([word for word in SURNAMES if word != surname])
        rows.append(
            _row(
                life,
                where,
                name=name,
                kana=kana if confirmed else None,
                head=named[0][0],
                honseki=Honseki(place=own_place, head=named[role.register_of][0]),
                former=former,
            )
        )
    return rows


def foreign_household(rng: Random, roles: Sequence[Role], where: Setting) -> list[Resident]:
    nation = rng.choice(NATIONS)
    surname = rng.choice(nation.surnames)
    names = [f"{surname} {rng.choice(nation.given)}" for _ in roles]
    special = nation.name == "韓国" and rng.random() < 0.5
    rows = []
    for place, role in enumerate(roles):
        life = _life(rng, role, place, where)
        foreign = _foreign(rng, life, nation, where, special)
        alias = None
        if nation.kanji or rng.random() < 0.15:
            own, given = rng.choice(SURNAMES), rng.choice(FEMALE if role.sex is Sex.FEMALE else MALE)
            alias = Word(f"{own.text}　{given.text}", f"{own.kana}　{given.kana}")
        rows.append(_row(life, where, name=names[place], head=names[0], foreign=foreign, alias=alias))
    return rows


def _foreign(rng: Random, life: _Life, nation: Nation, where: Setting, special: bool) -> ForeignStatus:
    status, period, years = ("特別永住者", None, None) if special else rng.choice(STATUSES)
    return ForeignStatus(
        nationality=nation.name,
        category="特別永住者" if special else "中長期在留者",
        residence_status=None if special else status,
        period_of_stay=period,
        expires_on=where.today + timedelta(days=round(365 * years * rng.random()) + 1) if years else None,
        card_number=numbers.residence_card(int(numbers.resident(life.place)[:14])),
        kanji_name=rng.choice(KANJI_NAMES) if nation.kanji else None,
    )


def _names(rng: Random, roles: Sequence[Role], surname: Word) -> list[tuple[str, str]]:
    """氏名 and 振り仮名 of everybody; no given name twice."""
    left = {Sex.MALE: rng.sample(MALE, len(roles)), Sex.FEMALE: rng.sample(FEMALE, len(roles))}
    names = []
    for role in roles:
        given = left[role.sex].pop()
        own = rng.choice([word for word in SURNAMES if word != surname]) if role.outsider else surname
        names.append((f"{own.text}　{given.text}", f"{own.kana}　{given.kana}"))
    return names


@dataclass(frozen=True, slots=True, kw_only=True)
class _Life:
    """What chance decides of everybody; ``place`` among the town's people."""

    place: int
    role: Role
    history: int
    birth: RecordedDate
    came: RecordedDate | None
    moved: RecordedDate | None
    notified: RecordedDate | None


def _life(rng: Random, role: Role, place: int, where: Setting) -> _Life:
    born = _birth(rng, role.age, where.today)
    birth = _recorded(rng, born, role.age)
    came = where.moved_in if where.moved_in is not None and where.moved_in > born else None
    moved = where.moved_within if where.moved_within is not None and where.moved_within > born else None
    latest = moved or came
    notified = latest + timedelta(days=rng.randint(0, 13)) if latest is not None else None
    return _Life(
        place=where.first + place,
        role=role,
        history=rng.choice((1, 1, 1, 2, 2, 3, 5)),
        birth=birth,
        came=RecordedDate.of(came) if came is not None else None,
        moved=RecordedDate.of(moved) if moved is not None else None,
        notified=RecordedDate.of(min(notified, where.today)) if notified is not None else None,
    )


def _row(
    life: _Life,
    where: Setting,
    *,
    name: str,
    head: str,
    kana: str | None = None,
    honseki: Honseki | None = None,
    former: Word | None = None,
    foreign: ForeignStatus | None = None,
    alias: Word | None = None,
) -> Resident:
    became = life.came or life.birth
    return Resident(
        number=numbers.resident(life.place),
        history=life.history,
        household=where.household,
        name=name,
        name_kana=kana,
        former_surname=former.text if former is not None else None,
        former_surname_kana=former.kana if former is not None else None,
        alias=alias.text if alias is not None else None,
        alias_kana=alias.kana if alias is not None else None,
        birth=life.birth,
        sex=life.role.sex,
        relation=life.role.relation,
        household_head=head,
        honseki=honseki,
        foreign=foreign,
        address=where.address,
        became_resident=became,
        address_since=life.moved or became,
        notified=life.notified,
        previous_address=where.previous if life.came is not None else None,
        individual_number=numbers.individual_number(life.place),
        resident_code=numbers.resident_code(life.place),
    )


def _birth(rng: Random, age: int, today: date) -> date:
    """A day of birth by which the person is ``age`` today."""
    return date(today.year - age - 1, today.month, min(today.day, 28)) + timedelta(days=rng.randint(1, 364))


def _recorded(rng: Random, born: date, age: int) -> RecordedDate:
    """A few old people's dates are recorded with unknown parts."""
    if age < 75 or rng.random() > 0.04:
        return RecordedDate.of(born)
    return rng.choice((RecordedDate(born.year, born.month), RecordedDate(born.year)))
