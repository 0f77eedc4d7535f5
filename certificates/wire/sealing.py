"""Encryption to a key that lives for one visit: X25519 (RFC 7748), HKDF-SHA256 (RFC 5869), AES-256-GCM (SP 800-38D)."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certificates.errors import BindingError, InvalidValueError


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Ciphertext with its 16-byte tag at the end; ``nonce`` is 12 bytes, ``ephemeral_key`` 32."""

    ephemeral_key: bytes
    nonce: bytes
    ciphertext: bytes = field(repr=False)


def seal(
    plaintext: bytes, *, to: bytes, info: bytes, aad: bytes, ephemeral: X25519PrivateKey, nonce: bytes
) -> Sealed:
    """Encrypt to the public key ``to`` (32 bytes). ``ephemeral`` and ``nonce`` must be fresh for each call.

    Raises InvalidValueError when ``to`` is not a usable public key.
    """
    key = AESGCM(_key(ephemeral, to, info))
    return Sealed(
        ephemeral_key=ephemeral.public_key().public_bytes_raw(),
        nonce=nonce,
        ciphertext=key.encrypt(nonce, plaintext, aad),
    )


def unseal(sealed: Sealed, *, key: X25519PrivateKey, info: bytes, aad: bytes) -> bytes:
    """Raises BindingError when it was sealed to another key, for another purpose, or changed on the way."""
    try:
        return AESGCM(_key(key, sealed.ephemeral_key, info)).decrypt(sealed.nonce, sealed.ciphertext, aad)
    except (InvalidTag, ValueError) as error:
        raise BindingError("the sealed certificate does not open with this visit's key") from error


def _key(private: X25519PrivateKey, public: bytes, info: bytes) -> bytes:
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise InvalidValueError("ephemeral key", "is not a usable X25519 public key") from error
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(shared)
