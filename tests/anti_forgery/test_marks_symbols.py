"""Symbols and erasures: six of sixteen symbols are enough, and symbols that do not belong together are not mixed."""

from __future__ import annotations

import random
import struct
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anti_forgery import erasure
from anti_forgery.symbols import (
    DATA,
    MAX_PAYLOAD,
    TOTAL,
    Symbol,
    UnreadableError,
    assemble,
    split,
    symbol_from,
)
from certificates.errors import InvalidValueError

PAYLOADS = st.binary(min_size=1, max_size=900)


def read(contents: list[bytes]) -> list[Symbol]:
    return [symbol for content in contents if (symbol := symbol_from(content)) is not None]


@given(PAYLOADS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_any_six_symbols_give_the_payload(payload: bytes, draw: random.Random) -> None:
    assert assemble(read(draw.sample(split(payload), DATA))) == payload


@given(PAYLOADS, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_one_symbol_less_is_unreadable_and_says_how_many_there_were(
    payload: bytes, draw: random.Random
) -> None:
    with pytest.raises(UnreadableError) as caught:
        assemble(read(draw.sample(split(payload), DATA - 1)))
    assert (caught.value.found, caught.value.needed) == (DATA - 1, DATA)


def test_no_symbol_at_all_is_unreadable() -> None:
    with pytest.raises(UnreadableError, match="no code was found"):
        assemble([])


def test_symbols_of_two_sheets_are_told_apart() -> None:
    first, second = split(b"first sheet" * 20), split(b"another one" * 20)
    assert assemble(read(first[:DATA] + second[TOTAL - DATA + 1 :])) == b"first sheet" * 20
    with pytest.raises(UnreadableError, match="more than one sheet"):
        assemble(read(first + second))


def test_two_symbols_that_claim_one_place_are_both_left_out() -> None:
    contents = split(b"genuine" * 30)
    real = read(contents)
    forged = Symbol(tag=real[0].tag, length=real[0].length, index=0, part=bytes(len(real[0].part)))
    assert assemble([*real, forged]) == b"genuine" * 30
    with pytest.raises(UnreadableError):
        assemble([*real[:DATA], forged])


def test_a_forged_symbol_with_a_right_check_sum_gives_nothing_rather_than_something_wrong() -> None:
    real = read(split(b"genuine" * 30))
    forged = Symbol(tag=real[0].tag, length=real[0].length, index=0, part=bytes(len(real[0].part)))
    with pytest.raises(UnreadableError):
        assemble([forged, *real[1:DATA]])


@given(st.integers(0, 200), st.integers(1, 255))
def test_a_symbol_with_a_changed_byte_is_not_read(place: int, change: int) -> None:
    content = bytearray(split(b"x" * 900)[3])
    content[place % len(content)] ^= change
    assert symbol_from(bytes(content)) is None


def _symbol(version: int, index: int, length: int, part: bytes) -> bytes:
    body = struct.pack(">B4sBH", version, b"tag!", index, length) + part
    return body + struct.pack(">I", zlib.crc32(body))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"HELLO WORLD OF AZTEC",
        _symbol(2, 0, 8, b"x"),
        _symbol(1, TOTAL, 8, b"x"),
        _symbol(1, 0, 9, b"x"),
        _symbol(1, 0, 0, b"x"),
    ],
)
def test_a_foreign_barcode_is_not_a_symbol(content: bytes) -> None:
    assert symbol_from(content) is None


def test_a_payload_of_no_bytes_or_too_many_is_refused() -> None:
    for payload in (b"", bytes(MAX_PAYLOAD + 1)):
        with pytest.raises(InvalidValueError):
            split(payload)


def test_the_erasure_code_of_version_1_never_changes() -> None:
    data = np.arange(1, 9, dtype=np.uint8).reshape(8, 1)
    assert erasure.encode(data, 8)[:, 0].tolist() == FROZEN_PARITY


def test_every_choice_of_parts_can_be_inverted() -> None:
    data = np.random.default_rng(5).integers(0, 256, (3, 7), dtype=np.uint8)
    rows = dict(enumerate([*data, *erasure.encode(data, 3)]))
    for lost in range(2**6):
        kept = {index: row for index, row in rows.items() if lost >> index & 1}
        if len(kept) < 3:
            with pytest.raises(ValueError, match="too few"):
                erasure.decode(kept, 3)
        else:
            assert erasure.decode(kept, 3).tolist() == data.tolist()


def test_more_parts_than_the_field_has_elements_are_refused() -> None:
    with pytest.raises(ValueError, match="256"):
        erasure.encode(np.zeros((250, 1), dtype=np.uint8), 7)


FROZEN_PARITY = [242, 157, 185, 168, 38, 77, 184, 248]
