"""The blocking card reader, made to be waited for, with a deadline that PC/SC itself does not have."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass

from kiosk_client.card.errors import CardRemovedError, ReaderUnavailableError
from kiosk_client.card.jpki import CardSignature, authenticate
from kiosk_client.card.ports import CardConnection, CardReader, Response


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderTerminal:
    """A `CardTerminal`; ``seconds`` is the longest that a conversation with a card may take.

    ``glance`` is how long a thread waits at a time, in seconds: so long it lives on when its caller is cancelled.
    """

    reader: CardReader
    seconds: float = 15.0
    glance: float = 0.25

    async def authenticate(self, pin: bytearray, message: bytes, *, confirm_last_try: bool) -> CardSignature:
        """A thread cannot be cancelled: given up, it sends no further command, and the PIN is wiped under it."""
        given_up = threading.Event()

        def converse() -> CardSignature:
            with self.reader.connect() as connection:
                guarded = _UntilGivenUp(connection, given_up)
                return authenticate(guarded, pin, message, confirm_last_try=confirm_last_try)

        try:
            async with asyncio.timeout(self.seconds):
                return await asyncio.to_thread(converse)
        except TimeoutError as error:
            raise ReaderUnavailableError("the card did not answer in time", outcome_known=False) from error
        finally:
            # in this order: zeros must never be shown to the card, which would count them as a try
            given_up.set()
            pin[:] = bytes(len(pin))

    async def wait(self, *, present: bool, seconds: float) -> bool:
        look = self.reader.wait_for_card if present else self.reader.wait_for_removal
        return await asyncio.to_thread(look, min(seconds, self.glance))


class _UntilGivenUp:
    """A connection over which nothing is sent any more once nobody waits for the answer."""

    def __init__(self, connection: CardConnection, given_up: threading.Event) -> None:
        self._connection = connection
        self._given_up = given_up

    def transmit(self, apdu: bytes | bytearray) -> Response:
        if self._given_up.is_set():
            raise CardRemovedError
        return self._connection.transmit(apdu)
