"""The outbox over a store in memory, and a municipality in this process at its other end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from center_relay.adapters.memory import MemoryStore
from center_relay.ports import Errand, Shelf
from center_relay.usecases.close_visit import CloseVisit
from center_relay.usecases.lines import Lines
from center_relay.usecases.orders import OrderRecord, Orders
from center_relay.usecases.outbox import Outbox
from center_relay.usecases.sessions import Sessions
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import KofuError
from certificates.wire.codec import decode
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from certificates.wire.order import CloseOrder
from certificates.wire.visit import OutcomeKind, OutcomeRecorded, ReportOutcome
from tests.centre.centre_values import (
    MUNICIPALITY,
    ORDER,
    SESSION,
    Hands,
    ListJournal,
    applied,
)

CENTRE, ISSUER = SigningKey.generate("centre-key"), SigningKey.generate("issuer-key")
TRUSTED = TrustedKeys(
    [
        TrustedKey.from_pem("centre-key", Party(role=Role.CENTRE, name="centre"), CENTRE.public_pem),
        TrustedKey.from_pem("issuer-key", Party(role=Role.ISSUER, name=MUNICIPALITY), ISSUER.public_pem),
    ]
)


class OtherEnd:
    """A municipality in this process: ``failure`` is what it does instead of answering."""

    def __init__(self) -> None:
        self.failure: KofuError | None = None
        self.told: list[CloseOrder] = []
        self.receipt: Callable[[CloseOrder], OutcomeRecorded] = lambda close: OutcomeRecorded(
            order=close.order, outcome=close.outcome
        )

    def serves(self, municipality: MunicipalityCode) -> bool:
        return True

    async def send(self, municipality: MunicipalityCode, errand: Errand, token: bytes) -> bytes:
        assert errand is Errand.OUTCOME
        close, _ = TRUSTED.open(token, CloseOrder, Role.CENTRE)
        if self.failure is not None:
            raise self.failure
        self.told.append(close)
        return ISSUER.sign(self.receipt(close))


class Bench:
    def __init__(self, store: MemoryStore | None = None) -> None:
        self.store = store or MemoryStore()
        self.hands = Hands()
        self.journal = ListJournal()
        self.other_end = OtherEnd()
        self.orders = Orders(self.store, keep_for=timedelta(days=14))
        self.sessions = Sessions(self.store, self.hands)
        self.lines = Lines(self.store, self.journal, self.hands, name="centre:test")
        self.outbox = Outbox(
            store=self.store,
            orders=self.orders,
            lines=self.lines,
            municipalities=self.other_end,
            journal=self.journal,
            signing_key=CENTRE,
            trusted=TRUSTED,
            clock=self.hands,
        )
        self.close = CloseVisit(
            sessions=self.sessions, orders=self.orders, outbox=self.outbox, journal=self.journal
        )

    async def ordered(self) -> Bench:
        await self.orders.claim(applied())
        return self

    async def waiting(self) -> int:
        return len(await self.store.names(Shelf.OUTBOX))

    async def record(self) -> OrderRecord:
        data = await self.store.read(Shelf.ORDERS, ORDER)
        assert data is not None
        return decode(data, OrderRecord)


def report(outcome: OutcomeKind = OutcomeKind.PRINTED, **changes: object) -> ReportOutcome:
    told = ReportOutcome(session=SESSION, order=ORDER, outcome=outcome, sheets=1, taken=200, refunded=0)
    return replace(told, **changes)  # type: ignore[arg-type]  # by field name
