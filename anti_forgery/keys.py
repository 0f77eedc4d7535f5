"""Keys of the marks: the centre signs with ES256, the inquiry site opens with X25519; each key names its successor."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import NewType

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from certificates.errors import InvalidValueError

KeyId = NewType("KeyId", str)
"""The first 8 bytes of the key's JWK thumbprint (RFC 7638), 16 hexadecimal digits: it cannot be chosen freely."""

KEY_ID_BYTES = 8
_KEY_ID = re.compile(r"[0-9a-f]{16}\Z")


def key_id(value: str) -> KeyId:
    if not _KEY_ID.match(value):
        raise InvalidValueError("key id", "must be 16 lower-case hexadecimal digits")
    return KeyId(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """From when until when a key may seal, and which key follows it. What it sealed in that time verifies for ever."""

    not_before: datetime
    not_after: datetime
    successor: KeyId | None = None

    def __post_init__(self) -> None:
        if self.not_before.tzinfo is None or self.not_after.tzinfo is None:
            raise InvalidValueError("term", "both ends must carry their zone")
        if self.not_before >= self.not_after:
            raise InvalidValueError("term", "ends before it begins")

    def covers(self, moment: datetime) -> bool:
        """The beginning belongs to the term, the end does not."""
        return self.not_before <= moment < self.not_after


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePublicKey:
    """What the centre needs to seal for the inquiry site."""

    public: X25519PublicKey = field(repr=False)
    term: Term
    id: KeyId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", thumbprint(okp_members(self.public)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePrivateKey:
    """What the inquiry site needs to open a back; kept after its term, for sheets live longer than keys."""

    private: X25519PrivateKey = field(repr=False)
    term: Term
    id: KeyId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", thumbprint(okp_members(self.private.public_key())))

    @property
    def public_key(self) -> SitePublicKey:
        return SitePublicKey(public=self.private.public_key(), term=self.term)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentrePublicKey:
    """What anybody needs to tell the centre's signature."""

    public: EllipticCurvePublicKey = field(repr=False)
    term: Term
    id: KeyId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", thumbprint(ec_members(self.public)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CentrePrivateKey:
    """What the centre signs with."""

    private: EllipticCurvePrivateKey = field(repr=False)
    term: Term
    id: KeyId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "id", thumbprint(ec_members(self.private.public_key())))

    @property
    def public_key(self) -> CentrePublicKey:
        return CentrePublicKey(public=self.private.public_key(), term=self.term)


PrivateKey = SitePrivateKey | CentrePrivateKey
Key = SitePublicKey | CentrePublicKey | PrivateKey


def okp_members(public: X25519PublicKey) -> dict[str, str]:
    """The required members of an X25519 JWK (RFC 8037 2)."""
    return {"crv": "X25519", "kty": "OKP", "x": base64url(public.public_bytes_raw())}


def ec_members(public: EllipticCurvePublicKey) -> dict[str, str]:
    """The required members of a P-256 JWK (RFC 7518 6.2.1); raises InvalidValueError for another curve."""
    if not isinstance(public.curve, SECP256R1):
        raise InvalidValueError("centre key", "must be on P-256 (ES256)")
    point = public.public_numbers()
    x, y = (base64url(value.to_bytes(32, "big")) for value in (point.x, point.y))
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def thumbprint(members: dict[str, str]) -> KeyId:
    """RFC 7638 3: SHA-256 over the required members in lexicographic order."""
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":"))
    return KeyId(hashlib.sha256(canonical.encode("ascii")).hexdigest()[: 2 * KEY_ID_BYTES])


def base64url(data: bytes) -> str:
    """RFC 7515 2: without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
