"""What can be wrong with a change that arrives: one name for each reason to set it aside."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Fault(Enum):
    """A change that fails a check at reception is quarantined with one of these; it is never dropped."""

    UNREADABLE = "unreadable"
    WAITS_FOR_CORRECTION = "waits-for-correction"
    WAITS_FOR_SECOND_HALF = "waits-for-second-half"
    # days
    DAY_IN_FUTURE = "day-in-future"
    DATE_AFTER_ENTRY = "date-after-entry"
    REMOVED_ON_ANOTHER_DAY = "removed-on-another-day"
    BORN_LATER = "born-later"
    NOT_THE_DAY_OF_BIRTH = "not-the-day-of-birth"
    # history and status
    WRONG_HISTORY = "wrong-history"
    ALREADY_RESIDENT = "already-resident"
    UNKNOWN_RESIDENT = "unknown-resident"
    NOT_CURRENT = "not-current"
    NOBODY_REMOVED = "nobody-removed"
    STATUS_CHANGED = "status-changed"
    # items
    NOT_ONLY_ADDRESS = "not-only-address"
    NOT_ONLY_HOUSEHOLD = "not-only-household"
    NOT_ONLY_THESE_ITEMS = "not-only-these-items"
    NOTHING_CHANGED = "nothing-changed"
    NATIONALITY = "nationality"
    # households
    NOT_ONE_HEAD = "not-one-head"
    WRONG_HEAD_NAME = "wrong-head-name"
    NOT_ONE_ADDRESS = "not-one-address"
    # seals
    SEAL_EXISTS = "seal-exists"
    NO_SEAL = "no-seal"
    SEAL_DAYS = "seal-days"
    UNDER_FIFTEEN = "under-fifteen"
    # suppressions
    UNKNOWN_SUPPRESSION = "unknown-suppression"
    SUPPRESSION_MISMATCH = "suppression-mismatch"
    TEMPORARY_RELEASE = "temporary-release"
    # cards
    SERIAL_OF_ANOTHER = "serial-of-another"
    UNKNOWN_SERIAL = "unknown-serial"


@dataclass(frozen=True, slots=True)
class Sentence:
    """The same words in the two languages that the operator reads."""

    ja: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Why a change is set aside; ``where`` is the text of a ``sync.checks.place.Place``, never a value."""

    fault: Fault
    where: str = ""
