"""The operators' edge: releasing a stopped line takes two of them."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from center_relay.ports import Event, Journal, Note
from center_relay.usecases.lines import Lines
from center_relay.web.recording import recorded
from certificates.domain.identifiers import MunicipalityCode, municipality_code
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from certificates.service.edge import only
from certificates.wire.codec import canonical
from certificates.wire.jose import Party, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class OperatorEdge:
    lines: Lines
    journal: Journal

    def add_to(self, application: web.Application) -> None:
        application.router.add_post("/v1/lines/{code}/release", only(Role.OPERATOR, self.release))

    async def release(self, request: web.Request, party: Party) -> web.StreamResponse:
        """Answers ``{"municipality", "status"}``; status is awaiting-second or released."""
        code = _code(request)
        note = Note(event=Event.REFUSED, by=str(party), step="release", municipality=code)
        async with recorded(self.journal, note):
            release = await self.lines.approve_release(code, party.name)
        return web.Response(
            body=canonical({"municipality": code, "status": release.value}), content_type="application/json"
        )


def _code(request: web.Request) -> MunicipalityCode:
    try:
        return municipality_code(request.match_info["code"])
    except InvalidValueError as error:
        raise RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY) from error
