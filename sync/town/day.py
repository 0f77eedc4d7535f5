"""A day at the town's counters: legal changes, one after the other, that leave the people of the index alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from certificates.domain.clock import JST
from certificates.domain.dates import RecordedDate
from certificates.domain.identifiers import CardSerial, HouseholdNumber, ResidentNumber
from certificates.domain.resident import Resident, Sex
from certificates.domain.suppression import Suppression, SuppressionReason
from sync.change.events import Change
from sync.registry import lives, moves, side_streams
from sync.registry.state import Entry, RegisterState
from sync.town import numbers, places
from sync.town.families import Role, family
from sync.town.imprints import round_imprint
from sync.town.names import FEMALE, MALE, SURNAMES
from sync.town.people import any_surname, japanese_household, setting
from sync.town.town import Town

_OPENS = time(8, 30)
_HOURS = 9


def day_of_changes(town: Town, count: int, *, seed: int = 0, day: date | None = None) -> tuple[Change, ...]:
    """At least ``count`` changes on ``day`` (the day after the register's, unless given), in their order.

    The same town, count, seed and day give the same changes. What belongs together comes together: a death is
    followed by the end of the seal registration and of the card's certificate.
    """
    counter = _Counter(town, Random(f"{town.seed}:day:{seed}"), day or town.today + timedelta(days=1), count)  # noqa: S311
    while len(counter.changes) < count:
        counter.serve()
    return tuple(counter.changes)


class _Counter:
    def __init__(self, town: Town, rng: Random, day: date, count: int) -> None:
        self.changes: list[Change] = []
        self._state = RegisterState(town.records())
        self._rng = rng
        self._day = day
        self._salt = f"{town.seed}:{rng.random()}"
        self._begin = datetime.combine(day, _OPENS, JST).astimezone(UTC)
        self._step = timedelta(hours=_HOURS) / (count + 20)
        left_alone = {person.resident.household for person in town.people.values()}
        self._households = sorted({row.household for row in town.residents} - left_alone)
        self._next_person = len(town.residents)
        self._next_household = len({row.household for row in town.residents})
        self._generations: dict[ResidentNumber, int] = {}
        self._services: list[tuple[Callable[[tuple[Resident, ...]], None], int]] = [
            (self._move_within, 20),
            (self._split, 3),
            (self._move_in, 20),
            (self._plan_move_out, 8),
            (self._move_out, 8),
            (self._birth, 7),
            (self._death, 6),
            (self._change_head, 4),
            (self._amend_name, 6),
            (self._former_surname, 3),
            (self._seal, 10),
            (self._end_seal, 4),
            (self._suppress, 4),
            (self._renew_card, 10),
        ]

    def serve(self) -> None:
        """One visitor; sometimes with an errand that turns out to be none."""
        services, weights = zip(*self._services, strict=True)
        members = self._state.household(self._rng.choice(self._households)) if self._households else ()
        service: Callable[[tuple[Resident, ...]], None] = self._rng.choices(services, weights)[0]
        service(members if members or service == self._move_in else self._newcomers())

    def _newcomers(self) -> tuple[Resident, ...]:
        self._move_in(())
        return self._state.household(self._households[-1])

    def _entry(self) -> Entry:
        place = len(self.changes)
        identity = hashlib.sha256(f"{self._salt}:{place}".encode()).hexdigest()[:32]
        return Entry(id=identity, time=self._begin + place * self._step, on=self._day)

    def _enter(self, change: Change) -> None:
        self._state.take(change)
        self.changes.append(change)

    def _new_household(self) -> tuple[int, HouseholdNumber]:
        place = self._next_household
        self._next_household += 1
        self._households.append(numbers.household(place))
        return place, numbers.household(place)

    def _rows(self, roles: list[Role], household: int) -> list[Resident]:
        where = replace(
            setting(self._rng, household, self._next_person, self._day), moved_in=self._day, moved_within=None
        )
        self._next_person += len(roles)
        rows = japanese_household(self._rng, roles, where, any_surname(self._rng))
        return [replace(row, history=1, notified=RecordedDate.of(self._day)) for row in rows]

    def _move_in(self, members: tuple[Resident, ...]) -> None:
        place, _ = self._new_household()
        rows = self._rows(family(self._rng), place)
        self._enter(moves.move_in(self._state, rows, self._entry()))
        head = rows[0].number
        self._enter(side_streams.register_card(self._state, head, self._serial(head), self._entry()))

    def _serial(self, number: ResidentNumber) -> CardSerial:
        generation = self._generations[number] = self._generations.get(number, 0) + 1
        return numbers.serial(int(number[:14]) - 10_000_000_001, generation)

    def _move_within(self, members: tuple[Resident, ...]) -> None:
        everybody = [member.number for member in members]
        self._enter(moves.move_within(self._state, everybody, places.address(self._rng), self._entry()))

    def _split(self, members: tuple[Resident, ...]) -> None:
        if len(members) < 2:
            return
        _, household = self._new_household()
        self._enter(
            moves.move_within(
                self._state,
                [members[-1].number],
                places.address(self._rng),
                self._entry(),
                new_household=household,
            )
        )

    def _plan_move_out(self, members: tuple[Resident, ...]) -> None:
        member = self._rng.choice(members)
        if member.removed_on is None:
            day = self._day + timedelta(days=self._rng.randint(1, 14))
            self._enter(moves.plan_move_out(self._state, [member.number], day, self._entry()))

    def _move_out(self, members: tuple[Resident, ...]) -> None:
        leaving = [member.number for member in members]
        if self._rng.random() < 0.5:
            leaving = [self._rng.choice(leaving)]
        self._enter(moves.move_out(self._state, leaving, self._entry()))
        for number in leaving:
            self._leave(number)

    def _death(self, members: tuple[Resident, ...]) -> None:
        number = self._rng.choice(members).number
        self._enter(lives.death(self._state, number, self._entry()))
        self._leave(number)

    def _leave(self, number: ResidentNumber) -> None:
        seal = self._state.seals.get(number)
        if seal is not None and seal.is_valid:
            self._enter(side_streams.abolish_seal(self._state, number, self._entry()))
        if self._state.cards_of(number):
            self._enter(side_streams.remove_cards(self._state, number, self._entry()))

    def _birth(self, members: tuple[Resident, ...]) -> None:
        head = members[0]
        if head.honseki is None:
            return
        (child,) = self._rows([Role("子", self._rng.choice(tuple(_GIVEN)), 0)], 0)
        born = RecordedDate.of(self._day)
        given = self._rng.choice(_GIVEN[child.sex])
        surname = head.name.partition("　")[0]
        newborn = replace(
            child,
            household=head.household,
            name=f"{surname}　{given.text}",
            name_kana=None,
            relation="子",
            household_head=head.name,
            honseki=head.honseki,
            address=head.address,
            birth=born,
            became_resident=born,
            address_since=born,
            previous_address=None,
        )
        self._enter(lives.birth(self._state, newborn, self._entry()))

    def _change_head(self, members: tuple[Resident, ...]) -> None:
        if len(members) > 1:
            self._enter(lives.change_head(self._state, members[1].number, self._entry()))

    def _amend_name(self, members: tuple[Resident, ...]) -> None:
        member = self._rng.choice(members)
        if member.honseki is not None:
            surname, given = any_surname(self._rng), self._rng.choice(_GIVEN[member.sex])
            name, kana = f"{surname.text}　{given.text}", f"{surname.kana}　{given.kana}"
            self._enter(lives.amend_name(self._state, member.number, name, self._entry(), kana=kana))

    def _former_surname(self, members: tuple[Resident, ...]) -> None:
        member = self._rng.choice(members)
        if member.honseki is not None:
            word = self._rng.choice(SURNAMES)
            self._enter(
                lives.enter_former_surname(
                    self._state, member.number, word.text, self._entry(), kana=word.kana
                )
            )

    def _seal(self, members: tuple[Resident, ...]) -> None:
        number = members[0].number
        registration = numbers.seal_registration(1_000_000 + len(self.changes))
        imprint = round_imprint(f"{number}:{len(self.changes)}")
        self._enter(side_streams.register_seal(self._state, number, registration, imprint, self._entry()))

    def _end_seal(self, members: tuple[Resident, ...]) -> None:
        seal = self._state.seals.get(members[0].number)
        if seal is not None and seal.is_valid:
            self._enter(side_streams.abolish_seal(self._state, members[0].number, self._entry()))

    def _suppress(self, members: tuple[Resident, ...]) -> None:
        standing = [row for row in self._state.suppressions.values() if row.resident == members[0].number]
        if standing and not standing[0].released:
            self._enter(side_streams.release(self._state, standing[0].key, self._entry()))
            return
        suppression = Suppression(
            key=f"D{len(self.changes):06d}",
            reason=SuppressionReason.PROTECTION,
            since=self._day,
            resident=members[0].number,
        )
        self._enter(side_streams.suppress(suppression, self._entry()))

    def _renew_card(self, members: tuple[Resident, ...]) -> None:
        number = members[0].number
        self._enter(side_streams.register_card(self._state, number, self._serial(number), self._entry()))


_GIVEN = {Sex.MALE: MALE, Sex.FEMALE: FEMALE}
