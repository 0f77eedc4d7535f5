"""How a reader is chosen, what a card file must be, and what the reader's result codes mean."""

from __future__ import annotations

import json
import logging
import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates.errors import ConfigurationError, KofuError, UnavailableError
from kiosk_client.card import cardfile, hresult
from kiosk_client.card.errors import (
    CardAbsentError,
    CardBusyError,
    CardError,
    CardLostError,
    CardRemovedError,
    CardResetError,
    ReaderUnavailableError,
)
from kiosk_client.card.jpki import authenticate
from kiosk_client.card.readers import open_reader
from load_tests.authority.jpki import IssuedCard


@pytest.mark.parametrize("url", ["", "software", "usb:", "/dev/reader", "SOFTWARE:/tmp/card.json"])
def test_an_unknown_kind_of_reader_is_answered_with_the_choices(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"choose software:.* or pcsc:") as caught:
        open_reader(url, setting="KIOSK_CARD")
    assert caught.value.setting == "KIOSK_CARD"


@pytest.mark.parametrize("url", ["software:", "software:/no/such/folder/card.json"])
def test_a_software_card_needs_a_folder_to_lie_in(url: str) -> None:
    with pytest.raises(ConfigurationError, match="folder"):
        open_reader(url)


def test_a_software_card_is_used_with_a_warning(card_file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    reader = open_reader(f"software:{card_file}")
    assert "software-card-protects-nothing" in caplog.messages
    assert reader.wait_for_card(0)
    with reader.connect() as connection:
        assert authenticate(connection, bytearray(b"4649"), b"message").algorithm == "RS256"


def test_pyscard_is_imported_only_by_who_chooses_it(card_file: Path) -> None:
    program = (
        "import sys; from kiosk_client.card.readers import open_reader\n"
        f"open_reader('software:{card_file}')\n"
        "assert not any(name.startswith('smartcard') for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_without_pyscard_the_operator_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kiosk_client.card.pcsc", None)
    with pytest.raises(ConfigurationError, match="pyscard is missing"):
        open_reader("pcsc:")


def test_a_pcsc_reader_may_be_named_before_pcscd_runs(tmp_path: Path) -> None:
    pytest.importorskip("smartcard", reason="pyscard is not installed")
    # In a process of its own, because libpcsclite would remember this socket.
    program = (
        "from kiosk_client.card.errors import ReaderUnavailableError\n"
        "from kiosk_client.card.readers import open_reader\n"
        "reader = open_reader('pcsc:No Such Reader')\n"
        "try: reader.wait_for_card(0)\n"
        "except ReaderUnavailableError as error: print(error)\n"
    )
    environment = {**os.environ, "PCSCLITE_CSOCK_NAME": str(tmp_path / "no-pcscd")}
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "pcscd does not run" in done.stdout


# --- the card file


def test_a_card_file_is_for_its_owner_only_and_says_what_it_is(card_file: Path) -> None:
    assert stat.S_IMODE(card_file.stat().st_mode) == 0o600
    assert "TEST CARD" in card_file.read_text()
    assert [path.name for path in card_file.parent.iterdir()] == ["card.json"]


def test_a_card_file_that_others_may_read_is_refused(card_file: Path) -> None:
    card_file.chmod(0o640)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        cardfile.load(card_file)


@pytest.mark.parametrize(
    "change",
    [
        {"pin": "12"},
        {"pin": "１２３４"},
        {"pin": 1234},
        {"pin": None},
        {"format": "test-card/2"},
        {"key": "-----BEGIN PRIVATE KEY-----\nno\n-----END PRIVATE KEY-----"},
        {"certificate": "no"},
        {"ca_certificate": ""},
    ],
)
def test_what_is_not_a_card_file_is_refused_without_quoting_it(
    card_file: Path, change: dict[str, object]
) -> None:
    content = json.loads(card_file.read_text())
    card_file.write_text(json.dumps(content | change))
    with pytest.raises(ConfigurationError, match="not a test card") as caught:
        cardfile.load(card_file)
    assert caught.value.setting == str(card_file)
    assert caught.value.__cause__ is None
    assert "4649" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", "\x00"])
def test_what_is_not_even_an_object_is_refused(card_file: Path, text: str) -> None:
    card_file.write_text(text)
    with pytest.raises(ConfigurationError, match="not a test card"):
        cardfile.load(card_file)


def test_a_card_file_with_a_key_of_another_kind_is_refused(card_file: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    card_file.write_text(json.dumps(json.loads(card_file.read_text()) | {"key": pem}))
    with pytest.raises(ConfigurationError, match="must be RSA"):
        cardfile.load(card_file)


def test_a_card_that_cannot_be_written_leaves_nothing_behind(issued: IssuedCard, tmp_path: Path) -> None:
    (tmp_path / "card.json").mkdir()
    with pytest.raises(OSError, match=r"card\.json"):
        cardfile.save(
            tmp_path / "card.json",
            certificate=issued.certificate,
            ca_certificate=issued.ca_certificate,
            key=issued.key,
            pin="4649",
        )
    assert [path.name for path in tmp_path.iterdir()] == ["card.json"]


def test_a_file_that_is_no_card_is_reported_as_long_as_it_lies_there(card_file: Path) -> None:
    good = card_file.read_text()
    reader = open_reader(f"software:{card_file}")
    card_file.write_text("nonsense")
    for _ in range(2):
        with pytest.raises(ConfigurationError):
            reader.wait_for_card(0)
        with pytest.raises(ConfigurationError), reader.connect():
            pass
    card_file.write_text(good)
    assert reader.wait_for_card(0)


def test_a_card_file_taken_away_in_a_conversation_ends_it(card_file: Path) -> None:
    reader = open_reader(f"software:{card_file}")
    with reader.connect() as connection:
        card_file.unlink()
        with pytest.raises(CardRemovedError):
            authenticate(connection, bytearray(b"4649"), b"message")


def test_several_threads_may_wait_for_one_card(card_file: Path) -> None:
    reader = open_reader(f"software:{card_file}")
    away = card_file.with_suffix(".away")
    card_file.rename(away)
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(reader.wait_for_card, 30) for _ in range(3)]
        away.rename(card_file)
        assert all(one.result() for one in waiting)


# --- result codes


@pytest.mark.parametrize(
    ("number", "in_command", "error"),
    [
        (0x8010000C, False, CardAbsentError),
        (0x80100069, False, CardAbsentError),
        (0x80100069, True, CardRemovedError),
        (0x80100016, True, CardRemovedError),
        (0x80100067, True, CardRemovedError),
        (0x80100068, True, CardResetError),
        (0x8010000B, False, CardBusyError),
        (0x80100066, False, CardLostError),
        (0x8010001D, False, ReaderUnavailableError),
        (0x8010001E, True, ReaderUnavailableError),
        (0x80100017, True, ReaderUnavailableError),
        (0x80100009, False, ReaderUnavailableError),
        (0x8010002E, False, ReaderUnavailableError),
        (0x80100014, True, ReaderUnavailableError),
    ],
)
def test_a_result_code_becomes_an_error_of_ours(
    number: int, in_command: bool, error: type[CardError]
) -> None:
    for result in (number, number - (1 << 32)):
        found = hresult.error_for(result, in_command=in_command)
        assert type(found) is error
        if isinstance(found, UnavailableError):
            assert found.outcome_known is not in_command
            assert f"{number:08X}" in str(found)


def test_every_card_error_is_one_of_the_system_s_errors() -> None:
    found, classes = [], [CardError]
    while classes:
        found.append(classes.pop())
        classes += found[-1].__subclasses__()
    assert len(found) > 12
    assert all(issubclass(one, KofuError) for one in found)
    assert issubclass(ReaderUnavailableError, UnavailableError)
