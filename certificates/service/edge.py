"""The web edge of every service: who calls, how large a body may be, and errors as problem documents."""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

from aiohttp import web

from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError, WireError
from certificates.problems import MEANINGS, ProblemCode
from certificates.service.journal import place_only
from certificates.service.tls import peer_party
from certificates.wire import problem
from certificates.wire.jose import Party, Role

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_TRACE = web.RequestKey("trace", str)
_log = logging.getLogger(__name__)


def problem_response(code: ProblemCode, trace: str, opens_at: datetime | None = None) -> web.Response:
    return web.Response(
        status=MEANINGS[code].status,
        body=problem.problem_document(code, instance=trace, opens_at=opens_at),
        content_type=problem.CONTENT_TYPE,
    )


def code_of(error: Exception) -> ProblemCode | None:
    """The one table from our errors to problem codes; None for a bug."""
    match error:
        case WireError() | RefusedError():
            return error.code
        case BindingError():
            return ProblemCode.BINDING_BROKEN
        case UnavailableError():
            return ProblemCode.UNAVAILABLE
        case web.HTTPRequestEntityTooLarge():
            return ProblemCode.BODY_TOO_LARGE
        case web.HTTPNotFound() | web.HTTPMethodNotAllowed():
            return ProblemCode.NOT_FOUND
        case TimeoutError():
            return ProblemCode.UNAVAILABLE
        case _:
            return None


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem document and every request into one log line without personal data."""
    trace = request[_TRACE] = secrets.token_hex(8)
    started = time.perf_counter()
    status = 500
    outcome = ProblemCode.INTERNAL.value
    try:
        response = await handler(request)
    except asyncio.CancelledError:
        status, outcome = 499, "client-gone"
        raise
    except Exception as error:
        code = code_of(error)
        if code is None:
            if isinstance(error, web.HTTPException) and error.status < 500:
                status, outcome = error.status, "http"
                raise
            # The error's own text may quote a resident: the log gets the place, not the words.
            _log.exception("bug", exc_info=place_only(error), extra={"trace": trace})
            code = ProblemCode.INTERNAL
        status, outcome = MEANINGS[code].status, code.value
        if isinstance(error, KofuError) and code is ProblemCode.BINDING_BROKEN:
            _log.critical("binding broken", extra={"trace": trace})
        return problem_response(code, trace, error.opens_at if isinstance(error, RefusedError) else None)
    else:
        status, outcome = response.status, "ok"
        return response
    finally:
        route = request.match_info.route.resource
        _log.info(
            "request",
            extra={
                "trace": trace,
                "method": request.method,
                "route": route.canonical if route is not None else "-",
                "status": status,
                "outcome": outcome,
                "peer": str(peer_party(request.transport) or "-"),
                "ms": round((time.perf_counter() - started) * 1000, 2),
            },
        )


def only(role: Role, handler: Callable[[web.Request, Party], Awaitable[web.StreamResponse]]) -> Handler:
    """Let in parties of ``role`` alone; the handler is given who it is."""

    async def guarded(request: web.Request) -> web.StreamResponse:
        party = peer_party(request.transport)
        if party is None:
            raise RefusedError(ProblemCode.CLIENT_CERTIFICATE_REQUIRED)
        if party.role is not role:
            raise RefusedError(ProblemCode.NOT_PERMITTED, str(party))
        return await handler(request, party)

    return guarded


async def read_body(request: web.Request, *, content_type: str) -> bytes:
    """The whole body; raises WireError on a wrong type, HTTPRequestEntityTooLarge past the application's limit."""
    if request.content_type != content_type:
        raise WireError(f"the content type must be {content_type}")
    return await request.read()
