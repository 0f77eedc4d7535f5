"""The control: a consumer that acknowledges a delivery before it applies it, as many do. It must be seen to lose."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from aiohttp import web

from certificates.errors import KofuError
from certificates.service.command import Listener, Service, run
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import server_context
from certificates.wire import frame
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role, TrustedKeys
from issuance_server.compose import check, load_municipality, now, open_copy
from issuance_server.settings import PREFIX, Settings
from sync.feed.reception import Reception
from sync.feed.wire import FeedBatch, FeedReceipt, ReceiptStatus

LISTENER = "naive"

_log = logging.getLogger(__name__)
_MAX = 64 * 1024 * 1024


class Naive:
    """``offset`` is the file in which it remembers what it acknowledged; what waits to be applied is in memory."""

    def __init__(self, reception: Reception, trusted: TrustedKeys, sender: Party, offset: Path) -> None:
        self._reception = reception
        self._trusted = trusted
        self._sender = sender
        self._offset = offset
        self._acknowledged = int(offset.read_text()) if offset.exists() else 0
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue()

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        try:
            batch, _ = self._trusted.open(frame.unpack(body)[0], FeedBatch, Role.REGISTRY)
        except KofuError:
            return web.Response(status=400)
        self._waiting.put_nowait(body)
        if batch.last > self._acknowledged:
            self._acknowledged = batch.last
            await asyncio.to_thread(self._offset.write_text, str(batch.last))
        receipt = FeedReceipt(
            municipality=batch.municipality, applied=self._acknowledged, status=ReceiptStatus.APPLIED
        )
        return web.Response(body=encode(receipt), content_type="application/json")

    async def work(self) -> None:
        """Apply what waits, and forget what cannot be applied: it was acknowledged."""
        while True:
            body = await self._waiting.get()
            try:
                await self._reception.receive(body, self._sender)
            except KofuError as error:
                _log.warning("delivery forgotten", extra={"outcome": type(error).__name__})


@contextlib.asynccontextmanager
async def compose(settings: Settings) -> AsyncIterator[Sequence[Listener]]:
    """The consumer on the issuance server's own settings and database."""
    trusted = load_trusted_keys(settings.trusted_keys)
    code = load_municipality(settings).code
    async with open_copy(settings) as engine, asyncio.TaskGroup() as group:
        naive = Naive(
            Reception(engine, trusted, code, now),
            trusted,
            Party(role=Role.REGISTRY, name=code),
            settings.signing_key.with_name("naive.offset"),
        )
        task = group.create_task(naive.work())
        app = web.Application(client_max_size=_MAX)
        app.router.add_post("/v1/feed", naive.take)
        try:
            yield [
                Listener(
                    name=LISTENER,
                    application=app,
                    host=settings.host,
                    port=settings.port,
                    tls=server_context(settings.tls),
                )
            ]
        finally:
            task.cancel()


SERVICE = Service(
    name="load_tests.chaos.naive",
    purpose="acknowledges before it applies: the chaos test's control, good for nothing else",
    prefix=PREFIX,
    settings=Settings,
    compose=compose,
    check=check,
)

if __name__ == "__main__":
    sys.exit(run(SERVICE))
