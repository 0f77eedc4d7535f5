"""Interesting people: one household for each case that a test or a demonstration wants to meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import Enum

from certificates.domain.dates import RecordedDate
from certificates.domain.resident import ResidencyStatus, Resident, Sex
from certificates.domain.suppression import SuppressionReason
from sync.town.families import Role, couple
from sync.town.names import SUPPLEMENTARY_SURNAMES, SURNAMES, VARIANT_SURNAMES, Word
from sync.town.places import CITY, LONG_BUILDING


class Scenario(Enum):
    """Why somebody is in the index; the person is the one who puts a card on the kiosk."""

    HOUSEHOLD_OF_FOUR = "household-of-four"
    LARGE_HOUSEHOLD = "large-household"  # six, three generations
    LIVES_ALONE = "lives-alone"  # and never moved
    SEAL_HOLDER = "seal-holder"
    WITHOUT_SEAL = "without-seal"
    FOREIGN = "foreign"
    FOREIGN_FAMILY = "foreign-family"  # its head has a 通称
    PROTECTED = "protected"  # 支援措置 for the person; the child lives with them
    HOUSEHOLD_SUPPRESSED = "household-suppressed"
    MOVING_OUT = "moving-out"
    LIVES_WITH_MOVER = "lives-with-mover"  # a member of the household has notified a move-out
    UNDER_FIFTEEN = "under-fifteen"
    VARIANT_NAME = "variant-name"  # a name with a variation sequence
    SUPPLEMENTARY_NAME = "supplementary-name"  # 𠮷, beyond U+FFFF
    FORMER_SURNAME = "former-surname"
    BIRTH_DAY_UNKNOWN = "birth-day-unknown"
    KANA_UNCONFIRMED = "kana-unconfirmed"
    LONG_ADDRESS = "long-address"
    NO_GLYPH = "no-glyph"  # a character of private use, which no typeface draws
    DECEASED = "deceased"
    MOVED_OUT = "moved-out"


Tweak = Callable[[list[Resident], date], list[Resident]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Casting:
    """How the household of one scenario is made. ``who`` is the place of its person in the household."""

    roles: tuple[Role, ...]
    who: int = 0
    foreign: bool = False
    seal: bool = False
    suppression: SuppressionReason | None = None
    whole_household: bool = False
    surname: Word = SURNAMES[0]
    tweak: Tweak = lambda rows, today: rows


def _alone(age: int = 41, sex: Sex = Sex.FEMALE) -> tuple[Role, ...]:
    return (Role("世帯主", sex, age),)


def _only(place: int, **items: object) -> Tweak:
    # replace() checks the items' names, Resident their values
    return lambda rows, today: [
        replace(row, **items) if row is rows[place] else row  # type: ignore[arg-type]
        for row in rows
    ]


def _long_address(rows: list[Resident], today: date) -> list[Resident]:
    return [replace(row, address=f"{CITY}架空町五丁目３０番１５号　{LONG_BUILDING}") for row in rows]


def _never_moved(rows: list[Resident], today: date) -> list[Resident]:
    return [
        replace(
            row,
            became_resident=row.birth,
            address_since=row.birth,
            notified=None,
            previous_address=None,
        )
        for row in rows
    ]


def _plans_to_go(place: int) -> Tweak:
    def tweak(rows: list[Resident], today: date) -> list[Resident]:
        going = replace(rows[place], status=ResidencyStatus.MOVING_OUT, removed_on=today + timedelta(days=14))
        return [going if row is rows[place] else row for row in rows]

    return tweak


def _gone(place: int, status: ResidencyStatus) -> Tweak:
    def tweak(rows: list[Resident], today: date) -> list[Resident]:
        gone = replace(rows[place], status=status, removed_on=today - timedelta(days=20))
        return [gone if row is rows[place] else row for row in rows]

    return tweak


_FAMILY = (*couple(45, 43), Role("子", Sex.FEMALE, 16), Role("子", Sex.MALE, 9))
_THREE_GENERATIONS = (
    *couple(71, 68),
    Role("子", Sex.MALE, 44, 2),
    Role("子の妻", Sex.FEMALE, 42, 2),
    Role("子の子", Sex.FEMALE, 17, 2),
    Role("子の子", Sex.MALE, 12, 2),
)
_MOTHER_AND_CHILD = (Role("世帯主", Sex.FEMALE, 35), Role("子", Sex.MALE, 6))

CAST: Mapping[Scenario, Casting] = {
    Scenario.HOUSEHOLD_OF_FOUR: Casting(roles=_FAMILY, seal=True),
    Scenario.LARGE_HOUSEHOLD: Casting(roles=_THREE_GENERATIONS, seal=True),
    Scenario.LIVES_ALONE: Casting(roles=_alone(), tweak=_never_moved),
    Scenario.SEAL_HOLDER: Casting(roles=_alone(52, Sex.MALE), seal=True),
    Scenario.WITHOUT_SEAL: Casting(roles=_alone(29)),
    Scenario.FOREIGN: Casting(roles=_alone(33, Sex.MALE), foreign=True),
    Scenario.FOREIGN_FAMILY: Casting(
        roles=_FAMILY[:3],
        foreign=True,
        seal=True,
        tweak=_only(0, alias="見本　花太郎", alias_kana="ミホン　ハナタロウ"),
    ),
    Scenario.PROTECTED: Casting(roles=_MOTHER_AND_CHILD, suppression=SuppressionReason.PROTECTION),
    Scenario.HOUSEHOLD_SUPPRESSED: Casting(
        roles=tuple(couple(61, 60)),
        suppression=SuppressionReason.PROTECTION_PROVISIONAL,
        whole_household=True,
    ),
    Scenario.MOVING_OUT: Casting(roles=_alone(24), tweak=_plans_to_go(0)),
    Scenario.LIVES_WITH_MOVER: Casting(roles=_FAMILY[:3], tweak=_plans_to_go(2)),
    Scenario.UNDER_FIFTEEN: Casting(roles=(*couple(34, 33), Role("子", Sex.FEMALE, 3)), who=2),
    Scenario.VARIANT_NAME: Casting(roles=tuple(couple(48, 47)), seal=True, surname=VARIANT_SURNAMES[0]),
    Scenario.SUPPLEMENTARY_NAME: Casting(
        roles=tuple(couple(39, 37)), seal=True, surname=SUPPLEMENTARY_SURNAMES[0]
    ),
    Scenario.FORMER_SURNAME: Casting(
        roles=tuple(couple(31, 30)),
        who=1,
        seal=True,
        tweak=_only(1, former_surname="標本", former_surname_kana="ヒョウホン"),
    ),
    Scenario.BIRTH_DAY_UNKNOWN: Casting(
        roles=_alone(88), tweak=_only(0, birth=RecordedDate(1937, 5), name_kana=None)
    ),
    Scenario.KANA_UNCONFIRMED: Casting(roles=_alone(57, Sex.MALE), tweak=_only(0, name_kana=None)),
    Scenario.LONG_ADDRESS: Casting(roles=tuple(couple(44, 44)), tweak=_long_address),
    Scenario.NO_GLYPH: Casting(roles=_alone(63, Sex.MALE), surname=Word("\ue000見本", "ガイジミホン")),
    Scenario.DECEASED: Casting(
        roles=(Role("世帯主", Sex.FEMALE, 79), Role("夫", Sex.MALE, 82)),
        who=1,
        tweak=_gone(1, ResidencyStatus.DECEASED),
    ),
    Scenario.MOVED_OUT: Casting(roles=_alone(27, Sex.MALE), tweak=_gone(0, ResidencyStatus.MOVED_OUT)),
}
