"""A delivery is printed only if every binding of it is this visit's."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from certificates.domain.identifiers import OrderId, SessionId
from certificates.errors import BindingError
from certificates.wire import frame
from certificates.wire.jose import SigningKey
from certificates.wire.order import Manifest, PageStatement
from certificates.wire.transcript import HolderTag, TranscriptHash
from certificates.wire.visit import Delivery, Menu
from kiosk_client.usecases.delivery import Expected, PaidDelivery, Proof, verify_delivery
from tests.kiosk.kiosk_centre import KAKU, MIHON, FakeCentre

CENTRE = FakeCentre()
CIPHERTEXT = bytes(range(64))
EXPECTED = Expected(
    proof=Proof(
        session=SessionId("a" * 32),
        municipality=MIHON,
        transcript=TranscriptHash(b"t" * 32),
        holder=HolderTag(b"h" * 32),
    ),
    order=OrderId("b" * 32),
    copies=2,
    fee=400,
)
MANIFEST = Manifest(
    order=EXPECTED.order,
    municipality=MIHON,
    transcript=EXPECTED.proof.transcript,
    holder=EXPECTED.proof.holder,
    issue_numbers=("992011-0000000001-9", "992011-0000000002-7"),
    pages=(
        PageStatement(issue_number="992011-0000000001-9", copy=1, page=1, pages=1, sha256=b"1" * 32),
        PageStatement(issue_number="992011-0000000002-7", copy=2, page=1, pages=1, sha256=b"2" * 32),
    ),
    sha256=b"m" * 32,
    fee=400,
    issued_at=datetime(2026, 11, 21, tzinfo=UTC),
    register_sequence=7,
    register_age_ms=10,
)
DELIVERY = Delivery(
    session=EXPECTED.proof.session,
    order=EXPECTED.order,
    transcript=EXPECTED.proof.transcript,
    holder=EXPECTED.proof.holder,
    issue_numbers=("992011-0000000001-9", "992011-0000000002-7"),
    sheets=2,
    fee=400,
    sha256=b"p" * 32,
    ciphertext_sha256=hashlib.sha256(CIPHERTEXT).digest(),
    ephemeral_key=b"e" * 32,
    nonce=b"n" * 12,
    manifest=CENTRE.issuer.sign(MANIFEST),
)


def packed(delivery: Delivery, ciphertext: bytes = CIPHERTEXT, key: SigningKey = CENTRE.key) -> bytes:
    return frame.pack(key.sign(delivery), ciphertext)


def test_a_delivery_of_this_visit_is_accepted_as_it_is() -> None:
    verified = verify_delivery(packed(DELIVERY), EXPECTED, CENTRE.trusted)
    assert verified.sheets == 2
    assert verified.sealed.ciphertext == CIPHERTEXT
    assert verified.sealed.plaintext_sha256 == DELIVERY.sha256


@dataclass(frozen=True)
class Exchange:
    """One field that is another visit's, and the word by which the refusal names it."""

    word: str
    tamper: Callable[[Delivery], Delivery]

    def __str__(self) -> str:
        return self.word


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange("session", lambda one: replace(one, session=SessionId("c" * 32))),
        Exchange("order", lambda one: replace(one, order=OrderId("c" * 32))),
        Exchange("transcript", lambda one: replace(one, transcript=TranscriptHash(b"x" * 32))),
        Exchange("holder tag", lambda one: replace(one, holder=HolderTag(b"x" * 32))),
        Exchange("fee", lambda one: replace(one, fee=200)),
        Exchange("one sheet for each page", lambda one: replace(one, sheets=1)),
        Exchange("one issue number", lambda one: replace(one, issue_numbers=one.issue_numbers[:1])),
        Exchange("one issue number", lambda one: replace(one, issue_numbers=one.issue_numbers[:1] * 2)),
        Exchange("none", lambda one: replace(one, issue_numbers=("992011-0000000001-9", "1"))),
        Exchange(
            "another municipality",
            lambda one: replace(one, issue_numbers=("992011-0000000001-9", f"{KAKU}-0000000002-7")),
        ),
        Exchange("bytes are not those", lambda one: replace(one, ciphertext_sha256=bytes(32))),
        Exchange("nonce", lambda one: replace(one, nonce=b"n")),
        Exchange("ephemeral_public", lambda one: replace(one, ephemeral_key=b"e")),
    ],
    ids=str,
)
def test_every_exchanged_binding_is_found_although_the_signature_is_right(exchange: Exchange) -> None:
    with pytest.raises(BindingError, match=exchange.word):
        verify_delivery(packed(exchange.tamper(DELIVERY)), EXPECTED, CENTRE.trusted)


@pytest.mark.parametrize(
    ("word", "manifest"),
    [
        ("order", replace(MANIFEST, order=OrderId("c" * 32))),
        ("transcript", replace(MANIFEST, transcript=TranscriptHash(b"x" * 32))),
        ("holder tag", replace(MANIFEST, holder=HolderTag(b"x" * 32))),
        ("another municipality", replace(MANIFEST, municipality=KAKU)),
        ("numbers or its fee", replace(MANIFEST, fee=200)),
        ("numbers or its fee", replace(MANIFEST, issue_numbers=MANIFEST.issue_numbers[:1])),
        ("not those of its copies", replace(MANIFEST, pages=MANIFEST.pages[:1])),
        ("32 bytes", replace(MANIFEST, pages=(replace(MANIFEST.pages[0], sha256=b""), MANIFEST.pages[1]))),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_manifest_of_anything_but_this_visit_is_found(word: str, manifest: Manifest) -> None:
    delivery = replace(DELIVERY, manifest=CENTRE.issuer.sign(manifest))
    with pytest.raises(BindingError, match=word):
        verify_delivery(packed(delivery), EXPECTED, CENTRE.trusted)


def test_a_manifest_that_the_centre_made_itself_is_found() -> None:
    delivery = replace(DELIVERY, manifest=CENTRE.key.sign(MANIFEST))
    with pytest.raises(BindingError, match="not the municipality's"):
        verify_delivery(packed(delivery), EXPECTED, CENTRE.trusted)


def test_what_is_printed_must_be_the_pages_that_the_municipality_signed() -> None:
    promise = verify_delivery(packed(DELIVERY), EXPECTED, CENTRE.trusted).sealed.promise
    assert promise is not None
    assert promise.order == EXPECTED.order
    assert [page.sha256 for page in promise.pages] == [b"1" * 32, b"2" * 32]


def test_a_changed_ciphertext_is_found() -> None:
    with pytest.raises(BindingError, match="bytes are not those"):
        verify_delivery(packed(DELIVERY, CIPHERTEXT[::-1]), EXPECTED, CENTRE.trusted)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not a frame",
        frame.pack(b"not.a.token", CIPHERTEXT),
        packed(DELIVERY, key=SigningKey.generate("centre-key")),
        packed(DELIVERY)[:-1].replace(b"KOFU1", b"KOFU2"),
    ],
)
def test_what_is_not_signed_by_the_centre_is_a_broken_binding(body: bytes) -> None:
    with pytest.raises(BindingError):
        verify_delivery(body, EXPECTED, CENTRE.trusted)


def test_another_message_signed_by_the_centre_is_no_delivery() -> None:
    menu = Menu(
        transcript=EXPECTED.proof.transcript,
        municipality=MIHON,
        municipality_name="見本県みほん市",
        kinds=(),
        items=frozenset(),
        members=(),
    )
    with pytest.raises(BindingError):
        verify_delivery(frame.pack(CENTRE.key.sign(menu), CIPHERTEXT), EXPECTED, CENTRE.trusted)


@pytest.mark.parametrize("paid", [0, 399, 401])
def test_a_delivery_that_was_not_paid_exactly_cannot_become_a_print(paid: int) -> None:
    verified = verify_delivery(packed(DELIVERY), EXPECTED, CENTRE.trusted)
    with pytest.raises(BindingError):
        PaidDelivery(verified=verified, paid=paid)
