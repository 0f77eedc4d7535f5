"""Signatures, frames and sealing: what is not exactly ours is refused."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from hypothesis import given
from hypothesis import strategies as st
from jose import jws

from certificates.domain.identifiers import card_serial, kiosk_id, order_id, session_id
from certificates.errors import BindingError, ConfigurationError, InvalidValueError, SignatureError, WireError
from certificates.problems import ProblemCode
from certificates.wire import frame, transcript
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys, thumbprint
from certificates.wire.sealing import Sealed, seal, unseal
from certificates.wire.visit import OutcomeKind, OutcomeRecorded, ReportOutcome

KEY = SigningKey.generate("issuer-1")
ISSUER = Party(role=Role.ISSUER, name="992011")
TRUSTED = TrustedKeys([TrustedKey.from_pem("issuer-1", ISSUER, KEY.public_pem)])
MESSAGE = OutcomeRecorded(order=order_id("0" * 32), outcome=OutcomeKind.PRINTED)


def test_a_signed_message_opens_and_says_who_signed() -> None:
    assert TRUSTED.open(KEY.sign(MESSAGE), OutcomeRecorded, Role.ISSUER) == (MESSAGE, ISSUER)


def b64(value: object) -> bytes:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")


def swap_header(token: bytes, header: object) -> bytes:
    return b".".join([b64(header), *token.split(b".")[1:]])


OURS = {"alg": "ES256", "kid": "issuer-1", "typ": "outcome-recorded/1"}


@pytest.mark.parametrize(
    "header",
    [
        OURS | {"alg": "none"},
        OURS | {"alg": "HS256"},
        OURS | {"kid": "another"},
        OURS | {"kid": ["issuer-1"]},
        OURS | {"typ": "order/1"},
        OURS | {"crit": ["exp"], "exp": 1},
        OURS | {"jwk": {"kty": "EC"}},
        OURS | {"x": 0},
        {"alg": "ES256"},
        [],
    ],
)
def test_a_header_that_is_not_exactly_ours_is_refused(header: object) -> None:
    with pytest.raises(WireError) as refused:
        TRUSTED.open(swap_header(KEY.sign(MESSAGE), header), OutcomeRecorded, Role.ISSUER)
    assert refused.value.code in (ProblemCode.WRONG_SIGNATURE, ProblemCode.MALFORMED_MESSAGE)


def test_a_token_made_with_the_public_key_as_a_shared_secret_is_refused() -> None:
    forged = jws.sign(
        encode(MESSAGE), "x" * 40, headers={"kid": "issuer-1", "typ": MESSAGE.TAG}, algorithm="HS256"
    )
    with pytest.raises(SignatureError):
        TRUSTED.open(forged.encode(), OutcomeRecorded, Role.ISSUER)


def test_a_key_speaks_for_its_role_only() -> None:
    with pytest.raises(SignatureError):
        TRUSTED.open(KEY.sign(MESSAGE), OutcomeRecorded, Role.CENTRE)


def test_a_message_of_another_kind_is_refused_although_well_signed() -> None:
    with pytest.raises(SignatureError):
        TRUSTED.open(KEY.sign(MESSAGE), ReportOutcome, Role.ISSUER)


@given(st.data())
def test_no_changed_character_of_a_token_verifies_as_another_message(data: st.DataObject) -> None:
    token = KEY.sign(MESSAGE)
    place = data.draw(st.integers(0, len(token) - 1))
    changed = token[:place] + bytes([data.draw(st.integers(0, 255))]) + token[place + 1 :]
    try:
        message, _ = TRUSTED.open(changed, OutcomeRecorded, Role.ISSUER)
    except WireError:
        return
    # base64url leaves spare bits at the end of a part: the text may differ, the message cannot
    assert message == MESSAGE


def pem(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "wrong",
    [
        b"no key",
        b"\xff",
        pem(ec.generate_private_key(ec.SECP384R1())),
        pem(rsa.generate_private_key(65537, 2048)),
    ],
)
def test_a_key_of_another_kind_is_a_configuration_error(wrong: bytes) -> None:
    with pytest.raises(ConfigurationError, match="signing key k1"):
        SigningKey("k1", wrong)


def test_a_private_key_never_shows() -> None:
    assert repr(KEY) == "SigningKey('issuer-1')"
    assert len(thumbprint(KEY.public_pem)) == 16


def test_a_frame_gives_back_token_and_bytes() -> None:
    token, body = frame.unpack(frame.pack(b"t.o.k", b"%PDF"))
    assert (token, bytes(body)) == (b"t.o.k", b"%PDF")
    frame.require_digest(body, hashlib.sha256(b"%PDF").digest(), "file")
    with pytest.raises(BindingError):
        frame.require_digest(b"%PDG", hashlib.sha256(b"%PDF").digest(), "file")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"KOFU1",
        b"KOFU2\0\0\0\1t",
        b"KOFU1\0\0\0\0",
        b"KOFU1\0\0\0\5tok",
        b"KOFU1\xff\xff\xff\xff" + b"x" * 9,
    ],
)
def test_a_broken_frame_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        frame.unpack(data)


def test_a_sealed_certificate_opens_for_its_visit_alone() -> None:
    mine, ephemeral = X25519PrivateKey.generate(), X25519PrivateKey.generate()
    to = mine.public_key().public_bytes_raw()
    sealed = seal(b"PDF", to=to, info=b"i", aad=b"a", ephemeral=ephemeral, nonce=bytes(12))
    assert unseal(sealed, key=mine, info=b"i", aad=b"a") == b"PDF"
    broken = Sealed(
        ephemeral_key=sealed.ephemeral_key, nonce=sealed.nonce, ciphertext=sealed.ciphertext[:-1] + b"x"
    )
    low_order = Sealed(ephemeral_key=bytes(32), nonce=sealed.nonce, ciphertext=sealed.ciphertext)
    for attempt, key, info, aad in [
        (sealed, X25519PrivateKey.generate(), b"i", b"a"),
        (sealed, mine, b"j", b"a"),
        (sealed, mine, b"i", b"b"),
        (broken, mine, b"i", b"a"),
    ]:
        with pytest.raises(BindingError):
            unseal(attempt, key=key, info=info, aad=aad)
    with pytest.raises(InvalidValueError):
        unseal(low_order, key=mine, info=b"i", aad=b"a")
    with pytest.raises(InvalidValueError):
        seal(b"PDF", to=b"short", info=b"i", aad=b"a", ephemeral=ephemeral, nonce=bytes(12))


def test_every_part_of_a_visit_changes_what_the_card_signs_and_the_hash() -> None:
    base = {
        "session": session_id("0" * 32),
        "challenge": b"c" * 32,
        "kiosk": kiosk_id("K1"),
        "ephemeral_key": b"k" * 32,
    }
    other = {
        "session": session_id("1" * 32),
        "challenge": b"d" * 32,
        "kiosk": kiosk_id("K2"),
        "ephemeral_key": b"l" * 32,
    }
    messages = {transcript.card_message(**base)}  # type: ignore[arg-type]  # one dict, four types
    messages |= {transcript.card_message(**{**base, key: value}) for key, value in other.items()}  # type: ignore[arg-type]
    assert len(messages) == 5
    message = transcript.card_message(**base)  # type: ignore[arg-type]
    hashes = {
        transcript.transcript_hash(message, card_certificate=certificate, signature=signature)
        for certificate, signature in [(b"c", b"s"), (b"cs", b""), (b"", b"cs"), (b"C", b"s"), (b"c", b"S")]
    }
    assert len(hashes) == 5
    one = next(iter(hashes))
    tags = {
        transcript.holder_tag(one, issuer=issuer, serial=card_serial(serial))
        for issuer, serial in [(b"i" * 32, 1), (b"j" * 32, 1), (b"i" * 32, 2)]
    }
    assert len(tags) == 3
    assert len({transcript.seal_info(value) for value in hashes}) == 5
