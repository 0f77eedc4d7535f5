"""Numbers of the feed: what is new in a delivery, what came before, what is missing; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from certificates.errors import WireError
from sync.change.cloud_events import Delivery
from sync.copy.store import FeedState
from sync.feed.wire import FeedBatch, ReceiptStatus


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


def judge(
    state: FeedState,
    batch: FeedBatch,
    deliveries: Sequence[Delivery],
    digests: Mapping[int, bytes],
    now: datetime,
) -> Judgement:
    """What a verified delivery means for the copy.

    ``digests`` are those of the numbers that were received before. The registry's time counts only as far as our
    own clock has come: a registry whose clock runs ahead must not make old data look fresh. A number that comes
    again with another content ends in a state with ``conflict`` set; from then on nothing is applied. So does a
    registry that has fallen behind numbers which it gave out before (restored from a backup): it would give them
    out again, and once past them look sound. A late message says the same of its own time and is no such sign.
    """
    if state.conflict is not None:
        return Judgement(new=(), state=state, status=ReceiptStatus.GAP)
    if batch.position < state.applied and batch.sent_at > state.heard_at:
        lost = replace(state, conflict=batch.position + 1)
        return Judgement(new=(), state=lost, status=ReceiptStatus.GAP)
    clash = next((d.sequence for d in deliveries if digests.get(d.sequence, d.digest) != d.digest), None)
    if clash is not None:
        return Judgement(new=(), state=replace(state, conflict=clash), status=ReceiptStatus.GAP)
    heard = replace(
        state,
        known=max(state.known, batch.position),
        heard_at=max(state.heard_at, min(batch.sent_at, now)),
    )
    if batch.first > state.applied + 1:
        return Judgement(new=(), state=heard, status=ReceiptStatus.GAP)
    if batch.count == 0:
        behind = state.applied < heard.known
        return Judgement(new=(), state=heard, status=ReceiptStatus.GAP if behind else ReceiptStatus.APPLIED)
    new = tuple(delivery for delivery in deliveries if delivery.sequence > state.applied)
    return Judgement(
        new=new,
        state=replace(heard, applied=max(state.applied, batch.last)),
        status=ReceiptStatus.APPLIED if new else ReceiptStatus.DUPLICATE,
    )
