"""Changes as values: what the registry decided, and the same with its number in the municipality's feed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from certificates.domain.identifiers import CardSerial, HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError
from sync.change.reasons import Reason, Stream

_ID = re.compile(r"[0-9a-f]{32}\Z")


def is_event_id(text: str) -> bool:
    """Whether ``text`` is 128 bits in lower-case hexadecimal."""
    return _ID.match(text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class CardCertificate:
    """One user-authentication certificate (利用者証明用電子証明書) of a resident's card.

    ``issuer`` is SHA-256 of the certificate's DER issuer name, where the registry knows it. A removed serial is
    kept, so that it can never be given to another person.
    """

    serial: CardSerial = field(repr=False)
    resident: ResidentNumber
    issuer: bytes | None = None
    removed: bool = False

    def __post_init__(self) -> None:
        if self.issuer is not None and len(self.issuer) != 32:
            raise InvalidValueError("issuer", "must be a SHA-256 digest")


def is_of(card: CardCertificate, issuer: bytes | None) -> bool:
    """Whether ``card`` can be one of this issuer; True where one of them is not known."""
    return card.issuer is None or issuer is None or card.issuer == issuer


Record = Resident | SealRegistration | Suppression | CardCertificate
"""Everything that the copy holds of the register."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subjects:
    """The full rows of one change, of exactly one stream."""

    residents: tuple[Resident, ...] = ()
    seals: tuple[SealRegistration, ...] = ()
    suppressions: tuple[Suppression, ...] = ()
    cards: tuple[CardCertificate, ...] = ()

    def __post_init__(self) -> None:
        if sum(bool(rows) for rows in (self.residents, self.seals, self.suppressions, self.cards)) != 1:
            raise InvalidValueError("subjects", "a change has rows of exactly one stream")
        keys = [key_of(record) for record in self.records()]
        if len(set(keys)) != len(keys):
            raise InvalidValueError("subjects", "one row twice")

    @property
    def stream(self) -> Stream:
        if self.residents:
            return Stream.RESIDENTS
        if self.seals:
            return Stream.SEALS
        return Stream.SUPPRESSIONS if self.suppressions else Stream.CARDS

    def records(self) -> tuple[Record, ...]:
        return (*self.residents, *self.seals, *self.suppressions, *self.cards)

    def people(self) -> frozenset[ResidentNumber]:
        """Everybody whom a row names."""
        return frozenset(number for record in self.records() if (number := resident_of(record)) is not None)

    def households(self) -> frozenset[HouseholdNumber]:
        """The households that a row names itself."""
        named = [resident.household for resident in self.residents]
        named += [row.household for row in self.suppressions if row.household is not None]
        return frozenset(named)


def resident_of(record: Record) -> ResidentNumber | None:
    """Whom a row is about; None for the suppression of a whole household."""
    return record.number if isinstance(record, Resident) else record.resident


def key_of(record: Record) -> str:
    """What tells a row from others of its kind."""
    match record:
        case Resident():
            return record.number
        case SealRegistration():
            return record.resident
        case Suppression():
            return record.key
        case CardCertificate():
            return record.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change as the registry entered it.

    ``id``: 128 random bits in lower-case hexadecimal, the same when sent again. ``time``: when it was entered.
    ``changed_on``: 異動日, the day from which it holds.
    """

    TAG: ClassVar[str] = "change/1"
    id: str
    time: datetime
    reason: Reason
    changed_on: date
    subjects: Subjects

    def __post_init__(self) -> None:
        if not is_event_id(self.id):
            raise InvalidValueError("id", "must be 32 lower-case hexadecimal digits")
        if self.time.tzinfo is None:
            raise InvalidValueError("time", "needs a time zone")
        if self.reason.stream is not self.subjects.stream:
            raise InvalidValueError("reason", f"belongs to the stream of {self.reason.stream.value}")

    def numbered(self, sequence: int) -> ChangeEvent:
        return ChangeEvent(sequence=sequence, change=self)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeEvent:
    """A change with its number in the feed of one municipality: 1, 2, 3 …, without gaps."""

    FIRST: ClassVar[int] = 1
    sequence: int
    change: Change

    def __post_init__(self) -> None:
        if not self.FIRST <= self.sequence < 10**15:
            raise InvalidValueError("sequence", "must be between 1 and 15 digits")


def numbered(changes: Iterable[Change], *, after: int = 0) -> tuple[ChangeEvent, ...]:
    """The changes in their order, numbered from ``after`` + 1."""
    return tuple(change.numbered(after + place) for place, change in enumerate(changes, 1))


def source_of(municipality: MunicipalityCode) -> str:
    """The CloudEvents source of one municipality's registry."""
    return f"urn:kofu:registry:{municipality}"
