"""Whom a change names: its people and households, read even from rows that cannot be read otherwise."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from certificates.domain.identifiers import (
    CardSerial,
    HouseholdNumber,
    ResidentNumber,
    card_serial,
    household_number,
    numbered,
    resident_number,
)
from certificates.domain.resident import Resident
from certificates.domain.seal import SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import Json
from sync.change.events import CardCertificate, Record, Subjects
from sync.change.reasons import Stream

MAX_HISTORY = 99_999_999
"""履歴番号 has at most eight digits here; the column must hold it."""

UNKNOWN_HOUSEHOLD = HouseholdNumber("")
"""Stands in a block for the household that a change names and nobody can read."""

_KEY = re.compile(r"[0-9A-Za-z-]{1,64}\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Somebody whom a change names: a person, or a household as a whole."""

    stream: Stream
    resident: ResidentNumber | None = None
    household: HouseholdNumber | None = None
    history: int | None = None  # 履歴番号 of a resident's row


def named_by(subjects: Subjects) -> tuple[Named, ...]:
    """Whom the rows of a change name; their identifiers have been checked."""
    stream = subjects.stream
    named: list[Named] = []
    records = subjects.records()
    for record in records:
        match record:
            case Resident():
                named.append(Named(stream=stream, resident=record.number, history=record.history))
                named.append(Named(stream=stream, household=record.household))
            case SealRegistration() | CardCertificate():
                named.append(Named(stream=stream, resident=record.resident))
            case Suppression():
                named.append(Named(stream=stream, resident=record.resident, household=record.household))
    return tuple(named) if len(records) == 1 else tuple(dict.fromkeys(named))


def named_in(data: Mapping[str, Json], stream: Stream, where: str) -> tuple[Named, ...]:
    """Whom the rows name, read as far as possible; raises WireError when a row names nobody."""
    rows = data.get(stream.value)
    if not isinstance(rows, list) or not rows:
        raise WireError(f"{where}.data.{stream.value}: names nobody")
    named: list[Named] = []
    for place, row in enumerate(rows):
        fields = row if isinstance(row, dict) else {}
        person = _number(fields.get("number" if stream is Stream.RESIDENTS else "resident"), resident_number)
        household = _number(fields.get("household"), household_number) or _meant(fields.get("household"))
        if person is None and (household is None or stream is not Stream.SUPPRESSIONS):
            raise WireError(f"{where}.data.{stream.value}[{place}]: names nobody")
        history = fields.get("history") if stream is Stream.RESIDENTS else None
        if person is not None:
            whole = history if isinstance(history, int) and 0 < history <= MAX_HISTORY else None
            named.append(Named(stream=stream, resident=person, history=whole))
        if household is not None:
            named.append(Named(stream=stream, household=household))
    return tuple(dict.fromkeys(named))


def _meant(value: Json) -> HouseholdNumber | None:
    """The household whose number differs from ``value`` in the check digit alone: most likely the one that was meant."""
    if not (isinstance(value, str) and len(value) == 15 and value.isascii() and value.isdigit()):
        return None
    try:
        return household_number(numbered(int(value[:-1])))
    except InvalidValueError:
        return None


def hides_household(body: bytes) -> bool:
    """Whether a resident's row of an event of that stream (its canonical bytes) has no 世帯番号 that can be read."""
    rows = json.loads(body)["data"][Stream.RESIDENTS.value]
    return any(_number(row.get("household"), household_number) is None for row in rows)


def suppressions_in(
    body: bytes, resident: ResidentNumber | None, household: HouseholdNumber | None
) -> frozenset[str]:
    """Keys of the suppressions of a person, or else of a household, in an event (its canonical bytes).

    Empty when one of them cannot be read.
    """
    name, value = ("resident", resident) if resident is not None else ("household", household)
    rows = json.loads(body)["data"][Stream.SUPPRESSIONS.value]
    keys = {_suppression_key(row.get("key")) for row in rows if row.get(name) == value}
    return frozenset(key for key in keys if key is not None) if None not in keys else frozenset()


def serials_in(body: bytes) -> Mapping[CardSerial, ResidentNumber | None]:
    """The serial numbers of an event's cards, and for whom.

    Empty when there is none, one cannot be read, or one stands there twice.
    """
    rows = json.loads(body)["data"].get(Stream.CARDS.value)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return {}  # an unreadable event of another stream may hold anything under this name
    cards: dict[CardSerial, ResidentNumber | None] = {}
    for row in rows:
        serial = _number(row.get("serial"), card_serial)
        if serial is None or serial in cards:
            return {}
        cards[serial] = _number(row.get("resident"), resident_number)
    return cards


def _suppression_key(value: Json) -> str | None:
    return value if isinstance(value, str) and _KEY.match(value) else None


N = TypeVar("N", ResidentNumber, HouseholdNumber, CardSerial)


def _number(value: Json, read: Callable[[str], N]) -> N | None:
    try:
        return read(value) if isinstance(value, str) else None
    except InvalidValueError:
        return None


def check_identifiers(record: Record) -> None:
    """Check digits and forms of the identifiers, which the codec does not look at. Raises InvalidValueError."""
    if isinstance(record, Resident | SealRegistration) and record.history > MAX_HISTORY:
        raise InvalidValueError("履歴番号", f"is above {MAX_HISTORY}")
    match record:
        case Resident():
            resident_number(record.number)
            household_number(record.household)
        case SealRegistration():
            resident_number(record.resident)
        case Suppression():
            if not _KEY.match(record.key):
                raise InvalidValueError("抑止", "key must be 1 to 64 letters, digits or hyphens")
            if record.resident is not None:
                resident_number(record.resident)
            if record.household is not None:
                household_number(record.household)
        case CardCertificate():
            resident_number(record.resident)
            card_serial(record.serial)
