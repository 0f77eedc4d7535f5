"""What a step needs to know of the kiosk: whom it serves, and how long each screen waits for its customer."""

from __future__ import annotations

from dataclasses import dataclass, field

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError
from kiosk_client.session import screens as at

WARNING_SECONDS = 20.0
"""The warning stands this long before the time is over (WCAG 2.2 success criterion 2.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds without a touch. Only ``idle`` and ``payment`` warn before they end, so they must be longer than that."""

    idle: float = 60.0
    payment: float = 180.0
    take: float = 60.0
    notice: float = 30.0
    thanks: float = 6.0

    def __post_init__(self) -> None:
        if min(self.idle, self.payment) <= WARNING_SECONDS:
            raise InvalidValueError(
                "time-out", f"must be longer than the {WARNING_SECONDS:.0f} s of its warning"
            )
        if min(self.take, self.notice, self.thanks) <= 0:
            raise InvalidValueError("time-out", "must be longer than nothing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """``stopped``: municipalities whose line stands still at this kiosk after a binding was found broken."""

    municipalities: frozenset[MunicipalityCode]
    stopped: frozenset[MunicipalityCode] = frozenset()
    patience: Patience = field(default_factory=Patience)


def warns(screen: at.Screen) -> bool:
    """Whether the end of the time would lose the customer something."""
    return not isinstance(screen, at.Welcome | at.TakeCertificate | at.Refused | at.Finished)


def allowance(screen: at.Screen, patience: Patience) -> float | None:
    """Seconds until a screen gives up; None where it waits for our own work, or for as long as it takes."""
    match screen:
        case at.TakeCardAway() | at.CallStaff():
            return None
        case at.Authenticating() | at.Applying() | at.Settling() | at.Printing() | at.Refunding():
            return None
        case at.Paying():
            return patience.payment
        case at.TakeCertificate():
            return patience.take
        case at.Refused():
            return patience.notice
        case at.Finished():
            return patience.thanks
        case _:
            return patience.idle
