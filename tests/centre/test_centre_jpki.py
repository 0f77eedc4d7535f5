"""The card's certificate and proof: accepted by the rules of the user-authentication certificate, or refused."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from center_relay.adapters.anchors import load_anchors
from center_relay.adapters.jpki import JpkiAuthority
from center_relay.adapters.revocation import RevocationLists
from certificates.errors import ConfigurationError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.order import Holder
from load_tests.authority.jpki import JpkiTestAuthority
from tests.centre.centre_cards import Ca, Card, name, rsa_key, usage
from tests.centre.centre_values import NOW

MESSAGE = b"session, challenge, kiosk and key"
INVALID = ProblemCode.CARD_CERTIFICATE_INVALID


class Bench:
    """A centre's folders of CAs and lists, and the question to its adapter."""

    def __init__(self, folder: Path, *cas: Ca, accept_test_cards: bool = True) -> None:
        self.cas = folder / "cas"
        self.crls = folder / "crls"
        self.crls.mkdir()
        for ca in cas or (Ca(),):
            ca.write(self.cas)
            crl = ca.revocation_list()
            (self.crls / f"{ca.label}.crl").write_bytes(crl.public_bytes(Encoding.DER))
        anchors = load_anchors(self.cas, accept_test_cards=True)
        self.authority = JpkiAuthority(
            anchors, RevocationLists(self.crls, anchors), accept_test_cards=accept_test_cards
        )

    async def ask(self, card: Card, *, signature: bytes | None = None) -> Holder:
        return await self.authority.holder(
            card.der,
            message=MESSAGE,
            signature=card.sign(MESSAGE) if signature is None else signature,
            at=NOW,
        )

    async def refusal(self, card: Card, *, signature: bytes | None = None) -> RefusedError:
        with pytest.raises(RefusedError) as caught:
            await self.ask(card, signature=signature)
        return caught.value


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_good_card_is_identified_by_issuer_and_serial(bench: Bench) -> None:
    holder = await bench.ask(Card(serial=0xABC123))
    assert holder.serial == "abc123"
    assert holder.issuer == hashlib.sha256(name().public_bytes()).digest()


async def test_of_two_cas_with_one_name_the_one_that_signed_is_chosen(tmp_path: Path) -> None:
    first, second = Ca(label="generation-1"), Ca(label="generation-2")
    bench = Bench(tmp_path, first, second)
    crl = second.revocation_list([(7, x509.ReasonFlags.key_compromise)], this_update=NOW)
    (bench.crls / "new.crl").write_bytes(crl.public_bytes(Encoding.DER))
    assert (await bench.ask(Card(ca=first, serial=7))).serial == "7"
    refusal = await bench.refusal(Card(ca=second, serial=7))
    assert refusal.code is ProblemCode.CARD_CERTIFICATE_REVOKED


async def test_another_ca_with_the_same_name_is_not_trusted(bench: Bench) -> None:
    assert (await bench.refusal(Card(ca=Ca(label="impostor")))).code is INVALID


async def test_a_trusted_ca_that_signed_under_another_name_is_not_accepted(bench: Bench) -> None:
    refusal = await bench.refusal(Card(issuer="JPKI TEST 2"))
    assert (refusal.code, refusal.detail) == (INVALID, "the issuer is not the CA that signed")


@pytest.mark.parametrize(
    ("card", "code", "detail"),
    [
        (Card(not_after=NOW - timedelta(seconds=1)), ProblemCode.CARD_CERTIFICATE_EXPIRED, ""),
        (Card(not_before=NOW + timedelta(seconds=1)), INVALID, "not yet valid"),
        (Card(policy=None), INVALID, "missing"),
        (
            Card(policy=x509.ObjectIdentifier("1.2.392.200149.8.5.1.3.10")),
            INVALID,
            "not a user-authentication",
        ),
        (Card(key_usage=None), INVALID, "missing"),
        (Card(key_usage=usage(signs_certificates=False, digital_signature=False)), INVALID, "authentication"),
        (Card(key_usage=usage(signs_certificates=True)), INVALID, "authentication"),
        (Card(purpose=ExtendedKeyUsageOID.SERVER_AUTH), INVALID, "client authentication"),
        (Card(is_ca=True), INVALID, "a CA is not a card"),
        (Card(strange=True), INVALID, "critical extension"),
        (Card(digest=hashes.SHA384()), INVALID, "signed by no CA"),
        (Card(key=rsa_key("weak", 1024)), INVALID, "RSA-2048"),
        (Card(key=rsa_key("large", 3072)), INVALID, "RSA-2048"),
        (Card(key=rsa_key("three", 2048, 3)), INVALID, "RSA-2048"),
    ],
    ids=lambda value: value if isinstance(value, str) and value else None,
)
async def test_a_certificate_outside_the_rules_is_refused(
    bench: Bench, card: Card, code: ProblemCode, detail: str
) -> None:
    refusal = await bench.refusal(card)
    assert refusal.code is code
    assert detail in refusal.detail


async def test_a_card_without_extended_key_usage_is_accepted(bench: Bench) -> None:
    assert (await bench.ask(Card(purpose=None))).serial == "5e71a1"


async def test_a_key_of_another_kind_is_refused(bench: Bench) -> None:
    card = Card(key=ec.generate_private_key(ec.SECP256R1()))
    assert (await bench.refusal(card, signature=b"x")).code is INVALID


def signed_anew(ca: Ca, card: Card, old: bytes, new: bytes, digest: hashes.HashAlgorithm) -> bytes:
    """The card's certificate with ``old`` replaced everywhere, signed correctly by the CA's key."""
    tbs = x509.load_der_x509_certificate(card.der).tbs_certificate_bytes
    changed = tbs.replace(old, new)
    signature = ca.key.sign(changed, PKCS1v15(), digest)
    return card.der.replace(tbs, changed).replace(old, new)[: -len(signature)] + signature


async def test_a_negative_serial_number_is_refused(bench: Bench) -> None:
    der = signed_anew(Ca(), Card(), b"\x5e\x71\xa1", b"\xde\x71\xa1", hashes.SHA256())
    with pytest.raises(RefusedError) as caught:
        await bench.authority.holder(der, message=MESSAGE, signature=Card().sign(MESSAGE), at=NOW)
    assert caught.value.code is INVALID


async def test_a_certificate_signed_with_sha1_is_refused_although_the_signature_is_right(
    bench: Bench,
) -> None:
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    der = signed_anew(Ca(), Card(), sha256, sha1, hashes.SHA1())
    weak = x509.load_der_x509_certificate(der)
    Ca().key.public_key().verify(weak.signature, weak.tbs_certificate_bytes, PKCS1v15(), hashes.SHA1())
    with pytest.raises(RefusedError) as caught:
        await bench.authority.holder(der, message=MESSAGE, signature=Card().sign(MESSAGE), at=NOW)
    assert (caught.value.code, caught.value.detail) == (INVALID, "signed by no CA that we trust")


async def test_bytes_that_are_no_certificate_are_refused(bench: Bench) -> None:
    good = Card().der
    for der in (b"", b"\x30\x00", good[:-1], good + b"\x00"):
        with pytest.raises(RefusedError) as caught:
            await bench.authority.holder(der, message=MESSAGE, signature=b"", at=NOW)
        assert caught.value.code is INVALID


async def test_a_changed_certificate_is_refused(bench: Bench) -> None:
    der = bytearray(Card().der)
    der[der.index(b"TEST0001")] ^= 1
    with pytest.raises(RefusedError) as caught:
        await bench.authority.holder(bytes(der), message=MESSAGE, signature=Card().sign(MESSAGE), at=NOW)
    assert caught.value.code is INVALID


async def test_the_proof_must_be_this_keys_signature_over_this_message_by_rs256(bench: Bench) -> None:
    card = Card()
    wrong = [
        b"",
        card.sign(b"another visit"),
        rsa_key("other card").sign(MESSAGE, PKCS1v15(), hashes.SHA256()),
        rsa_key("card").sign(MESSAGE, PKCS1v15(), hashes.SHA384()),
    ]
    for signature in wrong:
        assert (await bench.refusal(card, signature=signature)).code is ProblemCode.CARD_SIGNATURE_INVALID


async def test_an_expired_ca_is_not_trusted_any_more(tmp_path: Path) -> None:
    ca = Ca(not_after=NOW - timedelta(days=1))
    assert "CA is not valid" in (await Bench(tmp_path, ca).refusal(Card(ca=ca))).detail


async def test_a_test_card_is_refused_where_real_residents_are_served(tmp_path: Path) -> None:
    bench = Bench(tmp_path, accept_test_cards=False)
    assert (await bench.refusal(Card())).detail == "a card of a test hierarchy"


async def test_a_card_of_the_real_hierarchys_name_needs_no_permission(tmp_path: Path) -> None:
    ca = Ca(organization="JPKI")
    bench = Bench(tmp_path, ca, accept_test_cards=False)
    assert (await bench.ask(Card(ca=ca))).serial == "5e71a1"
    load_anchors(bench.cas, accept_test_cards=False)


def test_a_test_authority_among_the_anchors_stops_the_start(tmp_path: Path) -> None:
    Ca(organization="JPKI", label="real").write(tmp_path / "cas")
    path = Ca().write(tmp_path / "cas")
    with pytest.raises(ConfigurationError, match="KOFU_CENTRE_ACCEPT_TEST_CARDS=yes") as caught:
        load_anchors(tmp_path / "cas", accept_test_cards=False)
    assert caught.value.setting == str(path)


def test_the_throw_away_authority_of_the_load_tests_is_known_as_a_test(tmp_path: Path) -> None:
    year = timedelta(days=365)
    JpkiTestAuthority.create(not_before=NOW - year, not_after=NOW + year, key=rsa_key("root")).save(
        tmp_path / "a"
    )
    with pytest.raises(ConfigurationError, match="test authority"):
        load_anchors(tmp_path / "a", accept_test_cards=False)
    assert len(load_anchors(tmp_path / "a", accept_test_cards=True)) == 1


@pytest.mark.parametrize(
    ("ca", "reason"),
    [
        (Ca(is_ca=False), "must be a CA"),
        (Ca(crl_sign=False), "revocation lists"),
        (Ca(bits=1024), "2048 bits"),
    ],
)
def test_an_anchor_that_cannot_serve_is_refused_by_name(tmp_path: Path, ca: Ca, reason: str) -> None:
    path = ca.write(tmp_path)
    with pytest.raises(ConfigurationError, match=reason) as caught:
        load_anchors(tmp_path, accept_test_cards=True)
    assert caught.value.setting == str(path)


def test_anchors_are_read_in_pem_and_in_der_and_other_files_are_left_alone(tmp_path: Path) -> None:
    Ca(label="one").write(tmp_path)
    Ca(label="two").write(tmp_path, encoding=Encoding.DER)
    (tmp_path / "README").write_text("two generations")
    assert len(load_anchors(tmp_path, accept_test_cards=True)) == 2


def test_a_folder_without_anchors_a_missing_folder_and_a_broken_file_are_wrong_settings(
    tmp_path: Path,
) -> None:
    with pytest.raises(ConfigurationError, match="holds no CA certificate"):
        load_anchors(tmp_path, accept_test_cards=True)
    with pytest.raises(ConfigurationError, match="is not a folder"):
        load_anchors(tmp_path / "nowhere", accept_test_cards=True)
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(ConfigurationError, match="is not a CA certificate"):
        load_anchors(tmp_path, accept_test_cards=True)
