"""The states of a visit: one value a screen, holding what that screen needs and nothing more.

Names of a household live from the card's proof to the confirmation of the application and no longer; the PIN is in
no state at all: a screen knows how many digits were entered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from certificates.domain.identifiers import MunicipalityCode
from certificates.problems import ProblemCode
from certificates.wire.visit import Choice, Menu


class Language(Enum):
    """Languages of the screen (ISO 639-1); each has a table of texts."""

    JA = "ja"
    EN = "en"


class Trouble(Enum):
    """Why a visit ended without a certificate, where the reason lies at this kiosk; the rest are problem codes."""

    CANCELLED = "cancelled"
    TIMED_OUT = "timed-out"
    CARD_LOST = "card-lost"
    CARD_SWAPPED = "card-swapped"
    CARD_NOT_JPKI = "card-not-jpki"
    CARD_UNUSABLE = "card-unusable"
    PIN_LOCKED = "pin-locked"
    READER_UNAVAILABLE = "reader-unavailable"
    PRINTER_NOT_READY = "printer-not-ready"
    CASH_UNAVAILABLE = "cash-unavailable"
    PRINT_FAILED = "print-failed"
    PRINT_INCOMPLETE = "print-incomplete"
    PRINT_UNKNOWN = "print-unknown"
    MONEY_STUCK = "money-stuck"


Reason = ProblemCode | Trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """Nobody is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseService:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMunicipality:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCard:
    """``notice`` says why the card has to be placed once more."""

    municipality: MunicipalityCode
    notice: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterPin:
    """``digits`` were entered; ``attempts_left`` is known after a wrong PIN; ``last_try`` after it was agreed to."""

    municipality: MunicipalityCode
    digits: int = 0
    attempts_left: int | None = None
    last_try: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmLastTry:
    """One more wrong PIN locks the card: the holder decides."""

    municipality: MunicipalityCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticating:
    municipality: MunicipalityCode


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCardOff:
    """The card must be off the reader before the visit goes on."""

    menu: Menu = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseKind:
    menu: Menu = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseMembers:
    """``draft.members`` None is the whole household; an empty tuple is nobody yet."""

    menu: Menu = field(repr=False)
    draft: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseItems:
    menu: Menu = field(repr=False)
    draft: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseCopies:
    menu: Menu = field(repr=False)
    draft: Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirm:
    """``fee`` is the whole fee in yen, as the customer sees it."""

    menu: Menu = field(repr=False)
    choice: Choice
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Applying:
    """The application is on its way; ``withdrawn`` by a customer who changed their mind meanwhile."""

    fee: int
    withdrawn: Trouble | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Paying:
    """The certificate is here, sealed and verified; ``inserted`` yen of ``fee`` lie in the coin unit."""

    fee: int
    sheets: int
    inserted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The coin unit closes its slot, gives change and keeps the fee in escrow."""

    fee: int
    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """``paid`` yen are in escrow until the printer has said how it ended."""

    paid: int
    sheets: int
    change: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunding:
    """The money goes back; ``paid`` is 0 while only coins below the fee had been inserted.

    ``sheets`` of paper left the printer all the same.
    """

    reason: Reason
    paid: int
    sheets: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCertificate:
    sheets: int
    paid: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The visit ended without a certificate; ``returned`` yen came back. ``opens_at`` when the service is closed."""

    reason: Reason
    returned: int = 0
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeCardAway:
    """The visit is over and the card still lies on the reader: nothing goes on until it is taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallStaff:
    """Only staff can tell how this ended; the kiosk stands still until they have looked."""

    reason: Reason


Screen = (
    Welcome
    | ChooseService
    | ChooseMunicipality
    | PlaceCard
    | EnterPin
    | ConfirmLastTry
    | Authenticating
    | TakeCardOff
    | ChooseKind
    | ChooseMembers
    | ChooseItems
    | ChooseCopies
    | Confirm
    | Applying
    | Paying
    | Settling
    | Printing
    | Refunding
    | TakeCertificate
    | Finished
    | Refused
    | TakeCardAway
    | CallStaff
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit at one moment. ``deadline`` is on the same monotonic clock as ``step``'s ``now``, in seconds.

    ``card_on_reader`` is a fact of the reader and the only thing that one visit tells the next.
    """

    screen: Screen = field(default_factory=Welcome)
    language: Language = Language.JA
    card_on_reader: bool = False
    deadline: float | None = None
    warning: bool = False
