"""Pushing the feed: several deliveries are on their way at once, in their order, and the receipts say where to go on."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import KofuError, RefusedError, UnavailableError, WireError
from certificates.wire.frame import pack
from certificates.wire.jose import SigningKey
from sync.feed.wire import FeedBatch, FeedReceipt
from sync.registry.ports import Books, Clock, Outgoing, Receiver, Span
from sync.registry.usecases.sending import HEARTBEAT, Pace, Sending, fitting, next_sending, wait_after

_log = logging.getLogger(__name__)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _UnderWay:
    """A delivery whose receipt has not come; ``span`` is that of the books when it was made."""

    sending: Sending
    span: Span
    receipt: asyncio.Task[FeedReceipt]


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
        self._under_way: deque[_UnderWay] = deque()
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
        """Send one delivery, and wait for the oldest one on its way where there is no more to send or the window is
        full; True when there is more to do at once.

        Raises what ``Receiver.send`` does, and CopyAheadError; nothing is on its way then.
        """
        try:
            return await self._step()
        except BaseException:
            under_way = [delivery.receipt for delivery in self._under_way]
            self._under_way.clear()
            for receipt in under_way:
                receipt.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            raise

    async def _step(self) -> bool:
        after = self._under_way[-1].sending.last if self._under_way else self.acknowledged
        # before the position is read: what was given out by then is never missing from it
        sent_at = self._clock()
        outgoing = await self._books.outgoing(after, self._pace.batch)
        span = outgoing.span
        sending = next_sending(span, after, self._pace.batch)
        if sending is HEARTBEAT and self._under_way:
            return self._more(await self._settle())
        events = fitting(outgoing.events)
        if sending is not HEARTBEAT:
            sending = Sending(first=sending.first, last=sending.first + len(events) - 1)
        frame = self._frame(sending, events, outgoing, sent_at)
        receipt = asyncio.create_task(self._receiver.send(frame))
        self._under_way.append(_UnderWay(sending=sending, span=span, receipt=receipt))
        if sending is HEARTBEAT or sending.last == span.position or len(self._under_way) >= self._pace.window:
            span = await self._settle()
        return self._more(span)

    def _more(self, span: Span) -> bool:
        return bool(self._under_way) or next_sending(span, self.acknowledged, 1) is not HEARTBEAT

    async def _settle(self) -> Span:
        """Wait for the receipt of the oldest delivery on its way; the span that it was held against."""
        delivery = self._under_way[0]
        receipt = await delivery.receipt
        self._under_way.popleft()
        span = delivery.span
        if receipt.municipality != self._municipality:
            raise WireError(f"a receipt of {receipt.municipality}")
        self.acknowledged = receipt.applied
        if receipt.applied > span.position:
            # another process may have entered and pushed changes since
            span = await self._books.span()
            if receipt.applied > span.position:
                raise CopyAheadError(receipt.applied, span.position)
        self._look_at(receipt, span)
        if delivery.sending is not HEARTBEAT and receipt.applied < delivery.sending.first:
            raise UnavailableError("issuance server", "the feed makes no progress", outcome_known=True)
        return span

    def _frame(
        self, sending: Sending, events: Sequence[bytes], outgoing: Outgoing, sent_at: datetime
    ) -> bytes:
        body = b"[" + b",".join(events) + b"]"
        batch = FeedBatch(
            municipality=self._municipality,
            first=sending.first,
            last=sending.last,
            count=len(events),
            sha256=hashlib.sha256(body).digest(),
            position=outgoing.span.position,
            sent_at=sent_at,
            chain=outgoing.chain,
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
