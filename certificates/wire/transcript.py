"""What one visit is bound to: the bytes the card signs, the transcript hash, the holder tag."""

from __future__ import annotations

import hashlib
from typing import NewType

from certificates.domain.identifiers import CardSerial, KioskId, SessionId

TranscriptHash = NewType("TranscriptHash", bytes)
"""SHA-256 over the whole session up to the card's proof; 32 bytes."""
HolderTag = NewType("HolderTag", bytes)
"""SHA-256 that names the holder within one visit only, so that visits cannot be linked by it; 32 bytes."""

_CARD_LABEL = b"kofu card proof 1"
_TRANSCRIPT_LABEL = b"kofu transcript 1"
_HOLDER_LABEL = b"kofu holder 1"
_SEAL_LABEL = b"kofu certificate 1"


def _join(*parts: bytes) -> bytes:
    """Unambiguous concatenation: every part is preceded by its length (4 bytes, big-endian)."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)


def card_message(*, session: SessionId, challenge: bytes, kiosk: KioskId, ephemeral_key: bytes) -> bytes:
    """What the card signs: label ‖ session ‖ challenge ‖ kiosk ‖ thumbprint of the kiosk's key."""
    key = hashlib.sha256(ephemeral_key).digest()
    return _join(_CARD_LABEL, session.encode(), challenge, kiosk.encode(), key)


def transcript_hash(message: bytes, *, card_certificate: bytes, signature: bytes) -> TranscriptHash:
    """``message`` is ``card_message``; ``card_certificate`` is its DER encoding."""
    return TranscriptHash(
        hashlib.sha256(_join(_TRANSCRIPT_LABEL, message, card_certificate, signature)).digest()
    )


def holder_tag(transcript: TranscriptHash, *, issuer: bytes, serial: CardSerial) -> HolderTag:
    """``issuer`` is SHA-256 over the DER encoding of the card certificate's issuer name."""
    return HolderTag(hashlib.sha256(_join(_HOLDER_LABEL, transcript, issuer, serial.encode())).digest())


def seal_info(transcript: TranscriptHash) -> bytes:
    """HKDF info of the sealed certificate: the key is good for this visit alone."""
    return _join(_SEAL_LABEL, transcript)
