"""The software card on its own: it answers everything, and only as an Individual Number Card would."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kiosk_client.card import apdu
from kiosk_client.card.layout import JPKI_AID, TOKEN_INFO_SIZE, File
from kiosk_client.card.software import SoftwareCard
from load_tests.authority.jpki import IssuedCard

SELECT_JPKI = apdu.select_application(JPKI_AID)
DIGEST_INFO = apdu.SHA256_DIGEST_INFO + bytes(32)


def ask(card: SoftwareCard, *commands: bytes) -> int:
    """Send the commands in turn and give the last status word."""
    status = 0
    for command in commands:
        status = int.from_bytes(card.process(command)[-2:])
    return status


def read(card: SoftwareCard, file: File) -> bytes:
    assert ask(card, apdu.select_file(file)) == apdu.OK
    content = b""
    while not (answer := card.process(apdu.read_binary(len(content), 256))).endswith(b"\x6b\x00"):
        assert answer.endswith(b"\x90\x00")
        content += answer[:-2]
    return content


headers = st.sampled_from(
    [
        bytes.fromhex(header)
        for header in ("00A4040C", "00A4020C", "00B00000", "00B00100", "00200080", "802A0080", "00A40000")
    ]
)
bodies = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [*(b"\x02" + file.to_bytes(2) for file in File), b"\x0a" + JPKI_AID, b"\x00", b"\x044649"]
    ),
)
commands = st.one_of(st.binary(max_size=300), st.builds(lambda header, body: header + body, headers, bodies))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(conversation=st.lists(commands, max_size=8), selected=st.booleans())
def test_any_bytes_are_answered_with_a_status_word(
    card: SoftwareCard, conversation: list[bytes], selected: bool
) -> None:
    card.power_on()
    if selected:
        ask(card, SELECT_JPKI)
    for command in conversation:
        answer = card.process(command)
        assert 2 <= len(answer) <= 258
        assert answer[-2] == 0x90 or 0x61 <= answer[-2] <= 0x6F


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(conversation=st.lists(commands, max_size=8))
def test_nothing_signs_before_the_right_pin(card: SoftwareCard, conversation: list[bytes]) -> None:
    card.power_on()
    ask(card, SELECT_JPKI)
    for command in conversation:
        if b"4649" not in command:
            answer = card.process(command)
            assert not (command[:2] == b"\x80\x2a" and answer.endswith(b"\x90\x00"))


def test_it_holds_the_certificates_and_the_token_information(card: SoftwareCard, issued: IssuedCard) -> None:
    ask(card, SELECT_JPKI)
    ca = issued.ca_certificate.public_bytes(Encoding.DER)
    assert read(card, File.AUTHENTICATION_CERTIFICATE) == issued.certificate.public_bytes(Encoding.DER)
    assert read(card, File.AUTHENTICATION_CA) == ca
    assert read(card, File.SIGNATURE_CA) == ca
    token = read(card, File.TOKEN_INFO)
    assert token.startswith(b"JPKIAPICCTOKEN2")
    assert len(token) == TOKEN_INFO_SIZE


def test_the_signature_certificate_and_key_stay_shut(card: SoftwareCard) -> None:
    read_it = (apdu.select_file(File.SIGNATURE_CERTIFICATE), apdu.read_binary(0, 4))
    sign_it = (apdu.select_file(File.SIGNATURE_KEY), apdu.sign(DIGEST_INFO))
    assert ask(card, SELECT_JPKI, *read_it) == apdu.NOT_VERIFIED
    assert ask(card, *sign_it) == apdu.NOT_VERIFIED
    assert ask(card, apdu.select_file(File.SIGNATURE_PASSWORD), apdu.QUERY_TRIES) == 0x63C5
    password = bytes(apdu.verify(bytearray(b"PASSWORD1")))
    assert [ask(card, password) for _ in range(6)] == [0x63C4, 0x63C3, 0x63C2, 0x63C1, 0x63C0, 0x6984]
    assert ask(card, *read_it) == apdu.NOT_VERIFIED
    assert ask(card, *sign_it) == apdu.NOT_VERIFIED


def test_the_exhausting_try_answers_otherwise_than_those_after_it(card: SoftwareCard) -> None:
    ask(card, SELECT_JPKI, apdu.select_file(File.AUTHENTICATION_PIN))
    wrong = bytes(apdu.verify(bytearray(b"0000")))
    assert [ask(card, wrong) for _ in range(4)] == [0x63C2, 0x63C1, 0x63C0, 0x6984]
    assert ask(card, bytes(apdu.verify(bytearray(b"4649")))) == 0x6984
    assert ask(card, apdu.QUERY_TRIES) == 0x63C0


def test_asking_for_the_tries_costs_none_and_never_says_9000(card: SoftwareCard) -> None:
    ask(card, SELECT_JPKI, apdu.select_file(File.AUTHENTICATION_PIN))
    assert [ask(card, apdu.QUERY_TRIES) for _ in range(5)] == [0x63C3] * 5
    assert ask(card, bytes(apdu.verify(bytearray(b"4649"))), apdu.QUERY_TRIES) == 0x63C3


@pytest.mark.parametrize("wrong", [b"0000", b"464", b"46490", b"4649\x00"])
def test_a_wrong_pin_after_the_right_one_shuts_the_key_again(card: SoftwareCard, wrong: bytes) -> None:
    pin, key = apdu.select_file(File.AUTHENTICATION_PIN), apdu.select_file(File.AUTHENTICATION_KEY)
    right = bytes(apdu.verify(bytearray(b"4649")))
    assert ask(card, SELECT_JPKI, pin, right, key, apdu.sign(DIGEST_INFO)) == apdu.OK
    assert (
        ask(card, pin, bytes(apdu.verify(bytearray(wrong))), key, apdu.sign(DIGEST_INFO)) == apdu.NOT_VERIFIED
    )


def test_power_and_a_new_selection_forget_the_pin_but_not_its_count(card: SoftwareCard) -> None:
    pin, key = apdu.select_file(File.AUTHENTICATION_PIN), apdu.select_file(File.AUTHENTICATION_KEY)
    right, wrong = bytes(apdu.verify(bytearray(b"4649"))), bytes(apdu.verify(bytearray(b"0000")))
    assert ask(card, SELECT_JPKI, pin, right, SELECT_JPKI, key, apdu.sign(DIGEST_INFO)) == apdu.NOT_VERIFIED
    ask(card, SELECT_JPKI, pin, right)
    card.power_off()
    assert ask(card, SELECT_JPKI, key, apdu.sign(DIGEST_INFO)) == apdu.NOT_VERIFIED
    assert ask(card, pin, wrong) == 0x63C2
    card.power_on()
    assert ask(card, SELECT_JPKI, pin, apdu.QUERY_TRIES) == 0x63C2


PIN = apdu.select_file(File.AUTHENTICATION_PIN)
KEY = apdu.select_file(File.AUTHENTICATION_KEY)
TOKEN = apdu.select_file(File.TOKEN_INFO)


@pytest.mark.parametrize(
    ("conversation", "status"),
    [
        ([apdu.select_application(bytes.fromhex("D3921000310001010408"))], apdu.NOT_FOUND),
        ([apdu.select_file(File.TOKEN_INFO)], apdu.NOT_FOUND),
        ([SELECT_JPKI, apdu.select_file(0x0099)], apdu.NOT_FOUND),
        ([SELECT_JPKI, bytes.fromhex("00A4020C0106")], apdu.NOT_FOUND),
        ([SELECT_JPKI, apdu.read_binary(0, 4)], apdu.NO_CURRENT_FILE),
        ([SELECT_JPKI, KEY, apdu.read_binary(0, 4)], apdu.WRONG_FILE_TYPE),
        ([SELECT_JPKI, TOKEN, apdu.read_binary(160, 1)], apdu.PAST_THE_END),
        ([SELECT_JPKI, TOKEN, bytes.fromhex("00B00000")], apdu.WRONG_LENGTH),
        ([SELECT_JPKI, TOKEN, bytes.fromhex("00B0800004")], apdu.WRONG_P1_P2),
        ([SELECT_JPKI, TOKEN, apdu.QUERY_TRIES], apdu.NO_CURRENT_FILE),
        ([SELECT_JPKI, apdu.QUERY_TRIES], apdu.NO_CURRENT_FILE),
        ([SELECT_JPKI, PIN, bytes.fromhex("00200081")], apdu.WRONG_P1_P2),
        ([SELECT_JPKI, PIN, apdu.sign(DIGEST_INFO)], apdu.NO_CURRENT_FILE),
        ([SELECT_JPKI, PIN, b"\x00\x20\x00\x80\x044649", KEY, apdu.sign(bytes(51))], apdu.WRONG_DATA),
        ([SELECT_JPKI, PIN, b"\x00\x20\x00\x80\x044649", KEY, apdu.sign(bytes(32))], apdu.WRONG_DATA),
        ([bytes.fromhex("802A9E9A")], apdu.WRONG_P1_P2),
        ([bytes.fromhex("00840000")], apdu.UNKNOWN_INSTRUCTION),
        ([bytes.fromhex("0CA4040C")], apdu.UNKNOWN_CLASS),
        ([bytes.fromhex("00A4")], apdu.WRONG_LENGTH),
        ([bytes.fromhex("00A4040C0AD392")], apdu.WRONG_LENGTH),
        ([SELECT_JPKI + b"\x00\x00"], apdu.WRONG_LENGTH),
        ([bytes.fromhex("00B00000000100")], apdu.WRONG_LENGTH),
    ],
)
def test_what_does_not_fit_is_answered_with_its_reason(
    card: SoftwareCard, conversation: list[bytes], status: int
) -> None:
    assert ask(card, *conversation) == status


def test_a_card_that_stumbles_does_so_once_after_each_power_on(issued: IssuedCard) -> None:
    card = SoftwareCard(
        certificate=issued.certificate,
        ca_certificate=issued.ca_certificate,
        key=issued.key,
        pin="4649",
        stumbles=True,
    )
    for _ in range(2):
        card.power_on()
        assert [ask(card, SELECT_JPKI) for _ in range(3)] == [apdu.NO_DIAGNOSIS, apdu.OK, apdu.OK]


def test_the_commands_are_the_bytes_that_real_cards_take() -> None:
    assert SELECT_JPKI.hex() == "00a4040c0ad392f000260100000001"
    assert apdu.select_file(File.AUTHENTICATION_CERTIFICATE).hex() == "00a4020c02000a"
    assert apdu.read_binary(0x0104, 256).hex() == "00b0010400"
    assert apdu.read_binary(0, 4).hex() == "00b0000004"
    assert apdu.QUERY_TRIES.hex() == "00200080"
    assert apdu.verify(bytearray(b"4649")).hex() == "002000800434363439"
    assert apdu.sign(DIGEST_INFO).hex() == (
        "802a008033" + "3031300d060960864801650304020105000420" + "00" * 32 + "00"
    )
