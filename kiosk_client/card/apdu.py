"""The commands of the conversation as bytes, and the status words that answer them (ISO/IEC 7816-4)."""

from __future__ import annotations

from typing import Final

OK: Final = 0x9000
WRONG_LENGTH: Final = 0x6700
WRONG_FILE_TYPE: Final = 0x6981
NOT_VERIFIED: Final = 0x6982
BLOCKED: Final = 0x6983
BLOCKED_REFERENCE: Final = 0x6984
NO_CURRENT_FILE: Final = 0x6986
WRONG_DATA: Final = 0x6A80
NOT_FOUND: Final = 0x6A82
WRONG_P1_P2: Final = 0x6A86
PAST_THE_END: Final = 0x6B00
UNKNOWN_INSTRUCTION: Final = 0x6D00
UNKNOWN_CLASS: Final = 0x6E00
NO_DIAGNOSIS: Final = 0x6F00
_TRIES: Final = 0x63C0

INS_VERIFY: Final = 0x20
INS_SIGN: Final = 0x2A
INS_SELECT: Final = 0xA4
INS_READ: Final = 0xB0

MAX_READ: Final = 256  # bytes in one answer to a short READ BINARY

QUERY_TRIES: Final = bytes([0x00, INS_VERIFY, 0x00, 0x80])  # VERIFY without data: asks, and costs no try

# DigestInfo of SHA-256 up to the digest itself (RFC 8017 §9.2, note 1).
SHA256_DIGEST_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")


def select_application(aid: bytes) -> bytes:
    """Select by name (5 to 16 bytes), without asking for its description."""
    return bytes([0x00, INS_SELECT, 0x04, 0x0C, len(aid)]) + aid


def select_file(identifier: int) -> bytes:
    """Select an elementary file of the selected application by its two-byte identifier."""
    return bytes([0x00, INS_SELECT, 0x02, 0x0C, 2]) + identifier.to_bytes(2)


def read_binary(offset: int, length: int) -> bytes:
    """Read 1 to 256 bytes from ``offset`` (below 32768) of the selected file; a Le of 0 stands for 256."""
    return bytes([0x00, INS_READ]) + offset.to_bytes(2) + (length % MAX_READ).to_bytes()


def verify(pin: bytearray) -> bytearray:
    """The command that holds the PIN: the caller wipes it as soon as it is sent.

    It is built in place and at its final size, so that no shorter buffer with digits in it is left behind.
    """
    command = bytearray(5 + len(pin))
    command[:5] = bytes([0x00, INS_VERIFY, 0x00, 0x80, len(pin)])
    command[5:] = pin
    return command


def sign(digest_info: bytes) -> bytes:
    """PERFORM SECURITY OPERATION in the card's own form: the card pads (PKCS #1 v1.5) and signs."""
    return bytes([0x80, INS_SIGN, 0x00, 0x80, len(digest_info)]) + digest_info + b"\x00"


def wipe(secret: bytearray) -> None:
    """Overwrite in place; the length stays, so nothing is reallocated."""
    secret[:] = bytes(len(secret))


def tries(sw: int) -> int | None:
    """The ``x`` of ``63Cx``, or None when the status word is another."""
    return sw & 0xF if sw & 0xFFF0 == _TRIES else None


def tries_status(left: int) -> int:
    """The status word that reports ``left`` tries (0 to 15)."""
    return _TRIES | left
