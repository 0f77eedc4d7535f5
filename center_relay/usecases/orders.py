"""Orders as the centre remembers them: whose they are and how they ended; no holder, no choice, no certificate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar

from center_relay.ports import Shelf, Store
from center_relay.usecases.session import Applied
from center_relay.usecases.sessions import ATTEMPTS
from certificates.domain.identifiers import KioskId, MunicipalityCode, OrderId, SessionId
from certificates.errors import BindingError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire import codec
from certificates.wire.visit import OutcomeKind, ReportOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """What the kiosk reported: sheets printed, yen taken and given back."""

    outcome: OutcomeKind
    sheets: int
    taken: int
    refunded: int
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRecord:
    """``settled``: the municipality has acknowledged ``ending``."""

    TAG: ClassVar[str] = "centre-order/1"
    order: OrderId
    session: SessionId
    kiosk: KioskId
    municipality: MunicipalityCode
    ending: Ending | None = None
    settled: bool = False


def end(record: OrderRecord, report: ReportOutcome) -> OrderRecord:
    """The record with its ending. The same ending again, in whatever words, changes nothing.

    Raises RefusedError (OUT_OF_TURN) for a second, different ending.
    """
    ending = Ending(
        outcome=report.outcome,
        sheets=report.sheets,
        taken=report.taken,
        refunded=report.refunded,
        reason=report.reason,
    )
    if record.ending is None:
        return replace(record, ending=ending)
    if replace(record.ending, reason=ending.reason) != ending:
        raise RefusedError(ProblemCode.OUT_OF_TURN, "this order has ended otherwise")
    return record


class Orders:
    """All methods raise UnavailableError when the store does not answer."""

    def __init__(self, store: Store, *, keep_for: timedelta) -> None:
        self._store = store
        self._keep_for = keep_for

    async def claim(self, visit: Applied) -> None:
        """An order number belongs to the first visit that uses it. Raises RefusedError (ORDER_REUSED)."""
        record = OrderRecord(
            order=visit.order, session=visit.session, kiosk=visit.kiosk, municipality=visit.municipality
        )
        if await self._swap(visit.order, None, record):
            return
        known = await self._read(visit.order)
        if known is None or known.session != visit.session:
            raise RefusedError(ProblemCode.ORDER_REUSED, "the order belongs to another visit")

    async def change(
        self,
        order: OrderId,
        *,
        session: SessionId,
        kiosk: KioskId,
        step: Callable[[OrderRecord], OrderRecord],
    ) -> OrderRecord:
        """Take one step; raises RefusedError (UNKNOWN_SESSION) when the order is not this visit's."""
        for _ in range(ATTEMPTS):
            before = await self._read(order)
            if before is None or before.session != session or before.kiosk != kiosk:
                raise RefusedError(ProblemCode.UNKNOWN_SESSION)
            after = step(before)
            if after == before or await self._swap(order, before, after):
                return after
        raise RefusedError(ProblemCode.BUSY, "the order is being changed by others")

    async def ending(self, order: OrderId) -> Ending | None:
        """What the kiosk reported; None while it has not, and when the order is forgotten."""
        record = await self._read(order)
        return None if record is None else record.ending

    async def settle(self, order: OrderId, ending: Ending) -> None:
        """The municipality has acknowledged ``ending``; nothing happens when the order has moved on or is forgotten."""
        record = await self._read(order)
        if record is not None and record.ending == ending and not record.settled:
            await self._swap(order, record, replace(record, settled=True))

    async def _read(self, order: OrderId) -> OrderRecord | None:
        data = await self._store.read(Shelf.ORDERS, order)
        if data is None:
            return None
        record = codec.decode(data, OrderRecord)
        if record.order != order:
            raise BindingError("the store answered with another order")
        return record

    async def _swap(self, order: OrderId, before: OrderRecord | None, after: OrderRecord) -> bool:
        return await self._store.swap(
            Shelf.ORDERS,
            order,
            None if before is None else codec.encode(before),
            codec.encode(after),
            keep_for=self._keep_for,
        )
