"""The sealed payload of a back: signed by the centre, then encrypted for the inquiry site, authenticated as a whole.

Layout of version 1, all numbers big-endian::

    version 1 | site key id 8 | centre key id 8 | ephemeral X25519 public key 32 | AES-256-GCM ciphertext and tag
    plaintext = ES256 signature, r ‖ s 64 | deflated canonical sheet

Key and nonce come from HKDF-SHA256 over the X25519 shared secret with the whole header in the info, so a header
cannot be moved to another ciphertext; it is the associated data as well. The signature covers header and content:
a sheet opened by one site cannot be sealed again for another with the centre's signature on it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from anti_forgery.keys import (
    KEY_ID_BYTES,
    CentrePrivateKey,
    CentrePublicKey,
    KeyId,
    SitePrivateKey,
    SitePublicKey,
)
from anti_forgery.sheet import SheetFacts, canonical_bytes, compress
from certificates.errors import ConfigurationError, SignatureError, WireError

VERSION = 1
HEADER_BYTES = 1 + KEY_ID_BYTES + KEY_ID_BYTES + 32
TAG_BYTES = 16
SIGNATURE_BYTES = 64
_KEY_LABEL = b"kofu/back/1/key"
_SIGNATURE_LABEL = b"kofu/back/1/signature"


class UnknownVersionError(WireError):
    """The payload says a version that this program does not know; a newer one may."""

    def __init__(self, version: int) -> None:
        super().__init__(f"the back is sealed in version {version}, this program knows version {VERSION}")
        self.version = version


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedBack:
    """A payload taken apart, nothing of it believed yet."""

    header: bytes
    site_key: KeyId
    centre_key: KeyId
    ephemeral: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BackSealer:
    """Seals sheets with one centre key for one site key.

    ``random_bytes`` gives that many unpredictable bytes; each sheet draws 32 for its ephemeral key. The signature is
    deterministic (RFC 6979), so equal random bytes give equal payloads. Raises ConfigurationError when a sheet is
    issued outside the term of either key.
    """

    centre: CentrePrivateKey
    site: SitePublicKey
    random_bytes: Callable[[int], bytes] = field(default=os.urandom, repr=False)

    def seal(self, sheet: SheetFacts) -> bytes:
        for name, used in (("centre key", self.centre), ("inquiry site key", self.site)):
            if not used.term.covers(sheet.issued_at):
                heir = used.term.successor
                advice = f"use its successor {heir}" if heir else "it has no successor yet"
                raise ConfigurationError(
                    f"{name} {used.id}", f"its term does not cover the moment of issue; {advice}"
                )
        return self._seal(compress(canonical_bytes(sheet)))

    def _seal(self, content: bytes) -> bytes:
        ephemeral = X25519PrivateKey.from_private_bytes(self.random_bytes(32))
        point = ephemeral.public_key().public_bytes_raw()
        header = bytes([VERSION]) + bytes.fromhex(self.site.id) + bytes.fromhex(self.centre.id) + point
        der = self.centre.private.sign(
            _signed(header, content), ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
        )
        signature = b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der))
        try:
            shared = ephemeral.exchange(self.site.public)
        except ValueError as error:  # RFC 7748 6.1: a point of low order gives the same secret to everybody
            raise ConfigurationError(
                f"inquiry site key {self.site.id}", "is not a usable X25519 key"
            ) from error
        key, nonce = _derive(shared, header)
        return header + AESGCM(key).encrypt(nonce, signature + content, header)


def take_apart(payload: bytes) -> SealedBack:
    """Raises UnknownVersionError, or WireError when the payload is too short to be one."""
    if not payload:
        raise WireError("the payload is empty")
    if payload[0] != VERSION:
        raise UnknownVersionError(payload[0])
    if len(payload) < HEADER_BYTES + SIGNATURE_BYTES + TAG_BYTES:
        raise WireError("the payload is too short")
    header = payload[:HEADER_BYTES]
    return SealedBack(
        header=header,
        site_key=KeyId(header[1 : 1 + KEY_ID_BYTES].hex()),
        centre_key=KeyId(header[1 + KEY_ID_BYTES : 1 + 2 * KEY_ID_BYTES].hex()),
        ephemeral=header[1 + 2 * KEY_ID_BYTES :],
        ciphertext=payload[HEADER_BYTES:],
    )


def decrypt(sealed: SealedBack, site: SitePrivateKey) -> bytes:
    """Signature and content as the sender put them together; raises WireError when a bit of the payload changed."""
    try:
        shared = site.private.exchange(X25519PublicKey.from_public_bytes(sealed.ephemeral))
        key, nonce = _derive(shared, sealed.header)
        return AESGCM(key).decrypt(nonce, sealed.ciphertext, sealed.header)
    except (InvalidTag, ValueError) as error:
        raise WireError("the sealed content does not authenticate") from error


def signed_content(sealed: SealedBack, plaintext: bytes, centre: CentrePublicKey) -> bytes:
    """The deflated sheet that the centre signed; raises SignatureError when it did not."""
    signature, content = plaintext[:SIGNATURE_BYTES], plaintext[SIGNATURE_BYTES:]
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        centre.public.verify(der, _signed(sealed.header, content), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureError(f"the sheet is not signed by the centre key {centre.id}") from error
    return content


def _derive(shared: bytes, header: bytes) -> tuple[bytes, bytes]:
    # The ephemeral key serves one payload, so a nonce derived beside the key is never used twice.
    okm = HKDF(algorithm=hashes.SHA256(), length=32 + 12, salt=None, info=_KEY_LABEL + header).derive(shared)
    return okm[:32], okm[32:]


def _signed(header: bytes, content: bytes) -> bytes:
    return _SIGNATURE_LABEL + header + content
