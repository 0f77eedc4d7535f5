"""What the push sends next, and how long it waits: decided from numbers alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.registry.ports import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """``batch``: changes at once; ``window``: deliveries on their way at once; ``heartbeat``: seconds between signs of
    life; ``longest_wait``: the bound of the back-off after failures, which doubles from ``first_wait`` (seconds)."""

    batch: int = 500
    window: int = 4
    heartbeat: float = 1.0
    first_wait: float = 0.1
    longest_wait: float = 10.0


@dataclass(frozen=True, slots=True)
class Sending:
    """The next thing to send: numbers ``first`` to ``last``, or a heartbeat when both are 0."""

    first: int = 0
    last: int = 0


HEARTBEAT = Sending()

MAX_BYTES = 16 * 1024 * 1024
"""Of one delivery's events; the other end takes twice as much."""


def next_sending(span: Span, acknowledged: int | None, batch: int) -> Sending:
    """A heartbeat first, to learn where the other end stands; then what it lacks, the oldest first.

    What the outbox no longer holds cannot be sent: only heartbeats go out then, and a full load is needed.
    """
    if acknowledged is None or acknowledged >= span.position or acknowledged + 1 < span.first:
        return HEARTBEAT
    return Sending(first=acknowledged + 1, last=min(acknowledged + batch, span.position))


def fitting(events: Sequence[bytes]) -> Sequence[bytes]:
    """As many of the first ones as make a delivery of bearable size, but at least one: imprints are large."""
    size = 0
    for count, event in enumerate(events):
        size += len(event)
        if size > MAX_BYTES and count:
            return events[:count]
    return events


def wait_after(failures: int, pace: Pace) -> float:
    """Seconds to wait before the next try."""
    return min(pace.longest_wait, pace.first_wait * 2.0 ** min(failures - 1, 30))
