"""A payload cut into symbols, each naming the whole it belongs to, so that lost ones are known and six of sixteen are enough.

One symbol, big-endian: version 1 | tag of the payload 4 | index 1 | payload length 2 | part | CRC-32 of all before 4.
The tag is the beginning of the payload's SHA-256: parts of two sheets on one picture cannot be mixed.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from anti_forgery import erasure
from certificates.errors import InvalidValueError, WireError

DATA = 6
PARITY = 10
TOTAL = DATA + PARITY
"""A grid of 4 × 4. A stain or a torn edge over a fifth of the sheet takes two rows or columns and may spoil parts of
a third; six symbols are then still left, and each corrects some damage by itself."""
MAX_PAYLOAD = 0xFFFF
_VERSION = 1
_HEAD = struct.Struct(">B4sBH")
_CRC = struct.Struct(">I")
_INDEX = 5
"""Its place in the head."""
_INDICES = np.arange(TOTAL, dtype=np.uint8)


class UnreadableError(WireError):
    """Too few symbols were read; ``found`` of ``needed``."""

    def __init__(self, reason: str, *, found: int, needed: int = DATA) -> None:
        super().__init__(f"{reason} ({found} of {needed} symbols); scan the back again, flat, at 300 dpi")
        self.found = found
        self.needed = needed


@dataclass(frozen=True, slots=True)
class Symbol:
    """One symbol whose check sum was right. ``tag`` and ``length`` name the payload it is a part of."""

    tag: bytes
    length: int
    index: int
    part: bytes


def split(payload: bytes) -> list[bytes]:
    """The contents of ``TOTAL`` symbols, all of one length; any ``DATA`` of them give the payload back."""
    if not 0 < len(payload) <= MAX_PAYLOAD:
        raise InvalidValueError("payload", f"must be 1 to {MAX_PAYLOAD} bytes")
    size = -(-len(payload) // DATA)
    data = np.frombuffer(payload.ljust(size * DATA, b"\0"), dtype=np.uint8).reshape(DATA, size)
    contents = np.empty((TOTAL, _HEAD.size + size + _CRC.size), dtype=np.uint8)
    bodies = contents[:, : -_CRC.size]
    bodies[:, : _HEAD.size] = np.frombuffer(_HEAD.pack(_VERSION, _tag(payload), 0, len(payload)), np.uint8)
    bodies[:, _INDEX] = _INDICES
    bodies[:DATA, _HEAD.size :] = data
    bodies[DATA:, _HEAD.size :] = erasure.encode(data, PARITY)
    checks = np.array([zlib.crc32(body) for body in bodies], dtype=">u4")
    contents[:, -_CRC.size :] = checks.view(np.uint8).reshape(TOTAL, _CRC.size)
    return [content.tobytes() for content in contents]


def symbol_from(content: bytes) -> Symbol | None:
    """The symbol in what a barcode said; None for a foreign barcode or a wrong check sum."""
    if len(content) <= _HEAD.size + _CRC.size:
        return None
    body, (check,) = content[: -_CRC.size], _CRC.unpack(content[-_CRC.size :])
    version, tag, index, length = _HEAD.unpack_from(body)
    part = body[_HEAD.size :]
    if check != zlib.crc32(body) or version != _VERSION or index >= TOTAL or len(part) != -(-length // DATA):
        return None
    return Symbol(tag=tag, length=length, index=index, part=part)


def assemble(symbols: Iterable[Symbol]) -> bytes:
    """The one payload that the symbols belong to.

    Raises UnreadableError when too few belong together, or when two sheets are in the picture. A payload that comes
    out matches its tag; whether it is genuine is for the seal to say.
    """
    groups: dict[tuple[bytes, int], dict[int, set[bytes]]] = {}
    for symbol in symbols:
        parts = groups.setdefault((symbol.tag, symbol.length), {})
        parts.setdefault(symbol.index, set()).add(symbol.part)
    payloads = []
    most = 0
    for (tag, length), parts in groups.items():
        # Two symbols that claim one place cannot both be right: neither is used.
        rows = {i: np.frombuffer(next(iter(p)), dtype=np.uint8) for i, p in parts.items() if len(p) == 1}
        most = max(most, len(rows))
        if len(rows) >= DATA:
            payload = erasure.decode(rows, DATA).tobytes()[:length]
            if _tag(payload) == tag:
                payloads.append(payload)
    if len(payloads) > 1:
        raise UnreadableError("more than one sheet is in the picture", found=most)
    if not payloads:
        raise UnreadableError(
            "the code on the back cannot be read" if groups else "no code was found", found=most
        )
    return payloads[0]


def _tag(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()[:4]
