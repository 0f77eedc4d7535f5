"""A signed statement and the raw bytes it speaks of, in one body: PDF files never go through base64.

``KOFU1`` ‖ length of the token (4 bytes, big-endian) ‖ token (compact JWS, ASCII) ‖ the bytes. The token's message
holds the SHA-256 of the bytes; whoever opens a frame compares before looking inside.
"""

from __future__ import annotations

import hashlib
import hmac

from certificates.errors import BindingError, WireError

MAGIC = b"KOFU1"
MAX_TOKEN = 64 * 1024
CONTENT_TYPE = "application/vnd.kofu.frame"


def pack(token: bytes, body: bytes) -> bytes:
    return b"".join((MAGIC, len(token).to_bytes(4, "big"), token, body))


def unpack(data: bytes) -> tuple[bytes, memoryview]:
    """Token and body (a view, not a copy). Raises WireError."""
    if data[: len(MAGIC)] != MAGIC or len(data) < len(MAGIC) + 4:
        raise WireError("not a frame")
    start = len(MAGIC) + 4
    length = int.from_bytes(data[len(MAGIC) : start], "big")
    if not 0 < length <= MAX_TOKEN or start + length > len(data):
        raise WireError("the frame is cut short")
    return data[start : start + length], memoryview(data)[start + length :]


def require_digest(body: bytes | memoryview, expected: bytes, what: str) -> None:
    """Raises BindingError unless SHA-256 of ``body`` is ``expected``."""
    if not hmac.compare_digest(hashlib.sha256(body).digest(), expected):
        raise BindingError(f"{what}: the bytes are not those of the signed statement")
