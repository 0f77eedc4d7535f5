"""What can go wrong between the kiosk and the card, each with the facts that the screen needs.

CardError                       any of these
├── CardAbsentError             no card lies on the reader
├── CardLostError               contact ended in mid-conversation; a PIN try may have been counted
│   ├── CardRemovedError        … the card was taken off or slipped
│   └── CardResetError          … another process reset it
├── CardBusyError               another process holds the card
├── CardSwappedError            the card that signed is not the card that began
├── NotJpkiCardError            a card, but not one that speaks JPKI
├── NoCertificateError          a JPKI card without a user-authentication certificate
├── UnsupportedKeyError         a key that this kiosk has no algorithm for
├── CardAnswerError             an answer that the conversation has no place for
├── WrongPinError               carries attempts_remaining
├── LastTryError                the next wrong PIN locks the card, and nobody has confirmed that
├── PinLockedError              the counter is used up
└── ReaderUnavailableError      reader or pcscd are gone (also an UnavailableError)
"""

from __future__ import annotations

from certificates.errors import KofuError, UnavailableError


class CardError(KofuError):
    """Anything between kiosk and card that ends the conversation."""


class CardAbsentError(CardError):
    def __init__(self) -> None:
        super().__init__("no card lies on the reader: place it and try again")


class CardLostError(CardError):
    """Contact ended in mid-conversation.

    ``pin_try_uncertain`` is True when the PIN was on its way: that *was* a try, whether or not the card
    counted it. Never repeat by yourself; the next conversation reads the counter first.
    """

    reason = "contact with the card was lost"

    def __init__(self, *, pin_try_uncertain: bool = False) -> None:
        doubt = "; the PIN may have been counted as tried" if pin_try_uncertain else ""
        super().__init__(f"{self.reason}{doubt}: take the card off, place it again and start over")
        self.pin_try_uncertain = pin_try_uncertain


class CardRemovedError(CardLostError):
    reason = "the card was taken off in the middle of the conversation"


class CardResetError(CardLostError):
    reason = "another process reset the card in the middle of the conversation"


class CardBusyError(CardError):
    def __init__(self) -> None:
        super().__init__("another process holds the card: stop every other program that uses this reader")


class CardSwappedError(CardError):
    def __init__(self) -> None:
        super().__init__(
            "the card was exchanged during the conversation: its signature is thrown away, start over"
        )


class NotJpkiCardError(CardError):
    """``step`` is what was tried; ``status`` is the card's status word where it gave one."""

    def __init__(self, step: str, status: int | None = None) -> None:
        answer = "" if status is None else f" (status {status:04X})"
        super().__init__(f"{step}{answer}: this is not an Individual Number Card, place another one")
        self.step = step
        self.status = status


class NoCertificateError(CardError):
    def __init__(self) -> None:
        super().__init__(
            "the card holds no user-authentication certificate: the holder has to ask at the municipality"
        )


class UnsupportedKeyError(CardError):
    """``key`` names the kind of key found, such as ``RSA-1024``."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the card's key is {key}, and this kiosk knows RSA-2048 only: update the kiosk")
        self.key = key


class CardAnswerError(CardError):
    """The card answered something that the conversation has no place for.

    ``step`` is what was tried; ``status`` is the status word, None where the data and not the status was wrong.
    """

    def __init__(self, step: str, *, status: int | None = None, reason: str = "unexpected answer") -> None:
        answer = "" if status is None else f" (status {status:04X})"
        super().__init__(f"{step}: {reason}{answer}: take the card off, place it again and start over")
        self.step = step
        self.status = status


class WrongPinError(CardError):
    """``attempts_remaining`` is at least 1: at 0 it is a `PinLockedError`."""

    def __init__(self, attempts_remaining: int) -> None:
        super().__init__(f"wrong PIN, {attempts_remaining} tries left")
        self.attempts_remaining = attempts_remaining


class LastTryError(CardError):
    """One try is left and nobody has confirmed its use; the PIN was not sent to the card."""

    attempts_remaining = 1

    def __init__(self) -> None:
        super().__init__("one try is left and a wrong PIN locks the card: ask the holder before using it")


class PinLockedError(CardError):
    attempts_remaining = 0

    def __init__(self) -> None:
        super().__init__("the PIN is locked: the holder has to have it reset at the municipality")


class ReaderUnavailableError(CardError, UnavailableError):
    """Reader or pcscd are gone; ``outcome_known`` is False when that happened during a command."""

    def __init__(self, reason: str, *, outcome_known: bool = True) -> None:
        super().__init__("card reader", reason, outcome_known=outcome_known)
