"""What is refused at the edge is written into the audit log too, when the caller is known."""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from certificates.service.edge import code_of
from certificates.service.tls import peer_party
from issuance_server.ports import Clock, Ledger
from issuance_server.records import AuditEntry, AuditEvent

_TAKEN_OVER = web.RequestKey("taken over", bool)


def take_over(request: web.Request) -> None:
    """Called when a use case has the message: what it refuses from here on it writes down itself."""
    request[_TAKEN_OVER] = True


def refusals(ledger: Ledger, clock: Clock) -> Middleware:
    """A caller without a certificate is nobody we could name; that refusal is in the journal alone."""

    @web.middleware
    async def note(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Exception as error:
            code = code_of(error)
            peer = peer_party(request.transport)
            if code is not None and peer is not None and _TAKEN_OVER not in request:
                entry = AuditEntry(
                    at=clock(),
                    event=AuditEvent.REFUSED,
                    actor=str(peer)[:120],
                    code=code.value,
                    detail="at the edge",
                )
                await ledger.note(entry)
            raise

    return note
