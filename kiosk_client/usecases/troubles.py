"""The one table from what went wrong to what the visit is told."""

from __future__ import annotations

from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from kiosk_client.card import errors as card
from kiosk_client.session import events as on
from kiosk_client.session.screens import Reason, Trouble


def proof_event(error: Exception) -> on.Event:
    """How the proof ended, for the card's errors; everything else is a failure with its reason."""
    match error:
        case card.WrongPinError(attempts_remaining=left):
            return on.PinWrong(attempts_left=left)
        case card.LastTryError():
            return on.LastTryAhead()
        case card.CardLostError() | card.CardAbsentError():
            return on.CardSlipped()
        case _:
            return ended(error)


def ended(error: Exception) -> on.Failed:
    """The work ended; a service that is closed says when it opens."""
    opens_at = error.opens_at if isinstance(error, RefusedError) else None
    return on.Failed(reason=reason_of(error), opens_at=opens_at)


def reason_of(error: Exception) -> Reason:
    """INTERNAL for a bug: the customer reads no more of it."""
    match error:
        case card.PinLockedError():
            return Trouble.PIN_LOCKED
        case card.CardSwappedError():
            return Trouble.CARD_SWAPPED
        case card.NotJpkiCardError():
            return Trouble.CARD_NOT_JPKI
        case card.ReaderUnavailableError() | card.CardBusyError():
            return Trouble.READER_UNAVAILABLE
        case card.CardError():
            return Trouble.CARD_UNUSABLE
        case RefusedError(code=code):
            return code
        case BindingError():
            return ProblemCode.BINDING_BROKEN
        case UnavailableError() | WireError() | TimeoutError():
            return ProblemCode.UNAVAILABLE
        case _:
            return ProblemCode.INTERNAL


def is_bug(error: Exception) -> bool:
    return not isinstance(error, KofuError | TimeoutError)
