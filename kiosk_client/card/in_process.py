"""A reader in this process for a software card, with the faults of hardware at the push of a button."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import Final

from kiosk_client.card.errors import (
    CardAbsentError,
    CardBusyError,
    CardError,
    CardRemovedError,
    CardResetError,
    ReaderUnavailableError,
)
from kiosk_client.card.ports import CardConnection, Response
from kiosk_client.card.software import SoftwareCard


class Fault(Enum):
    """What can happen while the card works on a command: it carries it out, and its answer is lost."""

    REMOVED = "removed"
    RESET = "reset"
    UNPLUGGED = "unplugged"


class InProcessReader:
    """A `CardReader` whose card is placed and taken off by calls; safe to use from several threads.

    Card and kiosk share a process here, so its memory holds the PIN anyway and proves nothing about wiping.
    """

    def __init__(self, card: SoftwareCard | None = None) -> None:
        self._card = card
        self._plugged = True
        self._connection: _Connection | None = None
        self._faults: dict[int, Fault] = {}
        self._changed = threading.Condition(threading.RLock())

    def place(self, card: SoftwareCard) -> None:
        """Lay a card on the reader; one that lies there is taken off first."""
        with self._changed:
            self.take_off()
            self._card = card
            self._changed.notify_all()

    def take_off(self) -> None:
        with self._changed:
            self._break(CardRemovedError())
            self._card = None
            self._changed.notify_all()

    def reset(self) -> None:
        """What another process does to a card that it may share."""
        with self._changed:
            self._break(CardResetError())

    def unplug(self) -> None:
        with self._changed:
            self._break(_unplugged(outcome_known=False))
            self._plugged = False

    def plug_in(self) -> None:
        with self._changed:
            self._plugged = True
            self._changed.notify_all()

    def strike(self, fault: Fault, *, at: int) -> None:
        """Let ``fault`` happen once, during the next command whose instruction byte is ``at``."""
        with self._changed:
            self._faults[at] = fault

    @contextmanager
    def connect(self) -> Iterator[CardConnection]:
        with self._changed:
            if not self._plugged:
                raise _unplugged(outcome_known=True)
            if self._card is None:
                raise CardAbsentError
            if self._connection is not None:
                raise CardBusyError
            card = self._card
            card.power_on()
            connection = self._connection = _Connection(self, card)
        try:
            yield connection
            if isinstance(connection.lost, ReaderUnavailableError):
                raise connection.lost
        finally:
            with self._changed:
                if self._connection is connection:
                    self._break(ReaderUnavailableError("the connection has been closed"))

    def wait_for_card(self, timeout: float) -> bool:
        return self._wait(timeout, present=True)

    def wait_for_removal(self, timeout: float) -> bool:
        return self._wait(timeout, present=False)

    def _wait(self, timeout: float, *, present: bool) -> bool:
        with self._changed:
            seen = self._changed.wait_for(
                lambda: self._plugged and (self._card is not None) == present, timeout
            )
            if not self._plugged:
                raise _unplugged(outcome_known=True)
            return seen

    def _break(self, error: CardError) -> None:
        if self._card is not None:
            self._card.power_off()
        if self._connection is not None:
            self._connection.lost = error
            self._connection = None

    def _exchange(self, connection: _Connection, card: SoftwareCard, command: bytes) -> bytes:
        with self._changed:
            if connection.lost is not None:
                raise connection.lost
            answer = card.process(command)
            fault = self._faults.pop(command[1], None) if len(command) > 1 else None
            if fault is not None:
                _STRIKES[fault](self)
            if connection.lost is not None:
                raise connection.lost
            return answer


class _Connection:
    def __init__(self, reader: InProcessReader, card: SoftwareCard) -> None:
        self._reader = reader
        self._card = card
        self.lost: CardError | None = None

    def transmit(self, apdu: bytes | bytearray) -> Response:
        answer = self._reader._exchange(self, self._card, bytes(apdu))
        return Response(data=answer[:-2], sw=int.from_bytes(answer[-2:]))


_STRIKES: Final = {
    Fault.REMOVED: InProcessReader.take_off,
    Fault.RESET: InProcessReader.reset,
    Fault.UNPLUGGED: InProcessReader.unplug,
}


def _unplugged(*, outcome_known: bool) -> ReaderUnavailableError:
    return ReaderUnavailableError("it is not plugged in: connect it again", outcome_known=outcome_known)
