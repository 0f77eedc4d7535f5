"""What is sealed: one encoding per value, and nothing else is accepted."""

from __future__ import annotations

import json
import zlib
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anti_forgery.dictionary import dictionary
from anti_forgery.sheet import (
    MAX_CANONICAL,
    MAX_FRONT,
    MAX_TEXT,
    SheetFacts,
    canonical_bytes,
    compress,
    decompress,
    sheet_from,
)
from certificates.errors import InvalidValueError, WireError
from tests.anti_forgery.marks_world import NOW, sheet

YEAR_2000, YEAR_2100 = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
MOMENTS = st.datetimes(min_value=YEAR_2000, max_value=YEAR_2100, timezones=st.just(UTC))
SHEETS = st.builds(
    SheetFacts,
    issue_number=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=64),
    order=st.text("0123456789abcdef", min_size=32, max_size=32),
    page=st.integers(1, 20),
    pages=st.integers(20, 99),
    copy=st.integers(1, 99),
    municipality=st.just("みほん市"),
    issued_at=MOMENTS,
    register_sequence=st.integers(0, 2**63 - 1),
    page_sha256=st.text("0123456789abcdef", min_size=64, max_size=64),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)


@given(SHEETS)
def test_a_sheet_comes_back_from_its_compressed_encoding(given_sheet: SheetFacts) -> None:
    canonical = canonical_bytes(given_sheet)
    assert sheet_from(decompress(compress(canonical))) == given_sheet
    assert json.dumps(json.loads(canonical), ensure_ascii=False, separators=(",", ":")).encode() == canonical


def test_the_encoding_of_version_2_never_changes() -> None:
    frozen = (
        '["kofu/sheet/2","992011-0000001234-3","0123456789abcdef0123456789abcdef",1,1,1,"992011",'
        '"2026-03-27T04:05:06+00:00",123456,"' + "c0ffee0123456789" * 4 + '","","氏名"]'
    )
    assert canonical_bytes(sheet(text="氏名")) == frozen.encode()
    assert zlib.crc32(dictionary()) == 2752169739


def test_the_zone_in_which_the_moment_was_written_does_not_matter() -> None:
    japan = sheet(issued_at=NOW.astimezone(timezone(timedelta(hours=9))))
    assert canonical_bytes(japan) == canonical_bytes(sheet())


def test_the_words_of_a_certificate_compress_to_less_than_a_third() -> None:
    canonical = canonical_bytes(sheet())
    assert len(compress(canonical)) < len(canonical) / 3


@pytest.mark.parametrize(
    "changes",
    [
        {"issue_number": ""},
        {"issue_number": "1\n2"},
        {"order": "abc"},
        {"page": 2},
        {"page": 0},
        {"pages": 100},
        {"copy": 0},
        {"municipality": ""},
        {"issued_at": datetime(2026, 3, 27)},  # noqa: DTZ001 - the point of the case
        {"register_sequence": -1},
        {"page_sha256": "C0" * 32},
        {"text": "あ" * (MAX_TEXT + 1)},
        {"text": "\ud842"},
        {"front": "9 (another text) Tj"},
        {"front": " " * (MAX_FRONT + 1), "text": ""},
    ],
)
def test_a_sheet_with_an_impossible_value_cannot_be_built(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        sheet(**changes)


def _altered(position: int, value: object) -> bytes:
    fields = json.loads(canonical_bytes(sheet()))
    fields[position] = value
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "canonical",
    [
        b"",
        b"{}",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        _altered(0, "kofu/sheet/1"),
        _altered(3, True),
        _altered(3, "1"),
        _altered(7, "yesterday"),
        _altered(7, "2026-03-27T04:05:06"),
        _altered(7, "2026-03-27T13:05:06+09:00"),
        _altered(9, "00"),
        _altered(10, None),
        _altered(11, None),
        _altered(10, "9 (氏名) Tj"),
        canonical_bytes(sheet()) + b" ",
    ],
)
def test_bytes_that_no_sheet_encodes_to_are_refused(canonical: bytes) -> None:
    with pytest.raises(WireError):
        sheet_from(canonical)


def test_what_follows_the_compressed_content_or_lacks_of_it_is_refused() -> None:
    whole = compress(canonical_bytes(sheet()))
    for data in (whole + b"\0", whole[:-1], b"", b"\xff\xff"):
        with pytest.raises(WireError):
            decompress(data)


def test_a_bomb_is_not_inflated() -> None:
    with pytest.raises(WireError, match="too long"):
        decompress(compress(b"\0" * (MAX_CANONICAL + 1)))


def test_the_text_of_the_front_is_not_in_the_repr() -> None:
    assert "見本" not in repr(sheet())
