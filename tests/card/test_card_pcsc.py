"""What only a reader of pcscd has: a name among others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk_client.card.errors import ReaderUnavailableError
from kiosk_client.card.ports import CardReader
from kiosk_client.card.readers import open_reader
from load_tests.servers.pcscd import PrivatePcscd, asked_from_this_process, card_on_reader


@pytest.fixture
def asked(pcscd: PrivatePcscd) -> Iterator[PrivatePcscd]:
    """A pcscd with two readers, one of which gets the card."""
    with asked_from_this_process(pcscd):
        yield pcscd


def reader_named(name: str) -> CardReader:
    return open_reader(f"pcsc:{name}")


def test_a_reader_is_found_by_a_part_of_its_name_and_without_one_the_reader_named(
    asked: PrivatePcscd, card_file: Path
) -> None:
    with card_on_reader(asked, card_file):
        assert [reader_named(name).wait_for_card(0) for name in ("", "00 00", "00 01")] == [True, True, False]


def test_a_name_that_no_reader_has_is_answered_with_those_there_are(asked: PrivatePcscd) -> None:
    with pytest.raises(ReaderUnavailableError, match=r"Scanner.*Virtual PCD 00 00"):
        reader_named("Scanner").wait_for_card(0)
