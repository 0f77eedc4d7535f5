"""The conversation with the card: who is refused, and what is counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from certificates.errors import InvalidValueError
from kiosk_client.card import apdu
from kiosk_client.card.errors import (
    CardAnswerError,
    CardSwappedError,
    LastTryError,
    NoCertificateError,
    NotJpkiCardError,
    PinLockedError,
    UnsupportedKeyError,
    WrongPinError,
)
from kiosk_client.card.jpki import read_certificate, select_jpki
from kiosk_client.card.layout import TOKEN_PREFIXES, File
from kiosk_client.card.ports import Response
from kiosk_client.card.software import SoftwareCard
from load_tests.authority.jpki import IssuedCard
from tests.card.card_table import RIGHT, WRONG, Table, answering, sign


@pytest.mark.parametrize("digits", [b"", b"123", b"12345", b"12a4", b"\xb2\xb2\xb2\xb2"])
def test_a_pin_that_is_not_four_digits_never_reaches_the_card(card: SoftwareCard, digits: bytes) -> None:
    table = Table(card)
    with pytest.raises(InvalidValueError):
        sign(table, digits)
    assert table.asked == []


def test_wrong_pins_count_down_and_the_right_one_resets_the_count(card: SoftwareCard) -> None:
    with pytest.raises(WrongPinError) as caught:
        sign(Table(card), WRONG)
    assert caught.value.attempts_remaining == 2
    sign(Table(card))
    assert card.pin_tries_left == 3


def test_the_last_try_is_used_only_when_confirmed(card: SoftwareCard) -> None:
    for _ in range(2):
        with pytest.raises(WrongPinError):
            sign(Table(card), WRONG)
    table = Table(card)
    with pytest.raises(LastTryError) as caught:
        sign(table)
    assert caught.value.attempts_remaining == 1
    assert card.pin_tries_left == 1
    assert not any(RIGHT in command for command in table.asked)
    sign(Table(card), confirm_last_try=True)
    assert card.pin_tries_left == 3


def test_three_wrong_pins_lock_the_card_even_for_the_right_one(card: SoftwareCard) -> None:
    for _ in range(2):
        with pytest.raises(WrongPinError):
            sign(Table(card), WRONG)
    for digits in (WRONG, RIGHT):
        with pytest.raises(PinLockedError) as caught:
            sign(Table(card), digits, confirm_last_try=True)
        assert caught.value.attempts_remaining == 0
    assert card.pin_tries_left == 0


@pytest.mark.parametrize("status", [apdu.BLOCKED, apdu.BLOCKED_REFERENCE])
@pytest.mark.parametrize("asked", [apdu.QUERY_TRIES, apdu.QUERY_TRIES + b"\x04"])
def test_a_card_may_report_a_locked_pin_in_two_ways_and_at_two_moments(
    card: SoftwareCard, status: int, asked: bytes
) -> None:
    def twist(command: bytes, real: Response) -> Response:
        return Response(data=b"", sw=status) if command[:5] == asked else real

    with pytest.raises(PinLockedError):
        sign(Table(card, twist))


def test_only_what_the_proof_needs_is_touched(card: SoftwareCard) -> None:
    table = Table(card)
    sign(table)
    selected = {int.from_bytes(command[5:7]) for command in table.asked if command[1:3] == b"\xa4\x02"}
    assert selected == {
        File.TOKEN_INFO,
        File.AUTHENTICATION_CERTIFICATE,
        File.AUTHENTICATION_PIN,
        File.AUTHENTICATION_KEY,
    }
    with_pin = [command for command in table.asked if command[1] == apdu.INS_VERIFY and len(command) > 4]
    assert len(with_pin) == 1


def test_a_card_that_stumbles_after_power_on_is_asked_once_more(issued: IssuedCard) -> None:
    card = SoftwareCard(
        certificate=issued.certificate,
        ca_certificate=issued.ca_certificate,
        key=issued.key,
        pin=RIGHT.decode(),
        stumbles=True,
    )
    sign(Table(card))


def test_a_card_that_keeps_stumbling_is_refused_after_the_second_time(card: SoftwareCard) -> None:
    table = Table(card, answering(b"\x00\xa4\x04", Response(data=b"", sw=apdu.NO_DIAGNOSIS)))
    with pytest.raises(NotJpkiCardError) as caught:
        sign(table)
    assert caught.value.status == apdu.NO_DIAGNOSIS
    assert len(table.asked) == 2


def test_a_card_without_the_application_is_another_card(card: SoftwareCard) -> None:
    table = Table(card, answering(b"\x00\xa4\x04", Response(data=b"", sw=apdu.NOT_FOUND)))
    with pytest.raises(NotJpkiCardError) as caught:
        sign(table)
    assert caught.value.status == apdu.NOT_FOUND


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (apdu.select_file(File.TOKEN_INFO), Response(data=b"", sw=apdu.NOT_FOUND)),
        (apdu.read_binary(0, 15), Response(data=b"", sw=apdu.NOT_VERIFIED)),
        (apdu.read_binary(0, 15), Response(data=b"ANOTHERTOKEN   ", sw=apdu.OK)),
        (apdu.read_binary(0, 15), Response(data=b"", sw=apdu.OK)),
    ],
)
def test_a_card_with_other_token_information_is_another_card(
    card: SoftwareCard, command: bytes, response: Response
) -> None:
    with pytest.raises(NotJpkiCardError):
        sign(Table(card, answering(command, response)))


@pytest.mark.parametrize("prefix", TOKEN_PREFIXES)
def test_cards_and_telephones_are_all_accepted(card: SoftwareCard, prefix: bytes) -> None:
    sign(Table(card, answering(apdu.read_binary(0, 15), Response(data=prefix, sw=apdu.OK))))


FIRST_FOUR = apdu.read_binary(0, 4)


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (apdu.select_file(File.AUTHENTICATION_CERTIFICATE), Response(data=b"", sw=apdu.NOT_FOUND)),
        (FIRST_FOUR, Response(data=b"\xff\xff\xff\xff", sw=apdu.OK)),
        (FIRST_FOUR, Response(data=b"\x30\x03\x00\x00", sw=apdu.OK)),
        (FIRST_FOUR, Response(data=b"\x30", sw=apdu.OK)),
        (FIRST_FOUR, Response(data=b"\x30\x82\x00\x10", sw=apdu.OK)),
    ],
)
def test_a_card_without_a_certificate_says_where_to_get_one(
    card: SoftwareCard, command: bytes, response: Response
) -> None:
    with pytest.raises(NoCertificateError, match="municipality"):
        sign(Table(card, answering(command, response)))


@pytest.mark.parametrize(
    ("command", "response"),
    [
        (apdu.select_file(File.AUTHENTICATION_CERTIFICATE), Response(data=b"", sw=apdu.NO_DIAGNOSIS)),
        (FIRST_FOUR, Response(data=b"\x30\x82\xff\xff", sw=apdu.OK)),
        (b"\x00\xb0\x01\x04", Response(data=b"", sw=apdu.OK)),
        (b"\x00\xb0\x01\x04", Response(data=bytes(257), sw=apdu.OK)),
        (b"\x00\xb0\x01\x04", Response(data=b"", sw=apdu.PAST_THE_END)),
        (apdu.select_file(File.AUTHENTICATION_PIN), Response(data=b"", sw=apdu.NOT_FOUND)),
        (apdu.QUERY_TRIES, Response(data=b"", sw=apdu.OK)),
        (b"\x00\x20\x00\x80\x04", Response(data=b"", sw=apdu.NO_DIAGNOSIS)),
        (apdu.select_file(File.AUTHENTICATION_KEY), Response(data=b"", sw=apdu.NOT_FOUND)),
        (b"\x80\x2a", Response(data=b"", sw=apdu.NOT_VERIFIED)),
        (b"\x80\x2a", Response(data=bytes(128), sw=apdu.OK)),
    ],
)
def test_an_answer_without_a_place_ends_the_conversation(
    card: SoftwareCard, command: bytes, response: Response
) -> None:
    with pytest.raises(CardAnswerError):
        sign(Table(card, answering(command, response)))


def test_a_certificate_is_read_in_whatever_pieces_the_card_gives(card: SoftwareCard) -> None:
    def stingy(command: bytes, real: Response) -> Response:
        return Response(data=real.data[:100], sw=real.sw)

    table = Table(card, stingy)
    select_jpki(table)
    assert read_certificate(table) == card.certificate_der


@pytest.mark.parametrize("before", [True, False])
def test_a_card_exchanged_in_the_middle_is_noticed(
    card: SoftwareCard, issued: IssuedCard, other_issued: IssuedCard, before: bool
) -> None:
    other = SoftwareCard(
        certificate=other_issued.certificate,
        ca_certificate=other_issued.ca_certificate,
        key=other_issued.key,
        pin=RIGHT.decode(),
    )
    table = Table(card)

    def exchange(command: bytes, real: Response) -> Response:
        if command[1] == apdu.INS_SIGN:
            table.card = other
            if before:  # … and whoever exchanged it has the application selected
                select_jpki(Table(other))
        return real

    table.twist = exchange
    with pytest.raises(CardSwappedError):
        sign(table)


AnyKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def certificate_for(key: AnyKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "another kind of key" * 3)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2025, 4, 1, tzinfo=UTC))
        .not_valid_after(datetime(2026, 4, 1, tzinfo=UTC))
    )
    algorithm = None if isinstance(key, ed25519.Ed25519PrivateKey) else hashes.SHA256()
    return builder.sign(key, algorithm)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: rsa.generate_private_key(public_exponent=65537, key_size=1024), "RSA-1024"),
        (lambda: ec.generate_private_key(ec.SECP384R1()), "ECDSA on secp384r1"),
        (ed25519.Ed25519PrivateKey.generate, "Ed25519PublicKey"),
    ],
    ids=["RSA-1024", "P-384", "Ed25519"],
)
def test_a_key_of_another_kind_is_refused_before_the_pin_is_used(
    issued: IssuedCard, make: Callable[[], AnyKey], name: str
) -> None:
    card = SoftwareCard(
        certificate=certificate_for(make()),
        ca_certificate=issued.ca_certificate,
        key=issued.key,
        pin=RIGHT.decode(),
    )
    table = Table(card)
    with pytest.raises(UnsupportedKeyError, match="update") as caught:
        sign(table, WRONG)
    assert caught.value.key == name
    assert card.pin_tries_left == 3
    assert not any(command[1] == apdu.INS_VERIFY for command in table.asked)
