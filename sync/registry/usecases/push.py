"""Pushing the feed: what to send next is decided here without I/O, and a small driver does the waiting."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import KofuError, RefusedError, UnavailableError, WireError
from certificates.wire.frame import pack
from certificates.wire.jose import SigningKey
from sync.feed.wire import FeedBatch, FeedReceipt
from sync.registry.ports import Books, Clock, Receiver, Span

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """``batch``: changes at once; ``heartbeat``: seconds between signs of life; ``longest_wait``: the bound of
    the back-off after failures, which doubles from ``first_wait`` (seconds)."""

    batch: int = 500
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


class CopyAheadError(KofuError):
    """The copy has applied numbers that these books never gave out: they were restored from an old backup.

    Restore the later changes, or load the copy in full from this register, then start the push again.
    """

    def __init__(self, applied: int, position: int) -> None:
        super().__init__(
            f"the copy has applied {applied}, the register stands at {position}: full load needed before pushing"
        )
        self.applied = applied
        self.position = position


class Push:
    """One feed to one issuance server. ``acknowledged`` is what it is known to have applied."""

    def __init__(
        self,
        books: Books,
        receiver: Receiver,
        key: SigningKey,
        municipality: MunicipalityCode,
        clock: Clock,
        pace: Pace,
    ) -> None:
        self._books = books
        self._receiver = receiver
        self._key = key
        self._municipality = municipality
        self._clock = clock
        self._pace = pace
        self._news = asyncio.Event()
        self._failures = 0
        self.acknowledged: int | None = None

    def wake(self) -> None:
        """There is something new to send."""
        self._news.set()

    async def run(self) -> None:
        """Push until cancelled. Whatever the other end answers, the next try comes, at the latest after
        ``longest_wait``; only when the copy is ahead of the books it stops for good: new numbers would soon pass
        those that were lost, and no end would notice. Without signs of life the copy goes stale."""
        while True:
            self._news.clear()
            try:
                more = await self.once()
            except (UnavailableError, RefusedError, WireError) as error:
                self._failures += 1
                self._report(error)
                await asyncio.sleep(wait_after(self._failures, self._pace))
                continue
            except CopyAheadError as error:
                _log.critical(
                    "copy ahead, push stopped", extra={"applied": error.applied, "position": error.position}
                )
                return
            self._failures = 0
            if not more:
                await self._rest()

    async def once(self) -> bool:
        """Send one delivery; True when there is more to send at once. Raises what ``Receiver.send`` does,
        and CopyAheadError."""
        # before the position is read: what was given out by then is never missing from it
        sent_at = self._clock()
        span = await self._books.span()
        sending = next_sending(span, self.acknowledged, self._pace.batch)
        events = await self._books.events(sending.first, sending.last) if sending is not HEARTBEAT else ()
        # what a heartbeat says of the chain is over all that was numbered when its position was read
        before = sending.first - 1 if sending is not HEARTBEAT else span.position
        chain = await self._books.chain(before)
        receipt = await self._receiver.send(self._frame(sending, fitting(events), span, chain, sent_at))
        if receipt.municipality != self._municipality:
            raise WireError(f"a receipt of {receipt.municipality}")
        self.acknowledged = receipt.applied
        if receipt.applied > span.position:
            # another process may have entered and pushed changes since
            span = await self._books.span()
            if receipt.applied > span.position:
                raise CopyAheadError(receipt.applied, span.position)
        self._look_at(receipt, span)
        if sending is not HEARTBEAT and receipt.applied < sending.first:
            raise UnavailableError("issuance server", "the feed makes no progress", outcome_known=True)
        return next_sending(span, receipt.applied, self._pace.batch) is not HEARTBEAT

    def _frame(
        self, sending: Sending, events: Sequence[bytes], span: Span, chain: bytes, sent_at: datetime
    ) -> bytes:
        body = b"[" + b",".join(events) + b"]"
        batch = FeedBatch(
            municipality=self._municipality,
            first=sending.first,
            last=sending.first + len(events) - 1 if events else 0,
            count=len(events),
            sha256=hashlib.sha256(body).digest(),
            position=span.position,
            sent_at=sent_at,
            chain=chain,
        )
        return pack(self._key.sign(batch), body)

    def _look_at(self, receipt: FeedReceipt, span: Span) -> None:
        if receipt.quarantined:
            _log.warning(
                "changes set aside", extra={"count": receipt.quarantined, "applied": receipt.applied}
            )
        if receipt.applied + 1 < span.first:
            _log.error("full load needed", extra={"applied": receipt.applied, "first": span.first})

    def _report(self, error: KofuError) -> None:
        level = logging.WARNING if isinstance(error, UnavailableError) else logging.ERROR
        code = error.code.value if isinstance(error, RefusedError | WireError) else "unavailable"
        _log.log(level, "push failed", extra={"outcome": code, "failures": self._failures})

    async def _rest(self) -> None:
        """Until there is news or a sign of life is due."""
        try:
            async with asyncio.timeout(self._pace.heartbeat):
                await self._news.wait()
        except TimeoutError:
            pass
