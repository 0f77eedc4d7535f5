"""IPP octets: what is written is read again, and rubbish is refused with a typed error."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.errors import WireError
from kiosk_client.printing.ipp_codec import (
    Attribute,
    Group,
    GroupTag,
    Message,
    Value,
    ValueTag,
    boolean,
    characters,
    decode,
    encode,
    integer,
)

_NAMES = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=30)
_VALUES = st.builds(Value, st.integers(0x10, 0xFF), st.binary(max_size=60))
_ATTRIBUTES = st.builds(Attribute, _NAMES, st.lists(_VALUES, min_size=1, max_size=4).map(tuple))
_GROUPS = st.builds(
    Group,
    st.integers(0x00, 0x0F).filter(lambda tag: tag != 0x03),
    st.lists(_ATTRIBUTES, max_size=4).map(tuple),
)
_MESSAGES = st.builds(
    Message,
    version=st.tuples(st.integers(0, 255), st.integers(0, 255)),
    code=st.integers(0, 0xFFFF),
    request_id=st.integers(-(2**31), 2**31 - 1),
    groups=st.lists(_GROUPS, max_size=4).map(tuple),
)

# A Print-Job response as RFC 8010 section 3 lays it out, written by hand.
_RESPONSE = bytes.fromhex(
    "0200 0000 00000007"
    "01"
    "47 0012 617474726962757465732d63686172736574 0005 7574662d38"
    "02"
    "21 0006 6a6f622d6964 0004 00000093"
    "23 0009 6a6f622d7374617465 0004 00000003"
    "44 0011 6a6f622d73746174652d726561736f6e73 0004 6e6f6e65"
    "44 0000 000c 6a6f622d696e636f6d696e67"
    "03"
)


@given(_MESSAGES, st.binary(max_size=40))
def test_what_is_written_is_read_again_with_the_document_behind_it(message: Message, document: bytes) -> None:
    assert decode(encode(message) + document) == (message, document)


def test_a_response_of_the_standard_is_understood_and_written_back_octet_for_octet() -> None:
    message, rest = decode(_RESPONSE)
    assert (message.code, message.request_id, message.version, rest) == (0, 7, (2, 0), b"")
    assert [value.integer() for value in message.values(GroupTag.JOB, "job-id")] == [147]
    assert [value.integer() for value in message.values(GroupTag.JOB, "job-state")] == [3]
    assert [v.text() for v in message.values(GroupTag.JOB, "job-state-reasons")] == ["none", "job-incoming"]
    assert message.values(GroupTag.PRINTER, "job-id") == ()
    assert encode(message) == _RESPONSE


def test_the_helpers_write_what_the_standard_says() -> None:
    message = Message(
        code=2,
        request_id=1,
        groups=(
            Group(1, (integer("n", -2), boolean("b", True), characters(ValueTag.KEYWORD, "k", "a", "b"))),
        ),
    )
    assert encode(message).hex() == (
        "0200000200000001012100016e0004fffffffe220001620001014400016b00016144000000016203"
    )


@pytest.mark.parametrize("size", range(len(_RESPONSE)))
def test_a_message_that_stops_anywhere_is_refused(size: int) -> None:
    with pytest.raises(WireError):
        decode(_RESPONSE[:size])


@given(st.binary(max_size=200))
def test_no_octets_bring_the_decoder_down(octets: bytes) -> None:
    try:
        message, _ = decode(octets)
    except WireError:
        return
    assert encode(message) == octets[: len(encode(message))]


@given(st.data())
def test_a_damaged_message_is_refused_or_read_but_never_crashes(data: st.DataObject) -> None:
    octets = bytearray(_RESPONSE)
    for _ in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    try:
        message, _ = decode(bytes(octets))
        for name in ("job-id", "job-state"):
            [value.integer() for value in message.values(GroupTag.JOB, name)]
        [value.text() for value in message.values(GroupTag.JOB, "job-state-reasons")]
    except WireError:
        pass


@pytest.mark.parametrize(
    "octets",
    [
        "0200 0000 00000001 44 0001 6b 0001 61 03",  # an attribute outside any group
        "0200 0000 00000001 02 44 0000 0001 61 03",  # an additional value with nothing before it
        "0200 0000 00000001 02 44 0001 ff 0001 61 03",  # a name that is not ASCII
    ],
)
def test_a_message_out_of_order_is_refused(octets: str) -> None:
    with pytest.raises(WireError):
        decode(bytes.fromhex(octets))


def test_text_with_a_language_is_read_without_it() -> None:
    value = Value(ValueTag.NAME_WITH_LANGUAGE, bytes.fromhex("0002") + b"ja" + bytes.fromhex("0003") + b"job")
    assert value.text() == "job"


@pytest.mark.parametrize(
    "value",
    [
        Value(ValueTag.INTEGER, b"\0\0\0\1"),
        Value(ValueTag.KEYWORD, b"\xff"),
        Value(ValueTag.TEXT_WITH_LANGUAGE, b"\0\2ja"),
        Value(0x13, b""),  # no-value
    ],
)
def test_what_is_not_text_is_not_read_as_text(value: Value) -> None:
    with pytest.raises(WireError):
        value.text()


@pytest.mark.parametrize(
    "value", [Value(ValueTag.KEYWORD, b"none"), Value(ValueTag.ENUM, b"\0\1"), Value(0x12, b"")]
)
def test_what_is_no_number_is_not_read_as_one(value: Value) -> None:
    with pytest.raises(WireError):
        value.integer()


def test_a_boolean_is_exactly_one_of_two_octets() -> None:
    assert Value(ValueTag.BOOLEAN, b"\1").boolean()
    assert not Value(ValueTag.BOOLEAN, b"\0").boolean()
    for value in (
        Value(ValueTag.BOOLEAN, b"\2"),
        Value(ValueTag.BOOLEAN, b""),
        Value(ValueTag.INTEGER, b"\1"),
    ):
        with pytest.raises(WireError):
            value.boolean()


def test_an_attribute_without_a_value_cannot_be_built() -> None:
    with pytest.raises(WireError):
        Attribute("sides", ())
