"""A card on the table, whose answers a test may twist, and one conversation with it."""

from __future__ import annotations

from collections.abc import Callable

from kiosk_client.card.jpki import authenticate
from kiosk_client.card.ports import Response
from kiosk_client.card.software import SoftwareCard

MESSAGE = b"the session's own words"
WRONG = b"0000"
RIGHT = b"4649"

Twist = Callable[[bytes, Response], Response]


class Table:
    """A connection to a card on the table, whose answers a test may twist; it remembers what was asked."""

    def __init__(self, card: SoftwareCard, twist: Twist = lambda command, response: response) -> None:
        self.card = card
        self.twist = twist
        self.asked: list[bytes] = []

    def transmit(self, apdu: bytes | bytearray) -> Response:
        command = bytes(apdu)
        self.asked.append(command)
        answer = self.card.process(command)
        return self.twist(command, Response(data=answer[:-2], sw=int.from_bytes(answer[-2:])))


def answering(instead_of: bytes, response: Response) -> Twist:
    """Answer commands that begin with ``instead_of`` with ``response``."""
    return lambda command, real: response if command.startswith(instead_of) else real


def sign(connection: Table, digits: bytes = RIGHT, *, confirm_last_try: bool = False) -> None:
    """One conversation, after which the PIN is zeros whatever happened."""
    pin = bytearray(digits)
    try:
        authenticate(connection, pin, MESSAGE, confirm_last_try=confirm_last_try)
    finally:
        assert pin == bytearray(len(digits))
