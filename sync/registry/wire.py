"""Messages of the registry's own desk: entering a change, and how far the feed is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import InvalidValueError, WireError
from certificates.wire.codec import decode, encode
from sync.change.events import Change
from sync.change.naming import check_identifiers


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccepted:
    """Registry → operator: the number that a change was given; the same change again gets the same."""

    TAG: ClassVar[str] = "change-accepted/1"
    id: str
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPosition:
    """Registry → operator. ``first``: the lowest number that can still be sent again; ``acknowledged``: the last
    that the issuance server is known to have, None while it has not answered."""

    TAG: ClassVar[str] = "feed-position/1"
    municipality: MunicipalityCode
    first: int
    position: int
    acknowledged: int | None = None


def write_change(change: Change) -> bytes:
    """A change without a number, canonical."""
    return encode(change)


def read_change(data: bytes) -> Change:
    """The reverse; raises WireError. Whether the change makes sense is not looked at: that is the copy's business."""
    change = decode(data, Change)
    try:
        for record in change.subjects.records():
            check_identifiers(record)
    except InvalidValueError as error:
        raise WireError(f"{Change.TAG}: {error}") from error
    return change
