"""Routes of the registry: entering a change and the feed's position, for operators; health for anybody."""

from __future__ import annotations

from aiohttp import web

from certificates.service.edge import only, problems, read_body
from certificates.version import VERSION
from certificates.wire.codec import Message, canonical, encode
from certificates.wire.jose import Party, Role
from sync.registry.usecases.enter import Enter
from sync.registry.usecases.position import Position
from sync.registry.wire import read_change

_MAX_CHANGE = 4 * 1024 * 1024


def application(enter: Enter, position: Position) -> web.Application:
    async def changes(request: web.Request, party: Party) -> web.StreamResponse:
        change = read_change(await read_body(request, content_type="application/json"))
        return _answer(await enter(change))

    async def where(request: web.Request, party: Party) -> web.StreamResponse:
        return _answer(await position())

    async def health(request: web.Request) -> web.StreamResponse:
        body = canonical({"service": "sync.registry", "version": VERSION})
        return web.Response(body=body, content_type="application/json")

    app = web.Application(middlewares=[problems], client_max_size=_MAX_CHANGE)
    app.router.add_post("/v1/changes", only(Role.OPERATOR, changes))
    app.router.add_get("/v1/position", only(Role.OPERATOR, where))
    app.router.add_get("/v1/health", health)
    return app


def _answer(message: Message) -> web.Response:
    return web.Response(body=encode(message), content_type="application/json")
