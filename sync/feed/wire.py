"""Messages of the feed: the signed statement before a batch, the receipt, and the head of a full-load file."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import ClassVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError

MAX_EVENTS = 5_000
"""Changes in one batch."""
NO_CHAIN = bytes(32)
"""The chain before the first change, and where a register was taken over."""


def link(chain: bytes, digest: bytes) -> bytes:
    """The chain after one more change: SHA-256 over a label, the chain before it and the event's own SHA-256."""
    return hashlib.sha256(b"kofu feed 1\0" + chain + digest).digest()


def require_chain(chain: bytes) -> None:
    """Raises InvalidValueError unless ``chain`` has the length of one."""
    if len(chain) != len(NO_CHAIN):
        raise InvalidValueError("chain", f"must have {len(NO_CHAIN)} bytes")


def require_span(first: int, last: int, count: int, position: int) -> None:
    """Raises InvalidValueError unless ``count`` changes can be numbered like this: ``first`` to ``last`` without gaps
    and none above ``position``; 0 to 0 when there are none."""
    if count == 0:
        if first != 0 or last != 0:
            raise InvalidValueError("first, last", "must be 0 where there is no change")
    elif first < 1 or count != last - first + 1:
        raise InvalidValueError("first, last, count", "must number the changes without gaps")
    if position < last:
        raise InvalidValueError("position", "is below the last number")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedBatch:
    """Registry → issuance server, signed, before the CloudEvents batch in one frame.

    Numbers ``first`` to ``last`` without gaps; ``count`` 0 (``first`` and ``last`` 0, body ``[]``) is a heartbeat.
    ``sha256`` is over the body. ``position`` is the registry's highest number and ``sent_at`` its own time, read
    just before: what was given out by then is within the position. ``chain`` (``link``) is over every change before
    ``first``; in a heartbeat over every change up to ``position``: a copy that has come to the same number by other
    changes shows.
    """

    TAG: ClassVar[str] = "feed-batch/1"
    municipality: MunicipalityCode
    first: int
    last: int
    count: int
    sha256: bytes
    position: int
    sent_at: datetime
    chain: bytes

    def __post_init__(self) -> None:
        require_span(self.first, self.last, self.count, self.position)
        require_chain(self.chain)
        if self.count > MAX_EVENTS:
            raise InvalidValueError("count", f"must be at most {MAX_EVENTS} changes")


class ReceiptStatus(Enum):
    APPLIED = "applied"  # the batch is in the copy; after a heartbeat: nothing is missing
    DUPLICATE = "duplicate"  # nothing in the batch was new
    GAP = "gap"  # numbers after ``applied`` are missing: send again from ``applied`` + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReceipt:
    """Issuance server → registry. ``quarantined``: how many changes of this delivery were set aside."""

    TAG: ClassVar[str] = "feed-receipt/1"
    municipality: MunicipalityCode
    applied: int
    status: ReceiptStatus
    quarantined: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FullLoadHead:
    """First line of a full-load file (全件), signed: the register as it stood at number ``sequence``.

    ``count`` records follow, one a line; ``sha256`` is over every byte after the first line's end; ``chain`` is over
    every change up to ``sequence``.
    """

    TAG: ClassVar[str] = "full-load/1"
    municipality: MunicipalityCode
    sequence: int
    count: int
    sha256: bytes
    taken_at: datetime
    chain: bytes

    def __post_init__(self) -> None:
        require_chain(self.chain)
