"""A registry's end of the feed for tests, and copies of every kind to feed."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Protocol, TypedDict, Unpack

from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.entitlement import RecordView, Watermark
from certificates.domain.identifiers import CardSerial, MunicipalityCode
from certificates.domain.resident import Resident
from certificates.domain.seal import SealImprint
from certificates.wire.frame import pack
from certificates.wire.jose import Party, Role, SigningKey, TrustedKey, TrustedKeys
from sync.change.cloud_events import write_event
from sync.change.events import Change, ChangeEvent
from sync.copy.memory import MemoryCopy
from sync.copy.ports import Store
from sync.copy.store import SetAside
from sync.feed.full_load import write_full_load
from sync.feed.reception import Reception
from sync.feed.wire import NO_CHAIN, FeedBatch, FeedReceipt, link
from sync.registry.state import Entry, RegisterState
from sync.town import Town, invent
from sync.town.numbers import MUNICIPALITY

NOW = datetime(2026, 4, 2, 3, 0, tzinfo=UTC)
TODAY = date(2026, 4, 2)
SENDER = Party(role=Role.REGISTRY, name=MUNICIPALITY)
KEY = SigningKey.generate("registry-test")
TRUSTED = TrustedKeys([TrustedKey.from_pem(KEY.kid, SENDER, KEY.public_pem)])


@cache
def small_town() -> Town:
    """The cast and a few more."""
    return invent(7, 110, draw=tiny_imprint)


def tiny_imprint(resident: Resident) -> SealImprint:
    """9 mm across at one dot a millimetre, with the 宛名番号 for a pattern."""
    return SealImprint(width=9, height=9, dots_per_mm=1, rows=resident.number.encode()[:9] * 2)


class Reader(Protocol):
    async def view(self, serial: CardSerial, issuer: bytes | None = None) -> RecordView | None: ...

    async def watermark(self) -> Watermark | None: ...

    async def set_aside(self) -> tuple[SetAside, ...]: ...


class FrameOptions(TypedDict, total=False):
    """What a test says of a delivery that is not the registry's usual one."""

    events: Sequence[bytes]
    position: int
    sent_at: datetime
    key: SigningKey
    municipality: MunicipalityCode
    chain: bytes


def _body(events: Sequence[bytes]) -> bytes:
    return b"[" + b",".join(events) + b"]"


@dataclass
class TestRegistry:
    """A register and the changes entered in it; ``frame`` is what the registry would send."""

    __test__ = False

    town: Town = field(default_factory=small_town)
    base: int = 0
    changes: list[Change] = field(default_factory=list)
    sent: dict[int, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.state = RegisterState(self.town.records())

    @classmethod
    def having(cls, changes: Iterable[Change]) -> TestRegistry:
        """That has entered these, all legal."""
        registry = cls()
        for change in changes:
            registry.enter(change)
        return registry

    @property
    def position(self) -> int:
        return self.base + len(self.changes)

    def entry(self, *, on: date = TODAY) -> Entry:
        number = self.position + 1
        identity = hashlib.sha256(f"entry {number}".encode()).hexdigest()[:32]
        return Entry(id=identity, time=NOW + timedelta(milliseconds=number), on=on)

    def enter(self, change: Change, *, legal: bool = True) -> int:
        """The number that the change is given; an illegal one does not touch the register itself."""
        self.changes.append(change)
        if legal:
            self.state.take(change)
        return self.position

    def event(self, number: int) -> bytes:
        event: ChangeEvent = self.changes[number - self.base - 1].numbered(number)
        return write_event(event, MUNICIPALITY)

    def chain(self, number: int) -> bytes:
        """Over what was sent up to ``number``, or would have been."""
        chain = NO_CHAIN
        for before in range(self.base + 1, number + 1):
            event = self.sent.get(before) or self.event(before)
            chain = link(chain, hashlib.sha256(event).digest())
        return chain

    def delivery(
        self, first: int, last: int, **options: Unpack[FrameOptions]
    ) -> tuple[FeedBatch, Sequence[bytes]]:
        """What the registry would state and send; what it sends of a number stands in its chain from then on."""
        position = options.get("position", self.position)
        events = options.get("events")
        chain = options.get("chain")
        if chain is None:
            chain = self.chain(first - 1 if first else min(self.position, position))
        if events is None:
            events = [self.event(number) for number in range(first, last + 1)] if first else []
        for number, event in enumerate(events, first):
            self.sent.setdefault(number, event)
        batch = FeedBatch(
            municipality=options.get("municipality", MUNICIPALITY),
            first=first,
            last=last,
            count=last - first + 1 if first else 0,
            sha256=hashlib.sha256(_body(events)).digest(),
            position=position,
            sent_at=options.get("sent_at", NOW),
            chain=chain,
        )
        return batch, events

    def frame(self, first: int, last: int, **options: Unpack[FrameOptions]) -> bytes:
        batch, events = self.delivery(first, last, **options)
        return pack(options.get("key", KEY).sign(batch), _body(events))

    def heartbeat(self, *, sent_at: datetime = NOW, position: int | None = None) -> bytes:
        return self.frame(0, 0, sent_at=sent_at, position=self.position if position is None else position)

    def write(self, path: Path, *, key: SigningKey = KEY, taken_at: datetime = NOW) -> Path:
        write_full_load(
            path,
            self.state.records(),
            municipality=MUNICIPALITY,
            sequence=self.position,
            chain=self.chain(self.position),
            taken_at=taken_at,
            key=key,
        )
        return path

    def ideal(self) -> MemoryCopy:
        """The copy that the register deserves."""
        return MemoryCopy.holding(
            self.state.records(), municipality=MUNICIPALITY, heard_at=NOW, applied=self.position
        )


@dataclass
class Held:
    """One copy under test: where it is written, and how it is read."""

    store: AsyncEngine | Store
    reader: Reader
    now: datetime = NOW

    def reception(self) -> Reception:
        return Reception(self.store, TRUSTED, MUNICIPALITY, lambda: self.now)

    async def receive(self, frame: bytes) -> FeedReceipt:
        return await self.reception().receive(frame, SENDER)

    async def take_all(self, registry: TestRegistry) -> FeedReceipt:
        """Everything that the copy lacks, in one delivery."""
        mark = await self.reader.watermark()
        assert mark is not None
        return await self.receive(registry.frame(mark.applied + 1, registry.position))

    async def view(self, serial: CardSerial) -> RecordView:
        view = await self.reader.view(serial)
        assert view is not None
        return view


async def settled(reader: Reader, serial: CardSerial) -> tuple[object, ...] | None:
    """A view as a value that does not depend on the order of rows or on the moment."""
    view = await reader.view(serial)
    if view is None:
        return None
    return (
        view.holder,
        frozenset(view.rows),
        view.seal,
        frozenset(view.suppressions),
        view.pending,
        view.watermark.applied,
        view.watermark.known,
    )


async def require_equal(held: Held, registry: TestRegistry) -> None:
    """The copy shows of every card ever issued exactly what the register says."""
    ideal = registry.ideal()
    for serial in registry.state.cards:
        assert await settled(held.reader, serial) == await settled(ideal, serial)


async def until_applied(copy: Held, number: int) -> None:
    async with asyncio.timeout(30):
        while (mark := await copy.reader.watermark()) is None or mark.applied < number:  # noqa: ASYNC110 - a copy tells nobody
            await asyncio.sleep(0.01)
