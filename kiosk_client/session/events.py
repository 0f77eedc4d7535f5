"""What can happen to a visit: the customer's touches, the devices' reports, and how our own work ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import InvalidValueError
from certificates.wire.visit import Menu
from kiosk_client.session.screens import Language, Reason

# ---- the customer


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """A touch on the first screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeakLanguage:
    language: Language


@dataclass(frozen=True, slots=True, kw_only=True)
class PickService:
    """証明書交付サービス."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickMunicipality:
    code: MunicipalityCode


@dataclass(frozen=True, slots=True, kw_only=True)
class PressDigit:
    """One key of the PIN pad, 0 to 9."""

    digit: int = field(repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.digit <= 9:
            raise InvalidValueError("digit", "must be 0 to 9")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearDigits:
    """訂正: the PIN entry begins again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickKind:
    kind: CertificateKind


@dataclass(frozen=True, slots=True, kw_only=True)
class PickHousehold:
    """世帯全員."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleMember:
    """``index`` into the menu's members: their numbers never go to the screen."""

    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ToggleItem:
    item: OptionalItem


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCopies:
    copies: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """The one button that goes on: 次へ, 確認, 受け取りました …"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """「続ける」 on the time-out warning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffReleased:
    """A member of staff, proved by the staff code, has looked at the kiosk."""


# ---- the devices


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPlaced:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CardRemoved:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReady:
    """A device that this visit will need would not serve; of no meaning once the application is on its way."""

    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyInserted:
    """``total`` yen lie in the coin unit now."""

    total: int


# ---- our own work


@dataclass(frozen=True, slots=True, kw_only=True)
class Proved:
    """The centre has accepted the card's proof; ``menu`` is what its holder may have."""

    menu: Menu = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PinWrong:
    attempts_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LastTryAhead:
    """The PIN was not shown to the card: one more wrong one locks it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardSlipped:
    """Contact with the card ended; it can be placed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The sealed certificate has come and every binding of it was verified against this visit."""

    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeHeld:
    """``paid`` yen are in escrow and ``change`` yen were given back."""

    paid: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintFailed:
    """Nothing more will come out of the printer; ``sheets`` may have."""

    reason: Reason
    sheets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintUnknown:
    """Contact with the printer was lost after it had accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyReturned:
    """The coin unit gave back ``amount`` yen, all that it held."""

    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyStuck:
    """The coin unit failed; what it holds is for staff to find out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """The work that was going on ended without a result, for ``reason``; ``opens_at`` when the service is closed."""

    reason: Reason
    opens_at: datetime | None = None


Event = (
    Start
    | SpeakLanguage
    | PickService
    | PickMunicipality
    | PressDigit
    | ClearDigits
    | PickKind
    | PickHousehold
    | ToggleMember
    | ToggleItem
    | SetCopies
    | Next
    | Back
    | Cancel
    | Extend
    | StaffReleased
    | Tick
    | CardPlaced
    | CardRemoved
    | NotReady
    | MoneyInserted
    | Proved
    | PinWrong
    | LastTryAhead
    | CardSlipped
    | Delivered
    | FeeHeld
    | Printed
    | PrintFailed
    | PrintUnknown
    | MoneyReturned
    | MoneyStuck
    | Failed
)
