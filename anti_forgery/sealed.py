"""The sealed payload of a back: signed by the centre, then encrypted for the inquiry site, authenticated as a whole.

Layout of version 2, all numbers big-endian::

    version 1 | site key id 8 | centre key id 8 | municipality 3 | day 2 | wrapped data key 32 | nonce 12 |
    length of ground 1 | ground | ciphertext
    ground = the design of the sheet's ground (``ground_design``), empty for the usual one
    ciphertext = AES-256-GCM over: ES256 signature, r ‖ s 64 | deflated canonical sheet

The data key serves one municipality, one day, one process (``data_keys``); it is derived with everything before it in
the info, and the whole header is the associated data, so a header cannot be moved to another ciphertext. The signature
covers header and content: a sheet opened by one site cannot be sealed again for another with the centre's signature on
it, and content of another municipality or day does not pass under this header.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from anti_forgery.data_keys import SCOPE_BYTES, WRAPPED_BYTES, DataKeys, scope_of, unwrap
from anti_forgery.ground_design import USUAL, GroundDesign
from anti_forgery.keys import (
    KEY_ID_BYTES,
    CentrePrivateKey,
    CentrePublicKey,
    KeyId,
    SitePrivateKey,
    SitePublicKey,
)
from anti_forgery.sheet import SheetFacts, canonical_bytes, compress
from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, InvalidValueError, SignatureError, WireError

VERSION = 2
NONCE_BYTES = 12
"""Random (NIST SP 800-38D 8.2.2): good for 2^32 sheets of one data key, of which a day has some thousands."""
_SCOPE = 1 + 2 * KEY_ID_BYTES
_WRAPPED = _SCOPE + SCOPE_BYTES
NONCE = slice(_WRAPPED + WRAPPED_BYTES, _WRAPPED + WRAPPED_BYTES + NONCE_BYTES)
"""Where it is in the header."""
HEADER_BYTES = NONCE.stop + 1
"""Of a sheet with the usual ground; another one adds what names it."""
TAG_BYTES = 16
SIGNATURE_BYTES = 64
_ALGORITHM = ec.ECDSA(hashes.SHA256(), deterministic_signing=True)
_SIGNATURE_LABEL = b"kofu/back/2/signature"


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
    scope: bytes
    ground: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BackSealer:
    """Seals sheets with one centre key for one site key.

    ``random_bytes`` gives that many unpredictable bytes: 32 for a new data key, 12 for each sheet. ``data_keys`` is
    kept by the process from sealer to sealer. The signature is deterministic (RFC 6979), so equal random bytes give
    equal payloads. Raises ConfigurationError when a sheet is issued outside the term of either key, InvalidValueError
    when its municipality has no code.
    """

    centre: CentrePrivateKey
    site: SitePublicKey
    random_bytes: Callable[[int], bytes] = field(default=os.urandom, repr=False)
    data_keys: DataKeys = field(default_factory=DataKeys, repr=False)

    def seal(self, sheet: SheetFacts, ground: GroundDesign = USUAL) -> bytes:
        """``ground`` is told in the clear: who looks for a copy needs no key."""
        for name, used in (("centre key", self.centre), ("inquiry site key", self.site)):
            if not used.term.covers(sheet.issued_at):
                heir = used.term.successor
                advice = f"use its successor {heir}" if heir else "it has no successor yet"
                raise ConfigurationError(
                    f"{name} {used.id}", f"its term does not cover the moment of issue; {advice}"
                )
        scope = scope_of(municipality_code(sheet.municipality), sheet.issued_at)
        return self._seal(scope, compress(canonical_bytes(sheet)), ground.to_bytes())

    def _seal(self, scope: bytes, content: bytes, ground: bytes = b"") -> bytes:
        context = bytes([VERSION]) + bytes.fromhex(self.site.id) + bytes.fromhex(self.centre.id) + scope
        key = self.data_keys.current(context, self.site, self.random_bytes)
        nonce = self.random_bytes(NONCE_BYTES)
        header = context + key.wrapped + nonce + bytes([len(ground)]) + ground
        der = self.centre.private.sign(_signed(header, content), _ALGORITHM)
        signature = b"".join(part.to_bytes(32, "big") for part in decode_dss_signature(der))
        return header + key.cipher.encrypt(nonce, signature + content, header)


def take_apart(payload: bytes) -> SealedBack:
    """Raises UnknownVersionError, or WireError when the payload is too short to be one."""
    if not payload:
        raise WireError("the payload is empty")
    if payload[0] != VERSION:
        raise UnknownVersionError(payload[0])
    if len(payload) < HEADER_BYTES + SIGNATURE_BYTES + TAG_BYTES:
        raise WireError("the payload is too short")
    end = HEADER_BYTES + payload[NONCE.stop]
    if len(payload) < end + SIGNATURE_BYTES + TAG_BYTES:
        raise WireError("the payload is too short")
    header = payload[:end]
    return SealedBack(
        header=header,
        site_key=KeyId(header[1 : 1 + KEY_ID_BYTES].hex()),
        centre_key=KeyId(header[1 + KEY_ID_BYTES : _SCOPE].hex()),
        scope=header[_SCOPE:_WRAPPED],
        ground=header[HEADER_BYTES:],
        ciphertext=payload[end:],
    )


def ground_named(payload: bytes) -> GroundDesign:
    """The design that a back claims for its ground; raises WireError when it names none.

    Believed before the seal is opened, for a payload with another name does not open.
    """
    return GroundDesign.from_bytes(take_apart(payload).ground)


def decrypt(sealed: SealedBack, site: SitePrivateKey) -> bytes:
    """Signature and content as the sender put them together; raises WireError when a bit of the payload changed."""
    header = sealed.header
    cipher = unwrap(header[:_WRAPPED], header[_WRAPPED : NONCE.start], site)
    try:
        return cipher.decrypt(header[NONCE], sealed.ciphertext, header)
    except InvalidTag as error:
        raise WireError("the sealed content does not authenticate") from error


def require_scope(sealed: SealedBack, sheet: SheetFacts) -> None:
    """Raises WireError when the sheet is not of the municipality and the day that its data key is for."""
    try:
        scope = scope_of(municipality_code(sheet.municipality), sheet.issued_at)
    except (InvalidValueError, OverflowError) as error:
        raise WireError("the sealed sheet's municipality or day is none") from error
    if scope != sealed.scope:
        raise WireError("the sealed sheet is of another municipality or day than its data key")


def signed_content(sealed: SealedBack, plaintext: bytes, centre: CentrePublicKey) -> bytes:
    """The deflated sheet that the centre signed; raises SignatureError when it did not."""
    signature, content = plaintext[:SIGNATURE_BYTES], plaintext[SIGNATURE_BYTES:]
    der = encode_dss_signature(int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big"))
    try:
        centre.public.verify(der, _signed(sealed.header, content), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature as error:
        raise SignatureError(f"the sheet is not signed by the centre key {centre.id}") from error
    return content


def _signed(header: bytes, content: bytes) -> bytes:
    return _SIGNATURE_LABEL + header + content
