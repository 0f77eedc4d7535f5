"""Our Aztec symbols, read by another's reader: every size, every width of word, and what must be stuffed."""

from __future__ import annotations

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

from anti_forgery.aztec import encode
from anti_forgery.aztec_layout import side_of


def read(modules: NDArray[np.uint8]) -> list[bytes]:
    light = np.kron(np.pad(1 - modules, 4, constant_values=1), np.full((3, 3), 255, dtype=np.uint8))
    found = zxingcpp.read_barcodes(
        light.astype(np.uint8), formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.Aztec)
    )
    return [barcode.bytes for barcode in found]


@pytest.mark.parametrize("length", [1, 12, 31, 32, 40, 63, 75, 88, 101, 120, 127, 155, 250, 420, 633])
def test_what_is_encoded_is_read(length: int) -> None:
    draw = np.random.default_rng(length)
    contents = [draw.bytes(length) for _ in range(3)]
    for content, symbol in zip(contents, encode(contents), strict=True):
        assert read(symbol) == [content]


@pytest.mark.parametrize("content", [bytes(90), b"\xff" * 90, b"\0\xff" * 45, b"\0" * 130, b"\xfe\x01" * 65])
def test_words_of_equal_bits_are_stuffed(content: bytes) -> None:
    (symbol,) = encode([content])
    assert read(symbol) == [content]


@pytest.mark.parametrize("length", [75, 127])
def test_nearly_half_of_a_symbol_corrects_errors(length: int) -> None:
    draw = np.random.default_rng(1)
    content = draw.bytes(length)
    (symbol,) = encode([content])
    side = symbol.shape[0]
    hurt = symbol.copy()
    hurt[side // 2 + 11 :, : side // 2 - 1] ^= 1  # a fifth of the symbol, past the finder
    assert read(hurt) == [content]


def test_all_symbols_of_a_call_have_one_size_whatever_must_be_stuffed() -> None:
    contents = [bytes(90), bytes(range(90))]
    symbols = encode(contents)
    assert [read(symbol) for symbol in symbols] == [[content] for content in contents]


def test_sides_are_those_of_the_standard() -> None:
    # ISO/IEC 24778, table 1: full symbols of 4, 7, 8, 9, 12, 22 and 32 layers
    assert [side_of(layers) for layers in (4, 7, 8, 9, 12, 22, 32)] == [31, 45, 49, 53, 67, 109, 151]


@pytest.mark.parametrize("contents", [[b""], [b"a", b"bc"], [bytes(2079)], [b"\x5a" * 1900]])
def test_what_is_no_content_is_refused(contents: list[bytes]) -> None:
    with pytest.raises(ValueError, match=r"length|content|unpack"):
        encode(contents)
