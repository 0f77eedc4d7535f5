"""The centre's web application: small bodies, known callers, problems as documents."""

from __future__ import annotations

from aiohttp import web

from center_relay.usecases.lines import Lines
from center_relay.web.inquiry import InquiryEdge
from center_relay.web.kiosk import KioskEdge
from center_relay.web.operator import OperatorEdge
from certificates.service.edge import problems
from certificates.wire.codec import canonical

MAX_BODY = 32 * 1024
"""Bytes; a card's proof, the largest message, has some 4 KB."""


def centre_application(
    kiosk: KioskEdge, operator: OperatorEdge, inquiry: InquiryEdge, lines: Lines, *, version: str
) -> web.Application:
    application = web.Application(middlewares=[problems], client_max_size=MAX_BODY)
    kiosk.add_to(application)
    operator.add_to(application)
    inquiry.add_to(application)

    async def health(_: web.Request) -> web.Response:
        body = canonical(
            {
                "service": "center_relay",
                "version": version,
                "stopped_lines": list(await lines.stopped()),
            }
        )
        return web.Response(body=body, content_type="application/json")

    application.router.add_get("/v1/health", health)
    return application
