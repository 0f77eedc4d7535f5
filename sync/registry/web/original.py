"""Addresses of the registry for its own issuance server: questions at issue time and of a reconciliation."""

from __future__ import annotations

from aiohttp import web

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.service.edge import Handler, only, read_body
from certificates.wire.codec import Message, decode, encode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.jose import Party, Role
from sync.original.http import JSON, PATH
from sync.original.wire import LeavesInquiry, NodesInquiry, PositionInquiry, RowsInquiry
from sync.registry.usecases.answer import Answer


def add_original(app: web.Application, answer: Answer, municipality: MunicipalityCode) -> None:
    """``POST /v1/original/position|nodes|leaves|rows``, for ``issuer:<municipality>`` and nobody else."""
    ours = Party(role=Role.ISSUER, name=municipality)

    async def body_of(request: web.Request, peer: Party) -> bytes:
        if peer != ours:
            raise RefusedError(ProblemCode.NOT_PERMITTED, str(peer))
        return await read_body(request, content_type=JSON)

    async def position(request: web.Request, peer: Party) -> web.StreamResponse:
        return _json(await answer.position(decode(await body_of(request, peer), PositionInquiry)))

    async def nodes(request: web.Request, peer: Party) -> web.StreamResponse:
        return _json(await answer.nodes(decode(await body_of(request, peer), NodesInquiry)))

    async def leaves(request: web.Request, peer: Party) -> web.StreamResponse:
        return _json(await answer.leaves(decode(await body_of(request, peer), LeavesInquiry)))

    async def rows(request: web.Request, peer: Party) -> web.StreamResponse:
        body = await answer.rows(decode(await body_of(request, peer), RowsInquiry))
        return web.Response(body=body, content_type=FRAME)

    for name, handler in (("position", position), ("nodes", nodes), ("leaves", leaves), ("rows", rows)):
        guarded: Handler = only(Role.ISSUER, handler)
        app.router.add_post(PATH + name, guarded)


def _json(message: Message) -> web.Response:
    return web.Response(body=encode(message), content_type=JSON)
