"""The contract of a card reader, which every adapter passes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from kiosk_client.card import apdu
from kiosk_client.card.errors import (
    CardAbsentError,
    CardBusyError,
    CardLostError,
    CardRemovedError,
    ReaderUnavailableError,
    WrongPinError,
)
from kiosk_client.card.jpki import authenticate, read_certificate, select_jpki, tries_left
from kiosk_client.card.layout import File
from load_tests.authority.jpki import IssuedCard

if TYPE_CHECKING:
    from tests.card.conftest import Bench, HardwareBench

MESSAGE = b"the session's own words"


def pin() -> bytearray:
    return bytearray(b"4649")


def test_a_card_signs_what_it_is_given(bench: Bench, issued: IssuedCard) -> None:
    bench.place(issued)
    with bench.reader.connect() as connection:
        signed = authenticate(connection, pin(), MESSAGE)
    assert signed.algorithm == "RS256"
    key = issued.certificate.public_key()
    key.verify(signed.signature, MESSAGE, padding.PKCS1v15(), SHA256())
    assert signed.certificate_der == issued.certificate.public_bytes(Encoding.DER)


def test_an_empty_reader_says_so(bench: Bench) -> None:
    assert not bench.reader.wait_for_card(0)
    assert not bench.reader.wait_for_card(0.1)
    assert bench.reader.wait_for_removal(0)
    with pytest.raises(CardAbsentError), bench.reader.connect():
        pass


def test_a_card_that_stays_is_not_reported_as_taken_off(bench: Bench, issued: IssuedCard) -> None:
    bench.place(issued)
    assert bench.reader.wait_for_card(0)
    assert not bench.reader.wait_for_removal(0)
    with bench.reader.connect() as connection:
        authenticate(connection, pin(), MESSAGE)
    assert not bench.reader.wait_for_removal(0.1)


def test_who_waits_for_a_card_or_for_its_removal_is_woken(bench: Bench, issued: IssuedCard) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(bench.reader.wait_for_card, 30)
        bench.place(issued)
        assert waiting.result()
        waiting = pool.submit(bench.reader.wait_for_removal, 30)
        bench.take_off()
        assert waiting.result()


def test_only_one_connection_holds_a_card(bench: Bench, issued: IssuedCard) -> None:
    bench.place(issued)
    with bench.reader.connect() as connection:
        with pytest.raises(CardBusyError), bench.reader.connect():
            pass
        authenticate(connection, pin(), MESSAGE)
    with bench.reader.connect() as connection:
        authenticate(connection, pin(), MESSAGE)


@pytest.mark.parametrize("goes_wrong", [False, True])
def test_after_the_connection_nobody_signs_without_the_pin(
    bench: Bench, issued: IssuedCard, goes_wrong: bool
) -> None:
    def converse() -> None:
        with bench.reader.connect() as connection:
            authenticate(connection, pin(), MESSAGE)
            if goes_wrong:
                raise KeyError("the caller's own trouble")

    bench.place(issued)
    with pytest.raises(KeyError) if goes_wrong else nullcontext():
        converse()
    with bench.reader.connect() as connection:
        assert connection.transmit(apdu.select_file(File.AUTHENTICATION_KEY)).sw == apdu.NOT_FOUND
        select_jpki(connection)
        assert connection.transmit(apdu.select_file(File.AUTHENTICATION_KEY)).sw == apdu.OK
        signing = apdu.sign(apdu.SHA256_DIGEST_INFO + bytes(32))
        assert connection.transmit(signing).sw == apdu.NOT_VERIFIED


def test_a_wrong_pin_is_still_counted_after_the_card_was_taken_off(bench: Bench, issued: IssuedCard) -> None:
    bench.place(issued)
    with bench.reader.connect() as connection, pytest.raises(WrongPinError):
        authenticate(connection, bytearray(b"0000"), MESSAGE)
    bench.take_off()
    bench.place(issued)
    with bench.reader.connect() as connection:
        select_jpki(connection)
        assert tries_left(connection) == 2


def test_another_card_in_its_place_is_another_card(
    bench: Bench, issued: IssuedCard, other_issued: IssuedCard
) -> None:
    found = []
    for placed in (issued, other_issued):
        bench.place(placed)
        with bench.reader.connect() as connection:
            select_jpki(connection)
            found.append(read_certificate(connection))
        bench.take_off()
    assert found == [one.certificate.public_bytes(Encoding.DER) for one in (issued, other_issued)]


def test_a_connection_ends_with_the_card_even_if_it_comes_back(bench: Bench, issued: IssuedCard) -> None:
    bench.place(issued)
    with bench.reader.connect() as connection:
        select_jpki(connection)
        bench.take_off()
        bench.place(issued)
        with pytest.raises(CardLostError):
            connection.transmit(apdu.select_file(File.TOKEN_INFO))


@pytest.mark.parametrize("instruction", [apdu.INS_SELECT, apdu.INS_READ, apdu.INS_VERIFY, apdu.INS_SIGN])
def test_a_card_pulled_in_mid_command_is_noticed(
    hardware: HardwareBench, issued: IssuedCard, instruction: int
) -> None:
    hardware.place(issued)
    hardware.pull_at(instruction)
    digits = pin()
    with pytest.raises(CardRemovedError) as caught, hardware.reader.connect() as connection:
        authenticate(connection, digits, MESSAGE)
    assert digits == bytearray(4)
    assert hardware.reader.wait_for_removal(10)
    # The empty VERIFY that asks for the tries comes first, and no PIN is on its way then.
    assert not caught.value.pin_try_uncertain


def test_a_pin_whose_answer_was_lost_counts_as_a_try(hardware: HardwareBench, issued: IssuedCard) -> None:
    hardware.place(issued)
    digits = bytearray(b"0000")
    with hardware.reader.connect() as connection:
        select_jpki(connection)
        assert tries_left(connection) == 3
        hardware.pull_at(apdu.INS_VERIFY)
        with pytest.raises(CardRemovedError):
            connection.transmit(apdu.verify(digits))
    hardware.take_off()
    hardware.place(issued)
    with hardware.reader.connect() as connection:
        select_jpki(connection)
        assert tries_left(connection) == 2


def test_a_reader_that_is_gone_is_neither_empty_nor_full(hardware: HardwareBench, issued: IssuedCard) -> None:
    hardware.place(issued)
    hardware.break_down()
    try:
        for look in (hardware.reader.wait_for_card, hardware.reader.wait_for_removal):
            for timeout in (0, 0.3):
                with pytest.raises(ReaderUnavailableError) as caught:
                    look(timeout)
                assert caught.value.outcome_known
        with pytest.raises(ReaderUnavailableError), hardware.reader.connect():
            pass
    finally:
        hardware.repair()
    assert hardware.reader.wait_for_card(10)


def test_a_wait_outlives_a_break_down(hardware: HardwareBench, issued: IssuedCard) -> None:
    hardware.place(issued)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(hardware.reader.wait_for_removal, 30)
        hardware.break_down()
        hardware.repair()
        assert hardware.reader.wait_for_card(10)
        hardware.take_off()
        assert waiting.result()


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_reader_that_breaks_down_in_a_conversation_leaves_the_outcome_open(
    hardware: HardwareBench, issued: IssuedCard, goes_on: bool
) -> None:
    def converse() -> None:
        try:
            with hardware.reader.connect() as connection:
                authenticate(connection, pin(), MESSAGE)
                hardware.break_down()
                if goes_on:
                    connection.transmit(apdu.select_file(File.TOKEN_INFO))
                # … and if not: nobody can tell whether the card's power was cut
        finally:
            hardware.repair()

    hardware.place(issued)
    with pytest.raises(ReaderUnavailableError) as caught:
        converse()
    assert not caught.value.outcome_known
