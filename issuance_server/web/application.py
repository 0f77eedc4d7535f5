"""The application: every address of the issuance server."""

from __future__ import annotations

from aiohttp import web

from certificates.domain.identifiers import MunicipalityCode
from certificates.service.edge import only, problems, read_body
from certificates.wire.codec import canonical, encode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.jose import Party, Role
from issuance_server.feed_status import FeedWatch
from issuance_server.ports import Clock, Ledger, Line
from issuance_server.web.centre_line import CentreLine
from issuance_server.web.operator_feed import OperatorFeed
from issuance_server.web.refusals import refusals
from sync.feed.hands.desk import Receiving

MAX_FEED = 32 * 1024 * 1024


def application(
    *,
    centre: CentreLine,
    reception: Receiving,
    watch: FeedWatch,
    ledger: Ledger,
    line: Line,
    municipality: MunicipalityCode,
    version: str,
    clock: Clock,
) -> web.Application:
    async def feed(request: web.Request, peer: Party) -> web.Response:
        receipt = await reception.receive(await read_body(request, content_type=FRAME), peer)
        return web.Response(body=encode(receipt), content_type="application/json")

    async def health(request: web.Request) -> web.Response:
        state = {
            "service": "issuance-server",
            "version": version,
            "municipality": municipality,
            "line": "stopped" if await line.is_stopped() else "running",
        }
        return web.Response(body=canonical(dict(state)), content_type="application/json")

    # a handler that is given less than MAX_FEED sets its own limit on the request
    app = web.Application(middlewares=[problems, refusals(ledger, clock)], client_max_size=MAX_FEED)
    app.router.add_get("/v1/health", health)
    app.router.add_post("/v1/feed", only(Role.REGISTRY, feed))
    operator = OperatorFeed(watch, ledger)
    app.router.add_get("/v1/feed/status", only(Role.OPERATOR, operator.status))
    app.router.add_get("/operator/feed", only(Role.OPERATOR, operator.page))
    app.router.add_post("/v1/inquiries", only(Role.CENTRE, centre.inquiries))
    app.router.add_post("/v1/orders", only(Role.CENTRE, centre.orders))
    app.router.add_post("/v1/outcomes", only(Role.CENTRE, centre.outcomes))
    app.router.add_post("/v1/standings", only(Role.CENTRE, centre.standings))
    return app
