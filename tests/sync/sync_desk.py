"""A registry's desk at an address of its own, and whoever asks there."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from certificates.service.command import Listener, listening
from certificates.service.edge import problems
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import server_context
from certificates.wire.jose import Party, Role, SigningKey
from load_tests.authority.transport import TransportAuthority
from sync.original.http import HttpOriginal, open_original
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.usecases.answer import Answer
from sync.registry.web.original import add_original
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW

ISSUER = Party(role=Role.ISSUER, name=MUNICIPALITY)
REGISTRY = Party(role=Role.REGISTRY, name=MUNICIPALITY)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Desk:
    """A registry's desk at an address, its books, and whoever asks."""

    authority: TransportAuthority
    books: MemoryBooks
    key: SigningKey
    now: datetime = NOW

    @contextlib.asynccontextmanager
    async def serving(self, *handlers: tuple[str, Handler], as_party: Party = REGISTRY) -> AsyncIterator[str]:
        app = web.Application(middlewares=[problems])
        for path, handler in handlers:
            app.router.add_post(path, handler)
        if not handlers:
            answer = Answer(self.books, MUNICIPALITY, self.key, lambda: self.now)
            add_original(app, answer, MUNICIPALITY)
        tls = server_context(self.authority.enrol(as_party).tls)
        listener = Listener(name="registry", application=app, host="127.0.0.1", port=0, tls=tls)
        async with listening([listener]) as addresses:
            yield addresses["registry"]

    @contextlib.asynccontextmanager
    async def asked_by(self, party: Party, url: str, *, seconds: float = 10.0) -> AsyncIterator[HttpOriginal]:
        trusted = load_trusted_keys(self.authority.trusted)
        tls = self.authority.enrol(party).tls
        async with open_original(url, MUNICIPALITY, tls, trusted, position_seconds=seconds) as original:
            yield original

    @contextlib.asynccontextmanager
    async def asked(
        self, *handlers: tuple[str, Handler], seconds: float = 10.0
    ) -> AsyncIterator[HttpOriginal]:
        async with (
            self.serving(*handlers) as url,
            self.asked_by(ISSUER, url, seconds=seconds) as original,
        ):
            yield original
