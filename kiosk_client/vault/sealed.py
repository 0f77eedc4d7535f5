"""A document sealed to a one-time key, and its opening into locked memory."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from certificates.errors import BindingError, InvalidValueError
from kiosk_client.vault.locked import LockedMemory, MemoryKind, forget, forget_freed
from kiosk_client.vault.pages import Promise

TAG_SIZE = 16
MAX_CIPHERTEXT = 64 << 20
_KEY_SIZE = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """X25519 (RFC 7748) to the vault's key, HKDF-SHA256 (RFC 5869, no salt, ``info``), AES-256-GCM (``aad``).

    ``plaintext_sha256`` is what the document must be by the centre's signed delivery;
    ``promise`` says what its pages must be by the municipality's signed manifest; None for a document that is no certificate (a test page).
    Sizes in bytes: keys and digest 32, nonce 12, ciphertext the document's plus 16.
    """

    ephemeral_public: bytes
    nonce: bytes
    ciphertext: bytes = field(repr=False)
    info: bytes
    aad: bytes
    plaintext_sha256: bytes
    promise: Promise | None

    def __post_init__(self) -> None:
        for name, value, size in (
            ("ephemeral_public", self.ephemeral_public, 32),
            ("nonce", self.nonce, 12),
            ("plaintext_sha256", self.plaintext_sha256, 32),
        ):
            if len(value) != size:
                raise InvalidValueError(name, f"is {size} bytes")
        if not TAG_SIZE < len(self.ciphertext) <= MAX_CIPHERTEXT:
            raise InvalidValueError("ciphertext", f"is {TAG_SIZE + 1} to {MAX_CIPHERTEXT} bytes")

    @property
    def plaintext_size(self) -> int:
        return len(self.ciphertext) - TAG_SIZE


class OneTimeKey:
    """An X25519 key pair that opens one document; the private half is gone before the printing begins."""

    def __init__(self) -> None:
        private = X25519PrivateKey.generate()
        self.public = private.public_key().public_bytes_raw()
        self._private: X25519PrivateKey | None = private

    def unseal_into(self, document: LockedMemory, sealed: Sealed, kind: MemoryKind) -> None:
        """Fill ``document`` (of ``sealed.plaintext_size`` bytes) with the one document that was promised.

        Raises BindingError when the seal or the digest does not fit, or the key was used before; the memory may
        then hold rubbish and is to be wiped.
        """
        with LockedMemory(_KEY_SIZE, kind) as key:
            self._derive_into(key, sealed)
            try:
                AESGCM(key.view).decrypt_into(sealed.nonce, sealed.ciphertext, sealed.aad, document.view)
            except InvalidTag:
                raise BindingError(
                    "the document is not sealed to this vault, or was changed on the way"
                ) from None
        if not hmac.compare_digest(hashlib.sha256(document.view).digest(), sealed.plaintext_sha256):
            raise BindingError("the document is not the one that the delivery names")

    def _derive_into(self, key: LockedMemory, sealed: Sealed) -> None:
        private, self._private = self._private, None
        if private is None:
            raise BindingError("the vault's key opens one document only")
        try:
            shared = private.exchange(X25519PublicKey.from_public_bytes(sealed.ephemeral_public))
        except ValueError:  # a point of low order (RFC 7748 section 6.1)
            raise BindingError("the sealer's key is not acceptable") from None
        try:
            HKDF(SHA256(), _KEY_SIZE, None, sealed.info).derive_into(shared, key.view)
        finally:
            forget(shared)
            forget_freed(_KEY_SIZE)
