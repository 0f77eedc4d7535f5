"""Taking in the feed: verify, number, check, apply and remember, in one transaction a delivery."""

from __future__ import annotations

import asyncio
import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, RefusedError, SignatureError, WireError
from certificates.problems import ProblemCode
from certificates.wire.frame import require_digest, unpack
from certificates.wire.jose import Party, Role, TrustedKeys
from sync.change.cloud_events import Delivery, read_batch
from sync.checks.picture import Picture
from sync.copy.ports import Store, Transaction
from sync.copy.sql import store_of
from sync.copy.store import FeedState, InboxState, Writing
from sync.feed.apply import Ready, make_ready, wanted_by
from sync.feed.in_parts import FEW, work_through
from sync.feed.numbering import Judgement, judge, missing, require_numbers
from sync.feed.wire import FeedBatch, FeedReceipt

_log = logging.getLogger(__name__)
_QUICK = 32 * 1024
"""Bytes that are read in the time of ``FEW`` changes."""
BESIDE_OTHERS = (0.02, 0.04, 0.08)
"""Patience where several processes take in one feed: deliveries that are on their way at once may be given to several."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """A delivery that is the registry's, read and ready to be held against the copy; ``changes`` carry exactly the numbers
    that ``batch`` names."""

    batch: FeedBatch
    changes: Sequence[Ready] = field(repr=False)


class Reception:
    """The copy's end of the feed of one municipality.

    ``copy`` is the copy's database or another ``Store``. Any number of receptions may write to one copy: the
    database lets one in at a time.
    """

    def __init__(
        self,
        copy: AsyncEngine | Store,
        trusted: TrustedKeys,
        municipality: MunicipalityCode,
        clock: Callable[[], datetime],
        patience: Sequence[float] = (),
    ) -> None:
        """``patience``: seconds between looks for what comes before a delivery, where others may have it in hand."""
        self._store = store_of(copy)
        self._trusted = trusted
        self._municipality = municipality
        self._registry = Party(role=Role.REGISTRY, name=municipality)
        self._clock = clock
        self._patience = patience
        self._heard: float | None = None
        # Both let in whoever came first: while one delivery is written the next is read, and their order stays.
        self._reading = asyncio.Lock()
        self._writing = asyncio.Lock()

    async def receive(self, frame: bytes, sender: Party) -> FeedReceipt:
        """Take in one delivery; the same one again changes nothing.

        Raises RefusedError (NOT_PERMITTED for another municipality's registry, FEED_CONFLICT), SignatureError,
        WireError when numbers or names cannot be read, UnavailableError when the database is out of reach.
        """
        return await self.take_in(await self.read(frame, sender))

    def require_registry(self, sender: Party) -> None:
        """Raises RefusedError (NOT_PERMITTED) unless ``sender`` is this municipality's registry."""
        if sender != self._registry:
            raise RefusedError(ProblemCode.NOT_PERMITTED, str(sender))

    async def read(self, frame: bytes, sender: Party) -> Arrived:
        """The first half of ``receive``: nothing of the copy is looked at, unless the delivery cannot be read."""
        self.require_registry(sender)
        aside = len(frame) > _QUICK
        async with self._reading:
            batch, body = await _call(lambda: self._open(frame), aside=aside)
            self._heard = time.monotonic()
            try:
                changes = await _call(lambda: make_ready(self._read(batch, body)), aside=aside)
            except WireError:
                await self._miss(batch)
                raise
        return Arrived(batch=batch, changes=changes)

    def seconds_since_heard(self) -> float:
        """By our own clock, since the last frame of the registry arrived here; infinite before the first."""
        return math.inf if self._heard is None else time.monotonic() - self._heard

    async def _miss(self, batch: FeedBatch) -> None:
        """What the registry has signed and we cannot read is missing: nobody knows whose record is out of date, so the
        gap is written down and stands for all."""
        _log.error("delivery unreadable", extra={"first": batch.first, "last": batch.last})
        async with self._store.writing() as transaction:
            state = await self._state(transaction, batch)
            if state.conflict is None and batch.position > state.applied:
                await transaction.write(Writing(state=missing(state, batch, self._clock())))

    async def take(self, batch: FeedBatch, deliveries: Sequence[Delivery]) -> FeedReceipt:
        """What ``receive`` does once a delivery is known to be the registry's; the caller has verified that.

        ``deliveries`` carry exactly the numbers that ``batch`` names. Raises as ``receive`` does.
        """
        changes = await _call(lambda: make_ready(deliveries), aside=len(deliveries) > FEW)
        return await self.take_in(Arrived(batch=batch, changes=changes))

    async def take_in(self, arrived: Arrived, begun: Callable[[], None] = lambda: None) -> FeedReceipt:
        """The second half of ``receive``. ``begun`` is called when nobody else can write any more before this."""
        batch = arrived.batch
        judgement, writing = await self._take(arrived, begun)
        for seconds in self._patience:
            # the gap stands written down meanwhile; it ends when another process has written what comes before
            state = judgement.state
            if batch.count == 0 or state.conflict is not None or batch.first <= state.applied + 1:
                break
            await asyncio.sleep(seconds)
            judgement, writing = await self._take(arrived, begun)
        return self._receipt(judgement, writing)

    async def _take(self, arrived: Arrived, begun: Callable[[], None]) -> tuple[Judgement, Writing]:
        batch, changes = arrived.batch, arrived.changes
        deliveries = [change.delivery for change in changes]
        async with self._writing, self._store.writing() as transaction:
            begun()
            judgement = await self._judge(transaction, batch, deliveries)
            # numbers run without gaps: the new ones are the last
            new = changes[len(changes) - len(judgement.new) :]
            writing = await self._work(transaction, judgement, new)
            await transaction.write(writing)
        return judgement, writing

    def _open(self, frame: bytes) -> tuple[FeedBatch, bytes]:
        token, body = unpack(frame)
        batch, signer = self._trusted.open(token, FeedBatch, Role.REGISTRY)
        if signer != self._registry or batch.municipality != self._municipality:
            raise RefusedError(ProblemCode.NOT_PERMITTED, f"signed by {signer}")
        try:
            require_digest(body, batch.sha256, "feed")
        except BindingError as error:
            raise SignatureError("the events are not those that were signed") from error
        return batch, bytes(body)

    def _read(self, batch: FeedBatch, body: bytes) -> tuple[Delivery, ...]:
        deliveries = read_batch(body, self._municipality)
        require_numbers(batch, deliveries)
        return deliveries

    async def _state(self, transaction: Transaction, batch: FeedBatch) -> FeedState:
        state = await transaction.state(self._municipality)
        if state is not None:
            return state
        heard_at = min(batch.sent_at, self._clock())
        return FeedState(
            municipality=self._municipality, applied=0, known=0, heard_at=heard_at, said_at=batch.sent_at
        )

    async def _judge(
        self, transaction: Transaction, batch: FeedBatch, deliveries: Sequence[Delivery]
    ) -> Judgement:
        state = await self._state(transaction, batch)
        digests: Mapping[int, bytes] = {}
        if 0 < batch.first <= state.applied:
            digests = await transaction.digests(batch.first, min(batch.last, state.applied))
        return judge(state, batch, deliveries, digests, self._clock())

    async def _work(self, transaction: Transaction, judgement: Judgement, new: Sequence[Ready]) -> Writing:
        if not new:
            return Writing(state=judgement.state)
        found = await transaction.find(wanted_by(judgement.new))
        return await work_through(transaction, new, Picture(found), judgement.state)

    def _receipt(self, judgement: Judgement, writing: Writing) -> FeedReceipt:
        state = judgement.state
        if state.conflict is not None:
            _log.critical("feed conflict", extra={"sequence": state.conflict, "applied": state.applied})
            raise RefusedError(
                ProblemCode.FEED_CONFLICT,
                f"at or before number {state.conflict} the registry has another change: full load needed",
            )
        aside = [
            row for row in writing.inbox if row.state is InboxState.QUARANTINED and row.fault is not None
        ]
        for row in aside:
            assert row.fault is not None
            _log.error("change set aside", extra={"sequence": row.sequence, "fault": row.fault.value})
        return FeedReceipt(
            municipality=self._municipality,
            applied=state.applied,
            status=judgement.status,
            quarantined=len(aside),
        )


async def _call(work: Callable[[], T], *, aside: bool) -> T:
    return await asyncio.to_thread(work) if aside else work()
