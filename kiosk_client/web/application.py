"""The touch screen's server, on loopback: one page, its parts, and one WebSocket."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import WSMsgType, web

from certificates.errors import RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.service.edge import problems
from certificates.wire.codec import Json, canonical
from kiosk_client.session.events import StaffReleased
from kiosk_client.usecases.serve import Kiosk, Snapshot
from kiosk_client.usecases.staff import StaffDoor
from kiosk_client.web.bench import Bench
from kiosk_client.web.commands import MAX_FRAME, StaffCode, Touch, read_command
from kiosk_client.web.view import Viewer

_STATIC: Final = Path(__file__).parent / "static"
_TYPES: Final = {".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_PAGE: Final = "index.html"
# a closed list: no path of a request is ever looked up on the disk
_PARTS: Final = (
    "kiosk.css",
    "parts.css",
    "adapt.css",
    "bench.css",
    "kiosk.js",
    "stage.js",
    "parts.js",
    "build.js",
    "state.js",
    "sound.js",
    "bench.js",
    "icon.svg",
)
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    # the page is fetched anew for every customer
    "Cache-Control": "no-store",
}
_MAX_SCREENS: Final = 4
_SEND_SECONDS: Final = 5.0
_BENCH_SECONDS: Final = 0.3
_OWN_HOSTS: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_log = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class Screens:
    """The open sockets of one kiosk. Several may look on; every touch counts, whichever it comes from."""

    kiosk: Kiosk
    viewer: Viewer
    door: StaffDoor
    bench: Bench | None
    _open: set[web.WebSocketResponse] = field(default_factory=set)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        _require_own_page(request)
        if len(self._open) >= _MAX_SCREENS:
            raise RefusedError(ProblemCode.BUSY, "too many screens")
        # no compression: its window would keep the PIN's digits
        socket = web.WebSocketResponse(compress=False, max_msg_size=MAX_FRAME, heartbeat=20.0)
        await socket.prepare(request)
        self._open.add(socket)
        showing = asyncio.create_task(self._show(socket))
        try:
            await self._listen(socket)
        finally:
            self._open.discard(socket)
            showing.cancel()
            with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                await showing
        return socket

    async def close(self, _: web.Application) -> None:
        for socket in tuple(self._open):
            await socket.close()

    async def _show(self, socket: web.WebSocketResponse) -> None:
        """The newest view whenever it changes; a customer who leaves has the page loaded anew."""
        snapshot = self.kiosk.snapshot
        shown, number, bench = 0, snapshot.number, None
        try:
            while not socket.closed:
                if snapshot.number != number:
                    number = snapshot.number
                    await _send(socket, {"kind": "reload", "visit": number})
                if snapshot.version != shown:
                    shown = snapshot.version
                    await _send(socket, self.viewer.view(snapshot))
                if self.bench is not None:
                    newest = await self.bench.view(self.viewer.texts(snapshot.visit.language))
                    if newest != bench:
                        bench = newest
                        await _send(socket, bench)
                snapshot = await self._changed(shown)
        except TimeoutError:
            _log.warning("screen-does-not-read")
            await socket.close()

    async def _changed(self, shown: int) -> Snapshot:
        """The bench has no bell of its own, so it is looked at now and then."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(None if self.bench is None else _BENCH_SECONDS):
                return await self.kiosk.changed(shown)
        return self.kiosk.snapshot

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                return
            try:
                done = await self._carry_out(message.data)
            except WireError as error:
                await _send(socket, {"kind": "error", "reason": str(error)})
                continue
            if done is not None:
                await _send(socket, done)

    async def _carry_out(self, frame: str) -> dict[str, Json] | None:
        """What this socket is told at once; None where the next view says it all."""
        command = read_command(frame)
        match command:
            case Touch(at=at, event=event):
                if not self.kiosk.touch(event, at=at):
                    return {"kind": "error", "reason": "too fast"}
                return None
            case StaffCode(at=at, code=code):
                if not self.door.opens(code):
                    return {"kind": "staff", "open": False}
                self.kiosk.touch(StaffReleased(), at=at)
                return {"kind": "staff", "open": True}
            case _:
                if self.bench is None:
                    raise WireError("this kiosk has no bench")
                done = await self.bench.carry_out(command)
                language = self.kiosk.snapshot.visit.language
                return {**await self.bench.view(self.viewer.texts(language)), "done": done}


def screen_application(
    *, kiosk: Kiosk, viewer: Viewer, door: StaffDoor, bench: Bench | None, version: str
) -> web.Application:
    """``GET /`` and its parts, ``GET /v1/screen`` (WebSocket), ``GET /v1/health``."""
    screens = Screens(kiosk=kiosk, viewer=viewer, door=door, bench=bench)
    application = web.Application(middlewares=[problems, _guarded], client_max_size=MAX_FRAME)
    application.router.add_get("/", _part(_PAGE))
    for name in _PARTS:
        application.router.add_get(f"/{name}", _part(name))
    application.router.add_get("/v1/screen", screens.serve)
    application.router.add_get("/v1/health", _health(version))
    application.on_shutdown.append(screens.close)
    return application


def _part(name: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    path = _STATIC / name

    async def serve(request: web.Request) -> web.StreamResponse:
        body = await asyncio.to_thread(path.read_bytes)
        return web.Response(body=body, content_type=_TYPES[path.suffix], charset="utf-8")

    return serve


def _health(version: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def serve(request: web.Request) -> web.StreamResponse:
        return web.json_response({"service": "kiosk_client", "version": version})

    return serve


@web.middleware
async def _guarded(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    response = await handler(request)
    if not response.prepared:
        response.headers.update(_HEADERS)
    return response


def _require_own_page(request: web.Request) -> None:
    """A page of another origin in the same browser must not drive the kiosk (RFC 6455 section 10.2).

    The host is compared as well: a foreign name that was made to resolve to loopback is a foreign page.
    """
    origin = request.headers.get("Origin")
    if request.url.host not in _OWN_HOSTS or (origin is not None and origin != f"http://{request.host}"):
        raise RefusedError(ProblemCode.NOT_PERMITTED, "another origin")


async def _send(socket: web.WebSocketResponse, frame: dict[str, Json]) -> None:
    async with asyncio.timeout(_SEND_SECONDS):
        await socket.send_str(canonical(frame).decode())
