"""The inquiry site's edge: what became of a numbered paper."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from center_relay.ports import Event, Journal, Note
from center_relay.usecases.tell_standing import TellStanding
from center_relay.web.recording import recorded
from certificates.domain.identifiers import municipality_code, order_id
from certificates.errors import InvalidValueError, WireError
from certificates.service.edge import only, read_body
from certificates.wire.codec import decode, encode
from certificates.wire.jose import Party, Role
from certificates.wire.order import AskStanding

JSON = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class InquiryEdge:
    tell: TellStanding
    journal: Journal

    def add_to(self, application: web.Application) -> None:
        application.router.add_post("/v1/standings", only(Role.INQUIRY, self.standings))

    async def standings(self, request: web.Request, party: Party) -> web.StreamResponse:
        async with recorded(self.journal, Note(event=Event.REFUSED, by=str(party), step="standing")):
            question = decode(await read_body(request, content_type=JSON), AskStanding)
            _require_question(question)
            return web.Response(body=encode(await self.tell(question)), content_type=JSON)


def _require_question(question: AskStanding) -> None:
    try:
        municipality_code(question.municipality)
        order_id(question.order)
    except InvalidValueError as error:
        raise WireError(f"{question.TAG}: {error}") from error
