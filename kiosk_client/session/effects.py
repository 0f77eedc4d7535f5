"""What a step asks of the world. The driver carries them out in the order given and reports back by events."""

from __future__ import annotations

from dataclasses import dataclass, field

from certificates.domain.identifiers import MunicipalityCode
from certificates.wire.visit import Choice, OutcomeKind
from kiosk_client.session.screens import Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReady:
    """Look whether printer, reader and coin unit would serve; ``NotReady`` if one would not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepDigit:
    digit: int = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class WipePin:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class StopWork:
    """Give up the proof that is going on; its end is of no interest any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove:
    """Session, card's signature, centre's answer. Uses up the PIN."""

    municipality: MunicipalityCode
    confirm_last_try: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Apply:
    """Send the application; verify what is delivered, its fee against ``fee`` (yen) above all."""

    choice: Choice
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenSlot:
    """Take money, and report each change of the total."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFee:
    """Close the slot, give change, keep ``fee`` yen in escrow."""

    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """Decrypt, print, wipe. ``paid`` yen are in escrow."""

    paid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectFee:
    """Move the escrow into the cash box."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveBack:
    """Return everything that the coin unit holds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Record how the order ended, then tell the centre until it has recorded it too; amounts in yen."""

    outcome: OutcomeKind
    sheets: int = 0
    taken: int = 0
    refunded: int = 0
    reason: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueReceipt:
    paid: int
    change: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseOrders:
    """Record that staff have looked at what was left unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndVisit:
    """Forget everything of this visit: work, vault, proof, PIN; the screen loads a fresh page."""


Effect = (
    CheckReady
    | KeepDigit
    | WipePin
    | StopWork
    | Prove
    | Apply
    | OpenSlot
    | HoldFee
    | Print
    | CollectFee
    | GiveBack
    | Report
    | IssueReceipt
    | ReleaseOrders
    | EndVisit
)
