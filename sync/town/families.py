"""Who lives together: households by size, as 続柄 with ages, before anybody has a name."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from certificates.domain.resident import Sex

SIZES: tuple[tuple[int, float], ...] = (
    (1, 0.38),
    (2, 0.28),
    (3, 0.17),
    (4, 0.11),
    (5, 0.04),
    (6, 0.012),
    (7, 0.005),
    (8, 0.002),
    (9, 0.001),
)
"""Share of households by size; the mean is 2.2 people."""
_SIZES = tuple(size for size, _ in SIZES)
_SHARES = tuple(accumulate(share for _, share in SIZES))


@dataclass(frozen=True, slots=True)
class Role:
    """One member: 続柄, age in years, and which 戸籍 they are in, by its 筆頭者's place in the household.

    ``outsider``: of another family, with a surname and a 戸籍 of their own.
    """

    relation: str
    sex: Sex
    age: int
    register_of: int = 0
    outsider: bool = False


def family(rng: Random) -> list[Role]:
    """A household of random size; its head comes first."""
    return of_size(rng, size_of(rng))


def size_of(rng: Random) -> int:
    """How many there are in the ``family`` of this chance."""
    return rng.choices(_SIZES, cum_weights=_SHARES)[0]


def of_size(rng: Random, size: int) -> list[Role]:
    if size == 1:
        return [Role("世帯主", _sex(rng), rng.randint(18, 96))]
    if size == 2:
        return _pair(rng)
    if size >= 5 and rng.random() < 0.5:
        return _three_generations(rng, size)
    return _parents_and_children(rng, size, one_parent=size == 3 and rng.random() < 0.2)


def _sex(rng: Random) -> Sex:
    return rng.choice((Sex.MALE, Sex.FEMALE))


def couple(age: int, other: int) -> list[Role]:
    return [Role("世帯主", Sex.MALE, age), Role("妻", Sex.FEMALE, other)]


def _pair(rng: Random) -> list[Role]:
    age = rng.randint(24, 90)
    kind = rng.random()
    if kind < 0.62:
        return couple(age, max(18, age - rng.randint(-4, 8)))
    if kind < 0.82:
        age = rng.randint(26, 62)
        head = Role("世帯主", Sex.FEMALE if rng.random() < 0.8 else Sex.MALE, age)
        return [head, Role("子", _sex(rng), max(0, age - rng.randint(20, 36)))]
    if kind < 0.9:
        partner = max(18, age - rng.randint(-3, 6))
        return [
            Role("世帯主", Sex.MALE, age),
            Role("妻（未届）", Sex.FEMALE, partner, register_of=1, outsider=True),
        ]
    if kind < 0.96:
        age = rng.randint(30, 65)
        return [
            Role("世帯主", _sex(rng), age),
            Role("母", Sex.FEMALE, age + rng.randint(20, 32), register_of=1),
        ]
    return [
        Role("世帯主", _sex(rng), age),
        Role("同居人", _sex(rng), rng.randint(18, 70), register_of=1, outsider=True),
    ]


def _parents_and_children(rng: Random, size: int, *, one_parent: bool) -> list[Role]:
    age = rng.randint(30, 56)
    roles = [Role("世帯主", Sex.FEMALE, age)] if one_parent else couple(age, age - rng.randint(-3, 4))
    return roles + children(rng, size - len(roles), eldest=max(size - len(roles), age - rng.randint(24, 30)))


def children(
    rng: Random, count: int, *, eldest: int, relation: str = "子", register_of: int = 0
) -> list[Role]:
    """``count`` children from ``eldest`` (years) down."""
    ages = [eldest]
    while len(ages) < count:
        ages.append(max(0, ages[-1] - rng.randint(1, 3)))
    return [Role(relation, _sex(rng), age, register_of) for age in ages[:count]]


def _three_generations(rng: Random, size: int) -> list[Role]:
    if size < 8 and rng.random() < 0.5:
        age = rng.randint(34, 52)
        parents = [
            Role("父", Sex.MALE, age + rng.randint(26, 32), register_of=2),
            Role("母", Sex.FEMALE, age + rng.randint(22, 29), register_of=2),
        ]
        return [*couple(age, age - 2), *parents, *children(rng, size - 4, eldest=max(size, age - 28))]
    age = rng.randint(58, 76)
    child = age - rng.randint(24, 28)
    young = [
        Role("子", Sex.MALE, child, register_of=2),
        Role("子の妻", Sex.FEMALE, child - 1, register_of=2),
    ]
    grandchildren = children(
        rng, size - 4, eldest=max(size - 4, child - 26), relation="子の子", register_of=2
    )
    return [*couple(age, age - 3), *young, *grandchildren]
