"""The kiosk's four steps over HTTP: canonical JSON in, canonical JSON or a frame out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from aiohttp import web

from center_relay.ports import Event, Journal, Note
from center_relay.usecases.close_visit import CloseVisit
from center_relay.usecases.deliver import Deliver
from center_relay.usecases.open_visit import OpenVisit
from center_relay.usecases.prove_card import ProveCard
from center_relay.web.recording import recorded
from certificates.domain.identifiers import KioskId, SessionId, kiosk_id, order_id, session_id
from certificates.errors import InvalidValueError, RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.service.edge import only, read_body
from certificates.wire import frame
from certificates.wire.codec import Message, decode, encode
from certificates.wire.jose import Party, Role
from certificates.wire.visit import Apply, CardProof, OpenSession, ReportOutcome

JSON = "application/json"
InVisit = TypeVar("InVisit", CardProof, Apply, ReportOutcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class KioskEdge:
    open_visit: OpenVisit
    prove_card: ProveCard
    deliver: Deliver
    close_visit: CloseVisit
    journal: Journal

    def add_to(self, application: web.Application) -> None:
        application.router.add_post("/v1/sessions", only(Role.KIOSK, self.sessions))
        application.router.add_post("/v1/sessions/{session}/proof", only(Role.KIOSK, self.proof))
        application.router.add_post("/v1/sessions/{session}/application", only(Role.KIOSK, self.application))
        application.router.add_post("/v1/sessions/{session}/outcome", only(Role.KIOSK, self.outcome))

    async def sessions(self, request: web.Request, party: Party) -> web.StreamResponse:
        async with recorded(self.journal, _note(party, "open")):
            message = decode(await read_body(request, content_type=JSON), OpenSession)
            return _json(await self.open_visit(message, _kiosk(party)))

    async def proof(self, request: web.Request, party: Party) -> web.StreamResponse:
        async with recorded(self.journal, _note(party, "prove", request)):
            message = await _in_visit(request, CardProof)
            return _json(await self.prove_card(message, _kiosk(party)))

    async def application(self, request: web.Request, party: Party) -> web.StreamResponse:
        async with recorded(self.journal, _note(party, "apply", request)):
            message = await _in_visit(request, Apply)
            _require_order(message)
            body = await self.deliver(message, _kiosk(party))
            return web.Response(body=body, content_type=frame.CONTENT_TYPE)

    async def outcome(self, request: web.Request, party: Party) -> web.StreamResponse:
        async with recorded(self.journal, _note(party, "report", request)):
            message = await _in_visit(request, ReportOutcome)
            _require_order(message)
            return _json(await self.close_visit(message, _kiosk(party)))


def _note(party: Party, step: str, request: web.Request | None = None) -> Note:
    """The address may hold anything at all; only what is a session number is written down."""
    session = ""
    if request is not None:
        try:
            session = session_id(request.match_info["session"])
        except InvalidValueError:
            session = "malformed"
    return Note(event=Event.REFUSED, by=str(party), step=step, session=session)


def _kiosk(party: Party) -> KioskId:
    try:
        return kiosk_id(party.name)
    except InvalidValueError as error:
        raise RefusedError(ProblemCode.NOT_PERMITTED, "the certificate names no kiosk") from error


def _session(request: web.Request) -> SessionId:
    try:
        return session_id(request.match_info["session"])
    except InvalidValueError as error:
        raise RefusedError(ProblemCode.UNKNOWN_SESSION) from error


async def _in_visit(request: web.Request, kind: type[InVisit]) -> InVisit:
    """A message of the visit that the address names. Raises WireError, RefusedError (UNKNOWN_SESSION)."""
    session = _session(request)
    message = decode(await read_body(request, content_type=JSON), kind)
    if message.session != session:
        raise WireError(f"{kind.TAG}.session: is not the one of the address")
    return message


def _require_order(message: Apply | ReportOutcome) -> None:
    try:
        order_id(message.order)
    except InvalidValueError as error:
        raise WireError(f"{message.TAG}.order: {error.reason}") from error


def _json(message: Message) -> web.Response:
    return web.Response(body=encode(message), content_type=JSON)
