"""The quick encoder writes what the standard library would, and a reader takes only what a writer writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import WireError
from certificates.wire.codec import (
    Json,
    canonical,
    decode,
    exactly_canonical,
    from_json,
    parse_object,
    to_json,
)

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.sampled_from(
    ["\x00\x1f\x7f\x80", "\u2028\u2029", "𠮷\U000e0102", '"\\/\b\f\n\r\t', "\ufeff\uffff"]
)
WHOLE = st.integers(-(2**63), 2**64 - 1) | st.integers()
VALUES: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | WHOLE | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(VALUES)
def test_the_quick_encoder_writes_the_same_bytes(value: Json) -> None:
    assert canonical(value) == exactly_canonical(value)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_an_object_is_read_back_from_its_bytes(body: dict[str, Json]) -> None:
    assert parse_object(canonical(body)) == body


def test_text_that_is_not_unicode_has_no_bytes() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        canonical({"name": "\ud800"})


@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"b":2}}',
        b'{"a":[1.5]}',
        b'{"a":1e400}',
        b'{"a":-0.0}',
        b'{"a":Infinity}',
        b'{"a":"\xff"}',
        b"1",
    ],
)
def test_an_object_with_a_key_twice_or_a_fraction_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        parse_object(data)


def test_white_space_and_order_are_read_where_only_an_object_is_asked_for() -> None:
    assert parse_object(b'{ "b":1, "a":18446744073709551616 }') == {"b": 1, "a": 2**64}


class _Colour(Enum):
    RED = "red"
    ONE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Inner:
    day: date
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    TAG: ClassVar[str] = "sample/1"
    inner: _Inner
    many: tuple[_Inner, ...] = ()
    colours: frozenset[str] = frozenset()
    colour: _Colour = _Colour.RED
    octets: bytes = b""
    at: datetime | None = None
    whole: int = 1
    flag: bool = False


SCRAPS = st.sampled_from(
    [
        None,
        True,
        False,
        0,
        1,
        2,
        "",
        "red",
        "AA",
        "AB",
        "AA==",
        "2026-04-02",
        "20260402",
        "2026-W14-4",
        "2026-04-02T03:04:05.000678Z",
        "2026-04-02T03:04:05Z",
        ["a", "b"],
        ["b", "a"],
        ["a", "a"],
        [],
        {"day": "2026-04-02"},
        {"day": "2026-04-02", "note": None},
        {"day": "2026-04-02", "note": "x"},
        [{"day": "2026-04-02"}],
    ]
)
NAMES = ("inner", "many", "colours", "colour", "octets", "at", "whole", "flag")


@given(st.dictionaries(st.sampled_from(NAMES), SCRAPS, max_size=8), st.booleans())
def test_what_is_read_is_exactly_what_would_be_written(body: dict[str, Json], whole: bool) -> None:
    if whole:
        body = {"inner": {"day": "2026-04-02"}, **body}
    try:
        sample = from_json(body, _Sample, "sample")
    except WireError:
        return
    assert to_json(sample) == body
    assert canonical(to_json(sample)) == canonical(body)


def test_a_whole_number_beyond_64_bits_survives() -> None:
    sample = _Sample(inner=_Inner(day=date(2026, 4, 2)), whole=2**70)
    data = canonical({**_object(to_json(sample)), "tag": "sample/1"})
    assert decode(data, _Sample) == sample


def _object(form: Json) -> dict[str, Json]:
    assert isinstance(form, dict)
    return form


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"inner": {"day": "2026-04-02", "note": 1}}, r"sample\.inner\.note: must be text"),
        ({"inner": {"day": "20260402"}}, r"sample\.inner\.day: not in canonical form"),
        ({"inner": {"day": "2026-02-30"}}, r"sample\.inner\.day: not a value of this field"),
        ({"inner": {}}, r"sample\.inner\.day: missing"),
        ({"inner": [], "many": 1}, r"sample\.inner: must be an object"),
        ({"inner": {"day": "2026-04-02"}, "many": {}}, r"sample\.many: must be a list"),
        ({"inner": {"day": "2026-04-02"}, "colour": True}, r"sample\.colour: not in canonical form"),
        ({"inner": {"day": "2026-04-02"}, "colour": []}, r"sample\.colour: not a value"),
        ({"inner": {"day": "2026-04-02"}, "flag": 1}, r"sample\.flag: must be true or false"),
        ({"inner": {"day": "2026-04-02"}, "hue": 1}, r"sample: unknown field 'hue'"),
    ],
)
def test_the_field_that_is_wrong_is_named_from_the_outside_in(body: dict[str, Json], sentence: str) -> None:
    with pytest.raises(WireError, match=sentence):
        from_json(body, _Sample, "sample")
