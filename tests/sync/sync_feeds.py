"""The three feeds as one: each brings a registry's changes to a copy and says in the same words what became of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Protocol, Unpack

from aiohttp import web

from certificates.errors import KofuError, RefusedError
from certificates.problems import ProblemCode
from certificates.service.command import Listener, listening
from certificates.service.edge import only, problems, read_body
from certificates.service.settings import read_settings
from certificates.service.tls import server_context
from certificates.wire import frame
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role
from load_tests.authority.transport import PartyFiles, TransportAuthority
from sync.feed.difference import take_differences
from sync.feed.difference_file import DifferenceError, write_difference
from sync.feed.reception import Reception
from sync.feed.streams import Patience, consuming
from sync.feed.wire import ReceiptStatus
from sync.registry.adapters.http import open_receiver
from sync.registry.adapters.streams import open_stream_receiver
from sync.registry.ports import Receiver
from sync.registry.settings import PREFIX, Settings
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import KEY, TRUSTED, FrameOptions, Held, TestRegistry

PATIENCE = Patience(call=5.0, wait=0.05, idle=0.2, first_wait=0.01, longest_wait=0.05)
"""Of a consumer in tests: it notices soon."""


@dataclass(frozen=True)
class Outcome:
    """``word``: taken, gap, conflict or refused; ``applied`` and ``quarantined`` where the feed says them."""

    word: str
    applied: int | None = None
    quarantined: int = 0


class Feed(Protocol):
    async def deliver(
        self, registry: TestRegistry, first: int, last: int, **options: Unpack[FrameOptions]
    ) -> Outcome: ...


@dataclass
class Pushed:
    """HTTPS and Redis Streams: a frame goes out and a receipt comes back."""

    receiver: Receiver

    async def deliver(
        self, registry: TestRegistry, first: int, last: int, **options: Unpack[FrameOptions]
    ) -> Outcome:
        try:
            receipt = await self.receiver.send(registry.frame(first, last, **options))
        except KofuError as error:
            return refusal(error)
        word = "gap" if receipt.status is ReceiptStatus.GAP else "taken"
        return Outcome(word, receipt.applied, receipt.quarantined)


def refusal(error: KofuError) -> Outcome:
    conflict = isinstance(error, RefusedError) and error.code is ProblemCode.FEED_CONFLICT
    return Outcome("conflict" if conflict else "refused")


@dataclass
class Carried:
    """Difference files."""

    folder: Path
    reception: Reception
    numbers: count[int]

    async def deliver(
        self, registry: TestRegistry, first: int, last: int, **options: Unpack[FrameOptions]
    ) -> Outcome:
        path = self.folder / f"difference-{next(self.numbers)}.jsonl"
        batch, events = registry.delivery(first, last, **options)

        async def lines() -> AsyncIterator[bytes]:
            for event in events:
                yield event

        await write_difference(
            path,
            lines(),
            municipality=batch.municipality,
            first=first,
            position=batch.position,
            chain=batch.chain,
            taken_at=batch.sent_at,
            key=options.get("key", KEY),
        )
        try:
            report = await take_differences(self.reception, [path], TRUSTED, MUNICIPALITY)
        except DifferenceError as error:
            return Outcome("gap" if "missing" in error.reason else "refused")
        except KofuError as error:
            return refusal(error)
        return Outcome("taken", report.applied, report.quarantined)


@dataclass(frozen=True)
class Parties:
    authority: TransportAuthority
    registry: PartyFiles
    issuer: PartyFiles
    operator: PartyFiles

    @classmethod
    def enrolled(cls, folder: Path) -> Parties:
        authority = TransportAuthority(folder, now=datetime.now(UTC))
        return cls(
            authority=authority,
            registry=authority.enrol(Party(role=Role.REGISTRY, name=MUNICIPALITY)),
            issuer=authority.enrol(Party(role=Role.ISSUER, name=MUNICIPALITY)),
            operator=authority.enrol(Party(role=Role.OPERATOR, name="operator-1")),
        )


def registry_environment(files: PartyFiles, **more: str) -> dict[str, str]:
    """What the operator of a registry would set; ``more`` by the settings' names without their prefix."""
    values = {
        "TLS_CERTIFICATE": str(files.tls.certificate),
        "TLS_KEY": str(files.tls.key),
        "TLS_AUTHORITY": str(files.tls.authority),
        "SIGNING_KEY": str(files.signing_key),
        **more,
    }
    return {PREFIX + name: value for name, value in values.items()}


def registry_settings(files: PartyFiles, **more: str) -> Settings:
    return read_settings(Settings, registry_environment(files, **more), prefix=PREFIX)


@asynccontextmanager
async def feed_over_https(parties: Parties, reception: Reception) -> AsyncIterator[str]:
    """The issuance server's end of the feed and nothing else of it."""

    async def feed(request: web.Request, sender: Party) -> web.StreamResponse:
        receipt = await reception.receive(await read_body(request, content_type=frame.CONTENT_TYPE), sender)
        return web.Response(body=encode(receipt), content_type="application/json")

    app = web.Application(middlewares=[problems], client_max_size=64 * 1024 * 1024)
    app.router.add_post("/v1/feed", only(Role.REGISTRY, feed))
    listener = Listener(
        name="issuer", application=app, host="127.0.0.1", port=0, tls=server_context(parties.issuer.tls)
    )
    async with listening([listener]) as addresses:
        yield addresses["issuer"]


@asynccontextmanager
async def https_feed(parties: Parties, held: Held) -> AsyncIterator[Feed]:
    async with (
        feed_over_https(parties, held.reception()) as target,
        open_receiver(target, parties.registry.tls, seconds=30) as receiver,
    ):
        yield Pushed(receiver)


@asynccontextmanager
async def streams_feed(redis_url: str, held: Held, *, consumers: int = 2) -> AsyncIterator[Feed]:
    async with (
        several(lambda: consuming(redis_url, held.reception(), MUNICIPALITY, patience=PATIENCE), consumers),
        open_stream_receiver(redis_url, MUNICIPALITY, "TARGET", seconds=30) as receiver,
    ):
        yield Pushed(receiver)


@asynccontextmanager
async def several(
    opener: Callable[[], AbstractAsyncContextManager[None]], number: int
) -> AsyncIterator[None]:
    if not number:
        yield
        return
    async with opener(), several(opener, number - 1):
        yield


def files_feed(folder: Path, held: Held) -> Feed:
    return Carried(folder=folder, reception=held.reception(), numbers=count(1))
