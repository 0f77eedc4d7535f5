"""Outcomes on their way to the municipalities: kept until acknowledged, sent again in the background."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from center_relay.ports import Clock, Errand, Event, Journal, Municipalities, Note, Shelf, Store
from center_relay.usecases.answers import open_answer
from center_relay.usecases.lines import Lines
from center_relay.usecases.orders import Ending, OrderRecord, Orders
from certificates.domain.identifiers import MunicipalityCode, OrderId, order_id
from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire import codec
from certificates.wire.jose import SigningKey, TrustedKeys
from certificates.wire.order import CloseOrder
from certificates.wire.visit import OutcomeRecorded

LEASE = timedelta(minutes=1)
"""While one process sends an outcome, no other does; also the pause after the first failure."""
LONGEST_PAUSE = timedelta(hours=1)
_FINAL = frozenset({ProblemCode.OUT_OF_TURN})
"""The municipality has recorded another ending. Anything else, a missing route or a wrong key, can be mended."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """An outcome that the municipality has not acknowledged; nobody sends it before ``not_before``."""

    TAG: ClassVar[str] = "centre-outcome/1"
    order: OrderId
    municipality: MunicipalityCode
    ending: Ending
    attempts: int
    not_before: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbox:
    store: Store
    orders: Orders
    lines: Lines
    municipalities: Municipalities
    journal: Journal
    signing_key: SigningKey
    trusted: TrustedKeys
    clock: Clock

    async def post(self, record: OrderRecord) -> None:
        """Keep the ending of ``record`` until it is acknowledged, and try to send it now.

        Returns when it is safe in the store. Raises UnavailableError when the store does not answer.
        """
        assert record.ending is not None
        pending = Pending(
            order=record.order,
            municipality=record.municipality,
            ending=record.ending,
            attempts=0,
            not_before=self.clock(),
        )
        if await self._swap(record.order, None, pending):
            await self.send(record.order)

    async def send_due(self) -> int:
        """Try everything that is due once; returns how many were acknowledged."""
        acknowledged = 0
        for name in await self.store.names(Shelf.OUTBOX):
            try:
                acknowledged += await self.send(order_id(name))
            except KofuError as error:
                # one that cannot be read or noted does not hold up the others
                _log.error("outcome not sent", extra={"order": name, "reason": str(error)})
        return acknowledged

    async def send(self, order: OrderId) -> bool:
        """Send one outcome if it is due and no other process has it in hand; True when it is done with.

        What the municipality's side does wrong is logged, never raised: the outcome stays.
        """
        before = await self._read(order)
        if before is None or self.clock() < before.not_before:
            return False
        pause = min(LEASE * 2 ** min(before.attempts, 10), LONGEST_PAUSE)
        taken = replace(before, attempts=before.attempts + 1, not_before=self.clock() + pause)
        if not await self._swap(order, before, taken):
            return False
        try:
            async with self.lines.guard(taken.municipality):
                await self._send(taken)
        except RefusedError as error:
            if error.code not in _FINAL:
                self._keep(taken, error)
                return False
            await self._give_up(taken, error.code)
        except (UnavailableError, BindingError) as error:
            self._keep(taken, error)
            return False
        await self.orders.settle(order, taken.ending)
        return await self._swap(order, taken, None)

    async def _send(self, pending: Pending) -> None:
        ending = pending.ending
        message = CloseOrder(
            order=pending.order,
            municipality=pending.municipality,
            outcome=ending.outcome,
            sheets=ending.sheets,
            taken=ending.taken,
            refunded=ending.refunded,
            reason=ending.reason,
        )
        token = await self.municipalities.send(
            pending.municipality, Errand.OUTCOME, self.signing_key.sign(message)
        )
        receipt = open_answer(self.trusted, token, OutcomeRecorded, pending.municipality)
        if receipt.order != pending.order:
            raise BindingError("receipt: of another order")
        if receipt.outcome is not ending.outcome:
            raise RefusedError(ProblemCode.OUT_OF_TURN, "the municipality has recorded another outcome")

    async def _give_up(self, pending: Pending, code: ProblemCode) -> None:
        """The municipality will never take it: people must look, so it goes into the journal before it goes."""
        _log.error(
            "outcome not accepted",
            extra={"order": pending.order, "municipality": pending.municipality, "code": code.value},
        )
        await self.journal.append(
            Note(
                event=Event.OUTCOME_NOT_ACCEPTED,
                by=f"issuer:{pending.municipality}",
                step=pending.ending.outcome.value,
                municipality=pending.municipality,
                order=pending.order,
                code=code.value,
                sheets=pending.ending.sheets,
            )
        )

    @staticmethod
    def _keep(pending: Pending, error: KofuError) -> None:
        _log.warning(
            "outcome kept",
            extra={"order": pending.order, "attempts": pending.attempts, "reason": str(error)},
        )

    async def _read(self, order: OrderId) -> Pending | None:
        data = await self.store.read(Shelf.OUTBOX, order)
        if data is None:
            return None
        pending = codec.decode(data, Pending)
        if pending.order != order:
            raise BindingError("the store answered with another outcome")
        return pending

    async def _swap(self, order: OrderId, before: Pending | None, after: Pending | None) -> bool:
        return await self.store.swap(
            Shelf.OUTBOX,
            order,
            None if before is None else codec.encode(before),
            None if after is None else codec.encode(after),
        )
