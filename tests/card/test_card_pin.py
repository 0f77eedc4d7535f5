"""The PIN of a conversation: gone afterwards whatever happened, in no log, and a try that may be lost is said to be."""

from __future__ import annotations

import logging

import pytest

from certificates.errors import KofuError
from kiosk_client.card import apdu
from kiosk_client.card.errors import (
    CardError,
    CardRemovedError,
    CardResetError,
    ReaderUnavailableError,
)
from kiosk_client.card.in_process import Fault, InProcessReader
from kiosk_client.card.jpki import authenticate
from kiosk_client.card.ports import CardConnection, Response
from kiosk_client.card.software import SoftwareCard
from tests.card.card_table import MESSAGE, RIGHT, WRONG, Table, sign


def test_the_pin_is_gone_after_success(card: SoftwareCard) -> None:
    sign(Table(card))


@pytest.mark.parametrize(
    ("fault", "error"), [(Fault.REMOVED, CardRemovedError), (Fault.RESET, CardResetError)]
)
def test_a_lost_answer_to_the_pin_is_reported_as_a_possible_try(
    card: SoftwareCard, fault: Fault, error: type[CardError]
) -> None:
    reader = InProcessReader(card)
    pin = bytearray(WRONG)

    class Striking:
        """Strikes when the PIN comes, not when the tries are asked for."""

        def __init__(self, connection: CardConnection) -> None:
            self._connection = connection

        def transmit(self, command: bytes | bytearray) -> Response:
            if command[1] == apdu.INS_VERIFY and len(command) > 4:
                reader.strike(fault, at=apdu.INS_VERIFY)
            return self._connection.transmit(command)

    with pytest.raises(error) as caught, reader.connect() as connection:
        authenticate(Striking(connection), pin, MESSAGE)
    assert caught.value.pin_try_uncertain
    assert "may have been counted" in str(caught.value)
    assert pin == bytearray(4)
    assert card.pin_tries_left == 2


@pytest.mark.parametrize("instruction", [apdu.INS_SELECT, apdu.INS_READ, apdu.INS_VERIFY, apdu.INS_SIGN])
@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault.REMOVED, CardRemovedError),
        (Fault.RESET, CardResetError),
        (Fault.UNPLUGGED, ReaderUnavailableError),
    ],
)
def test_the_pin_is_gone_after_every_fault(
    card: SoftwareCard, instruction: int, fault: Fault, error: type[CardError]
) -> None:
    reader = InProcessReader(card)
    reader.strike(fault, at=instruction)
    pin = bytearray(RIGHT)
    with pytest.raises(error), reader.connect() as connection:
        authenticate(connection, pin, MESSAGE)
    assert pin == bytearray(4)


def test_the_command_that_carries_the_pin_is_wiped_too(card: SoftwareCard) -> None:
    kept: list[bytearray] = []

    class Keeping(Table):
        def transmit(self, apdu: bytes | bytearray) -> Response:
            if isinstance(apdu, bytearray):
                kept.append(apdu)
            return super().transmit(apdu)

    sign(Keeping(card))
    assert kept == [bytearray(9)]


@pytest.mark.parametrize("right", [True, False])
def test_neither_logs_nor_errors_nor_reprs_know_the_pin(
    card: SoftwareCard, caplog: pytest.LogCaptureFixture, right: bool
) -> None:
    caplog.set_level(logging.DEBUG)
    digits = "4649" if right else "1357"
    said = [repr(card)]
    with InProcessReader(card).connect() as connection:
        try:
            said.append(repr(authenticate(connection, bytearray(digits.encode()), MESSAGE)))
        except KofuError as error:
            said += [str(error), repr(error)]
        said.append(repr(connection))
    assert not any(digits in text for text in [*said, caplog.text])
