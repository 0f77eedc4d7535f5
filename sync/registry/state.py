"""The registry's own model of the register: current rows, and what a change does to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from certificates.domain.household import member_order
from certificates.domain.identifiers import CardSerial, HouseholdNumber, ResidentNumber
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError
from sync.change.events import CardCertificate, Change, Record, Subjects
from sync.change.reasons import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry at the counter: its id (128 bits in hexadecimal), when it was made, and 異動日."""

    id: str
    time: datetime
    on: date

    def change(self, reason: Reason, subjects: Subjects) -> Change:
        return Change(id=self.id, time=self.time, reason=reason, changed_on=self.on, subjects=subjects)

    def of_residents(self, reason: Reason, rows: Iterable[Resident]) -> Change:
        return self.change(reason, Subjects(residents=tuple(rows)))


class RegisterState:
    """Every current row of the register, removed residents included; the original of which others hold copies."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self.residents: dict[ResidentNumber, Resident] = {}
        self.seals: dict[ResidentNumber, SealRegistration] = {}
        self.suppressions: dict[str, Suppression] = {}
        self.cards: dict[CardSerial, CardCertificate] = {}
        self._households: dict[HouseholdNumber, set[ResidentNumber]] = {}
        self._serials: dict[ResidentNumber, dict[CardSerial, None]] = {}
        for record in records:
            self._put(record)

    def take(self, change: Change) -> None:
        """Make the rows of ``change`` the current ones."""
        for record in change.subjects.records():
            self._put(record)

    def _put(self, record: Record) -> None:
        match record:
            case Resident():
                before = self.residents.get(record.number)
                if before is not None:
                    self._households[before.household].discard(record.number)
                self.residents[record.number] = record
                self._households.setdefault(record.household, set()).add(record.number)
            case SealRegistration():
                self.seals[record.resident] = record
            case Suppression():
                self.suppressions[record.key] = record
            case CardCertificate():
                self.cards[record.serial] = record
                self._serials.setdefault(record.resident, {})[record.serial] = None

    def records(self) -> Iterator[Record]:
        """All rows in the order of a full load: residents, seals, suppressions, cards, each by key."""
        yield from (self.residents[key] for key in sorted(self.residents))
        yield from (self.seals[number] for number in sorted(self.seals))
        yield from (self.suppressions[name] for name in sorted(self.suppressions))
        yield from (self.cards[serial] for serial in sorted(self.cards))

    def resident(self, number: ResidentNumber) -> Resident:
        """Raises InvalidValueError when there is no such row."""
        if number not in self.residents:
            raise InvalidValueError("宛名番号", "is not in the register")
        return self.residents[number]

    def household(self, number: HouseholdNumber) -> tuple[Resident, ...]:
        """Its current members in the order of the certificate."""
        rows = (self.residents[person] for person in self._households.get(number, ()))
        return tuple(sorted((row for row in rows if row.is_current), key=member_order))

    def cards_of(self, number: ResidentNumber) -> tuple[CardCertificate, ...]:
        """The resident's card certificates that are not removed."""
        cards = (self.cards[serial] for serial in self._serials.get(number, ()))
        return tuple(card for card in cards if not card.removed)


def revised(row: Resident, **items: object) -> Resident:
    """The next row of the same person: ``items`` changed, 履歴番号 one higher."""
    # replace() checks the items' names; their types are checked where each change is built, by Resident itself
    return dataclasses.replace(row, history=row.history + 1, **items)  # type: ignore[arg-type]
