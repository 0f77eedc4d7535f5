"""Numbers of the feed: what is new in a delivery, what came before, what is missing; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from certificates.errors import WireError
from sync.change.cloud_events import Delivery
from sync.copy.store import FeedState
from sync.feed.wire import FeedBatch, ReceiptStatus, link


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """``new``: the changes to apply, in order; ``state``: the feed's state once they are."""

    new: tuple[Delivery, ...]
    state: FeedState
    status: ReceiptStatus


def require_numbers(batch: FeedBatch, deliveries: Sequence[Delivery]) -> None:
    """Raises WireError unless the events carry exactly the numbers that the signed statement names."""
    numbers = [delivery.sequence for delivery in deliveries]
    expected = list(range(batch.first, batch.last + 1)) if batch.count else []
    if numbers != expected:
        raise WireError("the events' numbers are not those of the signed statement")


def missing(state: FeedState, batch: FeedBatch, now: datetime) -> FeedState:
    """The state after a statement of the registry of which nothing is applied (yet): its position and its time count."""
    return replace(
        state,
        known=max(state.known, batch.position),
        heard_at=max(state.heard_at, min(batch.sent_at, now)),
        said_at=max(state.said_at or state.heard_at, batch.sent_at),
    )


def judge(
    state: FeedState,
    batch: FeedBatch,
    deliveries: Sequence[Delivery],
    digests: Mapping[int, bytes],
    now: datetime,
) -> Judgement:
    """What a verified delivery means for the copy.

    ``digests`` are those of the numbers that were received before. The registry's time counts only as far as our
    own clock has come: a registry whose clock runs ahead must not make old data look fresh. What shows that the
    registry's numbers are no longer those that the copy has applied ends in a state with ``conflict`` set; from then
    on nothing is applied.
    """
    if state.conflict is not None:
        return _gap(state)
    said_at = state.said_at or state.heard_at
    # a late message may be of a past that a full load has ended: nothing of it is taken
    late = batch.sent_at < said_at
    clash = next((d.sequence for d in deliveries if digests.get(d.sequence, d.digest) != d.digest), None)
    if clash is not None:
        return _gap(state if late else replace(state, conflict=clash))
    if batch.position < state.applied and batch.sent_at > said_at:
        # Restored from a backup: it would give those numbers out again, and once past them look sound. A late
        # message says the same of its own time and is no such sign.
        return _gap(replace(state, conflict=batch.position + 1))
    if _parted(state, batch, deliveries):
        return _gap(state if late else replace(state, conflict=max(state.applied, 1)))
    heard = missing(state, batch, now)
    if batch.first > state.applied + 1:
        return _gap(heard)
    if batch.count == 0:
        behind = state.applied < heard.known
        return Judgement(new=(), state=heard, status=ReceiptStatus.GAP if behind else ReceiptStatus.APPLIED)
    new = tuple(delivery for delivery in deliveries if delivery.sequence > state.applied)
    return Judgement(
        new=new,
        state=replace(heard, applied=max(state.applied, batch.last), chain=_linked(state.chain, new)),
        status=ReceiptStatus.APPLIED if new else ReceiptStatus.DUPLICATE,
    )


def _gap(state: FeedState) -> Judgement:
    return Judgement(new=(), state=state, status=ReceiptStatus.GAP)


def _parted(state: FeedState, batch: FeedBatch, deliveries: Sequence[Delivery]) -> bool:
    """Whether the registry came to the number at which the copy stands by other changes than the copy.

    It shows wherever a message tells the chain at that number: a heartbeat that stands there, and changes that
    reach it or follow on it. Both ends may have passed the number at which they parted.
    """
    if batch.count == 0:
        return batch.position == state.applied and batch.chain != state.chain
    if batch.first > state.applied + 1 or batch.last < state.applied:
        return False
    before = [delivery for delivery in deliveries if delivery.sequence <= state.applied]
    return _linked(batch.chain, before) != state.chain


def _linked(chain: bytes, deliveries: Sequence[Delivery]) -> bytes:
    for delivery in deliveries:
        chain = link(chain, delivery.digest)
    return chain
