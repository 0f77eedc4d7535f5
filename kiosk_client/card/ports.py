"""What the kiosk asks of a card reader and of the card that lies on it.

Everything here blocks: call it through `asyncio.to_thread`. A reader's `transmit` has no time-out of its own
(PC/SC offers none), so the screen keeps its own deadline and wipes its own copy of the PIN when it passes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A card's answer: the data and the two-byte status word (ISO/IEC 7816-4 §5.6)."""

    data: bytes
    sw: int


class CardConnection(Protocol):
    """One powered card that nobody else can talk to."""

    def transmit(self, apdu: bytes | bytearray) -> Response:
        """Send one command and wait for its answer.

        A command that carries a PIN comes as a bytearray, which the caller wipes; nothing keeps or logs it.

        Raises:
            CardRemovedError, CardResetError: contact ended; whether the command was carried out is not known.
            ReaderUnavailableError: the same, because reader or pcscd are gone.
        """


class CardReader(Protocol):
    """A reader, present for as long as the kiosk runs."""

    def connect(self) -> AbstractContextManager[CardConnection]:
        """Power the card, hold it exclusively, and cut its power at the end.

        Power is cut because after any gentler end another process could sign without a PIN.

        Raises on entry:
            CardAbsentError, CardBusyError, CardLostError (a card that does not answer), ReaderUnavailableError.
        Raises on leaving:
            ReaderUnavailableError: nobody can tell whether the power was cut, so the result must not be used.
        """

    def wait_for_card(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds (0: only look) for a card; True when one lies on the reader now.

        A reader or pcscd that comes back in time is waited for.

        Raises:
            ReaderUnavailableError: the time is over, or ``timeout`` is 0, and the reader is not there.
        """

    def wait_for_removal(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds (0: only look); True when the reader is *seen* to be empty.

        A reader that cannot be asked is not an empty one: that raises, as in `wait_for_card`.
        """
