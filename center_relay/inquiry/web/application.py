"""The site over HTTP: a page with a form, one POST, no session, no cookie, nothing kept."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from aiohttp import web

from center_relay.inquiry.ports import Clock, ExaminationError, Turns
from center_relay.inquiry.usecases.inquire import Answer, Inquire
from center_relay.inquiry.usecases.rate import receiver_name
from center_relay.inquiry.web.answer_json import answer_json, refusal_json
from center_relay.inquiry.web.answer_page import answer_page
from center_relay.inquiry.web.page import Stated, home, refused
from center_relay.inquiry.web.texts import Language, Texts, chosen
from center_relay.inquiry.web.troubles import EXAMINATION, RETRY_SECONDS, STATUS, SiteError, SiteTrouble
from center_relay.inquiry.web.upload import UploadLimits, read_scans
from certificates.service.journal import place_only
from certificates.wire.codec import canonical

_STATIC: Final = Path(__file__).parent / "static"
# a closed list: no path of a request is ever looked up on the disk
_PARTS: Final = {"site.css": "text/css", "site.js": "text/javascript", "icon.svg": "image/svg+xml"}
_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), clipboard-read=()",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Server": "inquiry",  # instead of the versions of everything
    "Vary": "Accept, Accept-Language",
}
JSON: Final = "application/json"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """``proxies`` of our own stand in front: the address of a receiver is the one that the outermost has written down.

    ``secret`` keys the name under which an address is counted."""

    inquire: Inquire
    turns: Turns
    secret: bytes = field(repr=False)
    uploads: asyncio.Semaphore
    limits: UploadLimits
    stated: Stated
    texts: dict[Language, Texts] = field(repr=False)
    proxies: int
    clock: Clock
    version: str

    async def home(self, request: web.Request) -> web.StreamResponse:
        return _page(home(self._texts(request), self.stated))

    async def inquiry(self, request: web.Request) -> web.StreamResponse:
        at = self.clock()
        answer, names = await self._answer(request)
        if _wants_json(request):
            return _json({**answer_json(answer), "asked_at": at.isoformat()})
        body = await asyncio.to_thread(answer_page, self._texts(request), answer, self.stated, at, names)
        return _page(body)

    async def _answer(self, request: web.Request) -> tuple[Answer, list[str]]:
        """What is to be said, and what its owner calls each file."""
        name = receiver_name(self.secret, address_of(request, self.proxies), self.clock())
        async with self.turns.turn(name) as granted:
            if not granted:
                raise SiteError(SiteTrouble.TOO_OFTEN)
            if self.uploads.locked():
                raise SiteError(SiteTrouble.BUSY)
            return await self._examined(request)

    async def _examined(self, request: web.Request) -> tuple[Answer, list[str]]:
        async with self.uploads:
            scans = await read_scans(request, self.limits)
            try:
                return await self.inquire([one.data for one in scans]), [one.name for one in scans]
            except ExaminationError as error:
                raise SiteError(EXAMINATION[error.trouble]) from error

    async def health(self, request: web.Request) -> web.StreamResponse:
        return _json({"service": "inquiry", "version": self.version})

    def refusal(self, request: web.Request, trouble: SiteTrouble) -> web.Response:
        status = STATUS[trouble]
        if _wants_json(request):
            response = _json(refusal_json(trouble, self.texts, self.stated.facts), status=status)
        else:
            response = _page(refused(self._texts(request), trouble, self.stated), status=status)
        if trouble in RETRY_SECONDS:
            response.headers["Retry-After"] = str(RETRY_SECONDS[trouble])
        return response

    def _texts(self, request: web.Request) -> Texts:
        return self.texts[chosen(request.query.get("lang"), request.headers.get("Accept-Language", ""))]


def address_of(request: web.BaseRequest, proxies: int) -> str:
    """The receiver's address as the outermost of so many proxies of our own has seen it.

    A header that comes in several lines is one list (RFC 9110, 5.3): a proxy may add a line of its own behind one that the
    receiver has made up.
    """
    if proxies:
        hops = [hop.strip() for hop in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")]
        if len(hops) >= proxies:
            return hops[-proxies]
    return request.remote or ""


def site_application(site: Site) -> web.Application:
    @web.middleware
    async def guarded(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Every trouble as a sentence, every request as one log line: what was asked for, how it ended, how long."""
        started = time.perf_counter()
        outcome = "ok"
        try:
            response = await handler(request)
        except SiteError as error:
            outcome = error.trouble.value
            response = site.refusal(request, error.trouble)
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            outcome = SiteTrouble.NOT_FOUND.value
            response = site.refusal(request, SiteTrouble.NOT_FOUND)
        except Exception as error:  # noqa: BLE001 - the receiver gets a sentence, the log the place of the fault
            # the error's own words may quote what was sent
            _log.error("bug", exc_info=place_only(error))
            outcome = SiteTrouble.BROKEN.value
            response = site.refusal(request, SiteTrouble.BROKEN)
        response.headers.update(_HEADERS)
        if request.secure:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        route = request.match_info.route.resource
        _log.info(
            "request",
            extra={
                "method": request.method,
                "route": route.canonical if route is not None else "-",
                "status": response.status,
                "outcome": outcome,
                "ms": round((time.perf_counter() - started) * 1000, 2),
            },
        )
        return response

    application = web.Application(middlewares=[guarded])
    application.router.add_get("/", site.home)
    application.router.add_post("/inquiry", site.inquiry)
    application.router.add_get("/v1/health", site.health)
    for name, kind in _PARTS.items():
        application.router.add_get(f"/{name}", _part(name, kind))
    return application


def _part(name: str, kind: str) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    body = (_STATIC / name).read_bytes()

    async def serve(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, charset="utf-8")

    return serve


def _wants_json(request: web.Request) -> bool:
    return JSON in request.headers.get("Accept", "")


def _page(body: str, *, status: int = 200) -> web.Response:
    return web.Response(text=body, content_type="text/html", status=status)


def _json(document: Mapping[str, object], *, status: int = 200) -> web.Response:
    return web.Response(body=canonical(document), content_type=JSON, status=status)  # type: ignore[arg-type]
