"""Signed messages: compact JWS (RFC 7515), ES256 and nothing else, with keys that we chose beforehand.

The verifier picks key and algorithm from its own table; the token only names a key id. The protected header is
``{"alg":"ES256","kid":…,"typ":"<tag>"}`` exactly: an unknown parameter (``crit`` above all) refuses the token.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from jose import jws
from jose.backends.base import Key
from jose.backends.cryptography_backend import CryptographyECKey
from jose.exceptions import JOSEError

from certificates.errors import ConfigurationError, SignatureError
from certificates.wire.codec import Message, decode, encode, parse_object

ALGORITHM = "ES256"
M = TypeVar("M", bound=Message)


class Role(Enum):
    """Who a key speaks for."""

    REGISTRY = "registry"
    ISSUER = "issuer"
    CENTRE = "centre"
    KIOSK = "kiosk"
    OPERATOR = "operator"
    INQUIRY = "inquiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """One named party: a municipality's registry or issuer by its code, the centre and kiosks by their ids."""

    role: Role
    name: str

    def __str__(self) -> str:
        return f"{self.role.value}:{self.name}"


class SigningKey:
    """A private ES256 key with its id; the repr shows the id alone."""

    def __init__(self, kid: str, pem: bytes) -> None:
        self.kid = kid
        self._key: Key = _construct(pem, f"signing key {kid}")

    @classmethod
    def generate(cls, kid: str) -> SigningKey:
        private = ec.generate_private_key(ec.SECP256R1())
        return cls(kid, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))

    def __repr__(self) -> str:
        return f"SigningKey({self.kid!r})"

    @property
    def public_pem(self) -> bytes:
        return bytes(self._key.public_key().to_pem())

    @property
    def private_pem(self) -> bytes:
        return bytes(self._key.to_pem())

    def sign(self, message: Message) -> bytes:
        """A compact JWS over the canonical bytes of ``message``, as ASCII."""
        headers = {"kid": self.kid, "typ": message.TAG}
        token: str = jws.sign(encode(message), self._key, headers=headers, algorithm=ALGORITHM)
        return token.encode("ascii")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedKey:
    """A public key, the party it speaks for, and nothing secret."""

    kid: str
    party: Party
    key: Key = field(repr=False)

    @classmethod
    def from_pem(cls, kid: str, party: Party, pem: bytes) -> TrustedKey:
        return cls(kid=kid, party=party, key=_construct(pem, f"public key {kid}"))


class TrustedKeys:
    """The closed table of keys that one service accepts."""

    def __init__(self, keys: Iterable[TrustedKey]) -> None:
        self._keys = {key.kid: key for key in keys}

    def open(self, token: bytes, kind: type[M], role: Role) -> tuple[M, Party]:
        """The verified message and who signed it.

        Raises SignatureError when signature, key, algorithm or type is not accepted, WireError when the payload
        is not a message of ``kind``.
        """
        trusted = self._keys.get(_header(token, kind.TAG))
        if trusted is None or trusted.party.role is not role:
            raise SignatureError("the key is not one that we trust for this message")
        try:
            payload = jws.verify(token.decode("ascii"), trusted.key, algorithms=[ALGORITHM])
        except JOSEError as error:
            raise SignatureError("the signature is wrong") from error
        return decode(payload, kind), trusted.party


def _header(token: bytes, tag: str) -> str:
    """The key id of a token whose protected header is exactly ours."""
    try:
        head, _, _ = token.decode("ascii").split(".")
        header = parse_object(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    except ValueError as error:
        raise SignatureError("not a compact JWS") from error
    kid = header.get("kid")
    if header != {"alg": ALGORITHM, "kid": kid, "typ": tag} or not isinstance(kid, str):
        raise SignatureError(f"the protected header is not that of a {tag} message")
    return kid


def _construct(pem: bytes, what: str) -> Key:
    """A key of python-jose's cryptography backend, loaded once (loading costs far more than signing)."""
    try:
        key: Key = CryptographyECKey(pem.decode("ascii"), ALGORITHM)
    except (JOSEError, ValueError) as error:
        raise ConfigurationError(what, "is not an ES256 (P-256) key in PEM form") from error
    # python-jose takes any curve for ES256, so the curve is checked on the loaded key
    prepared: object = getattr(key, "prepared_key", None)
    if not isinstance(prepared, ec.EllipticCurvePrivateKey | ec.EllipticCurvePublicKey):
        raise ConfigurationError(what, "is not an elliptic-curve key")
    if not isinstance(prepared.curve, ec.SECP256R1):
        raise ConfigurationError(what, "is not on curve P-256")
    return key


def thumbprint(public_pem: bytes) -> str:
    """A key id made from the key itself: the first 16 hexadecimal digits of SHA-256 over its PEM."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(public_pem)
    return digest.finalize().hex()[:16]
