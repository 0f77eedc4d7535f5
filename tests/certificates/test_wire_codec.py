"""One value has one encoding; anything else is refused with the field's name."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.domain.identifiers import card_serial, municipality_code, order_id, session_id
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.resident import Resident
from certificates.errors import WireError
from certificates.problems import MEANINGS, ProblemCode
from certificates.wire.codec import canonical, decode, encode, from_json, to_json
from certificates.wire.order import CloseOrder, Holder, Inquire, Manifest, Order, PageStatement
from certificates.wire.problem import problem_document, read_problem, read_refusal
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Choice,
    Delivery,
    Menu,
    OpenSession,
    OutcomeRecorded,
    ReportOutcome,
)
from tests.certificates.residents import resident

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
st.register_type_strategy(datetime, MOMENTS)
MESSAGES = st.one_of(
    *(
        st.from_type(kind)
        for kind in (
            OpenSession,
            Challenge,
            CardProof,
            Menu,
            Apply,
            Delivery,
            ReportOutcome,
            OutcomeRecorded,
            Inquire,
            Order,
            Manifest,
            CloseOrder,
        )
    )
)


@given(MESSAGES)
def test_a_message_comes_back_equal_and_encodes_to_the_same_bytes(message: Any) -> None:
    data = encode(message)
    again = decode(data, type(message))
    assert again == message
    assert encode(again) == data


@given(MESSAGES, st.data())
def test_no_changed_byte_passes_as_another_encoding_of_the_same_value(
    message: Any, data: st.DataObject
) -> None:
    whole = encode(message)
    place = data.draw(st.integers(0, len(whole) - 1))
    changed = whole[:place] + bytes([whole[place] ^ data.draw(st.integers(1, 255))]) + whole[place + 1 :]
    with contextlib.suppress(WireError):
        assert decode(changed, type(message)) != message


@given(st.binary(max_size=200))
def test_noise_is_refused_and_never_crashes(noise: bytes) -> None:
    with pytest.raises(WireError):
        decode(noise, OpenSession)


CLOSE: dict[str, Any] = {
    "tag": "close-order/1",
    "order": "0" * 32,
    "municipality": "992011",
    "outcome": "printed",
    "sheets": 1,
    "taken": 200,
    "refunded": 0,
}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"tag": "order/1"}, "close-order/1"),
        ({"tag": None}, "close-order/1"),
        ({"colour": "red"}, "colour"),
        ({"sheets": True}, "sheets"),
        ({"sheets": "1"}, "sheets"),
        ({"order": 1}, "order"),
        ({"outcome": "lost"}, "outcome"),
        ({"outcome": ["printed"]}, "outcome"),
        ({"reason": ""}, "canonical"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], named: str) -> None:
    with pytest.raises(WireError, match=named):
        decode(canonical({**CLOSE, **change}), CloseOrder)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(WireError, match=r"order: missing"):
        decode(canonical({key: value for key, value in CLOSE.items() if key != "order"}), CloseOrder)


@pytest.mark.parametrize(
    "text",
    [
        '{"tag":"close-order/1","tag":"close-order/1"}',
        json.dumps(CLOSE),
        "[]",
        "[" * 100_000,
        '{"sheets":1.0}',
        '{"sheets":NaN}',
        '{"tag":"close-order/1","order":"\\ud800"}',
    ],
)
def test_json_that_is_not_canonical_is_refused(text: str) -> None:
    with pytest.raises(WireError):
        decode(text.encode(), CloseOrder)


def test_moments_travel_in_utc_with_microseconds() -> None:
    noon = datetime(2026, 11, 21, 12, tzinfo=timezone(timedelta(hours=9)))
    challenge = Challenge(session=session_id("a" * 32), challenge=b"c", expires=noon)
    assert b'"expires":"2026-11-21T03:00:00.000000Z"' in encode(challenge)
    with pytest.raises(WireError, match="expires"):
        decode(encode(challenge).replace(b"03:00:00.000000Z", b"12:00:00+09:00"), Challenge)


def test_a_domain_row_comes_back_equal_and_is_checked_on_the_way_in() -> None:
    row = resident()
    body = to_json(row)
    assert from_json(body, Resident, "resident") == row
    assert isinstance(body, dict)
    with pytest.raises(WireError, match="氏名"):
        from_json({**body, "name": ""}, Resident, "resident")
    with pytest.raises(WireError, match="resident"):
        from_json([], Resident, "resident")
    with pytest.raises(WireError, match="removed_on"):
        from_json({**body, "removed_on": "2026-02-30"}, Resident, "resident")


def test_choices_hold_sorted_items_and_members_or_none() -> None:
    choice = Choice(
        kind=CertificateKind.RESIDENT_RECORD, items=frozenset({OptionalItem.RELATION, OptionalItem.HONSEKI})
    )
    apply = Apply(session=session_id("a" * 32), order=order_id("b" * 32), choice=choice)
    assert b'"items":["honseki","relation"]' in encode(apply)
    assert b"members" not in encode(apply)
    with pytest.raises(WireError, match="canonical"):
        decode(encode(apply).replace(b'["honseki","relation"]', b'["relation","honseki"]'), Apply)


def test_a_type_without_a_form_on_the_wire_is_a_programming_error() -> None:
    @dataclass(frozen=True)
    class Odd:
        TAG: ClassVar[str] = "odd/1"
        value: float

    with pytest.raises(TypeError):
        encode(Odd(1.5))
    with pytest.raises(TypeError):
        decode(canonical({"tag": "odd/1"}), Odd)


def test_frozen_bytes_of_an_order() -> None:
    order = Order(
        order=order_id("0123456789abcdef" * 2),
        municipality=municipality_code("992011"),
        session=session_id("f" * 32),
        transcript=TranscriptHash(bytes(32)),
        holder=Holder(issuer=b"\x01" * 32, serial=card_serial(0xABC)),
        choice=Choice(kind=CertificateKind.SEAL_REGISTRATION, copies=2),
        expires=datetime(2026, 11, 21, tzinfo=UTC),
    )
    assert encode(order) == (
        b'{"choice":{"copies":2,"kind":"seal-registration"},"expires":"2026-11-21T00:00:00.000000Z",'
        b'"holder":{"issuer":"AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE","serial":"abc"},'
        b'"municipality":"992011","order":"0123456789abcdef0123456789abcdef",'
        b'"session":"ffffffffffffffffffffffffffffffff","tag":"order/1",'
        b'"transcript":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}'
    )


def test_frozen_bytes_of_a_manifest_page() -> None:
    page = PageStatement(issue_number="992011-0000000001-9", copy=1, page=1, pages=2, sha256=b"\xff")
    assert canonical(to_json(page)) == (
        b'{"copy":1,"issue_number":"992011-0000000001-9","page":1,"pages":2,"sha256":"_w"}'
    )


@pytest.mark.parametrize("code", ProblemCode)
def test_every_problem_has_a_status_two_languages_and_reads_back(code: ProblemCode) -> None:
    document = problem_document(code, instance="0011")
    assert read_problem(document) is code
    body = json.loads(document)
    assert body["status"] == MEANINGS[code].status >= 400
    assert body["title"].isascii()
    assert body["title_ja"].endswith("。")
    assert body["instance"] == "urn:kofu:trace:0011"
    assert "opens_at" not in body


def test_a_closed_service_says_when_it_opens() -> None:
    opens_at = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
    document = problem_document(ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=opens_at)
    assert json.loads(document)["opens_at"] == "2026-11-27T06:30:00+09:00"
    assert read_refusal(document).opens_at == opens_at
    for wrong in (b'"soon"', b'"2026-11-27T06:30:00"', b"7"):
        with pytest.raises(WireError):
            read_refusal(document.replace(b'"2026-11-27T06:30:00+09:00"', wrong))


@pytest.mark.parametrize(
    "document", [b"{}", b'{"type":"about:blank"}', b'{"type":"urn:kofu:problem:x"}', b"x"]
)
def test_a_foreign_problem_document_is_refused(document: bytes) -> None:
    with pytest.raises(WireError):
        read_problem(document)


def test_nothing_personal_stands_in_the_repr_of_a_message() -> None:
    holder = Holder(issuer=b"", serial=card_serial("abcdef"))
    proof = CardProof(
        session=session_id("0" * 32), card_certificate=b"DER", algorithm="RS256", signature=b"SIG"
    )
    assert "abcdef" not in repr(holder)
    assert "DER" not in repr(proof)
