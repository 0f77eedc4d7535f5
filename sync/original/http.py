"""Asking the registry over HTTP with mutual TLS: positions at every issue, and the tree and rows of a reconciliation."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from typing import TypeVar

import aiohttp

from certificates.domain.identifiers import HouseholdNumber, MunicipalityCode, ResidentNumber
from certificates.errors import BindingError, RefusedError, SignatureError, UnavailableError, WireError
from certificates.service.peers import KnownPeers
from certificates.service.tls import TlsFiles, client_context
from certificates.wire import frame, problem
from certificates.wire.codec import Message, decode, encode
from certificates.wire.jose import Party, Role, TrustedKeys
from sync.change.events import Record
from sync.original.lines import open_rows
from sync.original.wire import (
    LeavesAnswer,
    LeavesInquiry,
    NodesAnswer,
    NodesInquiry,
    PositionAnswer,
    PositionInquiry,
    RowsAnswer,
    RowsInquiry,
)

PATH = "/v1/original/"
JSON = "application/json"
_PART = "registry"
_AT_ONCE = 64
_MAX_POSITION = 16 * 1024
_MAX_TREE = 32 * 1024 * 1024
_MAX_ROWS = 256 * 1024 * 1024
A = TypeVar("A", PositionAnswer, NodesAnswer, LeavesAnswer)


@contextlib.asynccontextmanager
async def open_original(
    url: str,
    municipality: MunicipalityCode,
    tls: TlsFiles,
    trusted: TrustedKeys,
    *,
    position_seconds: float = 0.5,
    seconds: float = 60.0,
) -> AsyncIterator[HttpOriginal]:
    """``url``: base address of the registry. ``position_seconds`` bounds a question about positions, ``seconds`` any
    other. Nothing is connected yet. Raises ConfigurationError."""
    registry = Party(role=Role.REGISTRY, name=municipality)
    connector = KnownPeers(client_context(tls), [(url, registry)], part=_PART, limit=_AT_ONCE)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield HttpOriginal(session, url.rstrip("/") + PATH, municipality, trusted, position_seconds, seconds)


class HttpOriginal:
    """See ``ports.Positions`` and ``ports.Original``."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        base: str,
        municipality: MunicipalityCode,
        trusted: TrustedKeys,
        position_seconds: float,
        seconds: float,
    ) -> None:
        self._session = session
        self._base = base
        self._municipality = municipality
        self._trusted = trusted
        self._position_seconds = position_seconds
        self._seconds = seconds
        self._exchanged = 0

    @property
    def exchanged(self) -> int:
        return self._exchanged

    async def position(
        self, residents: Sequence[ResidentNumber], households: Sequence[HouseholdNumber]
    ) -> PositionAnswer:
        inquiry = PositionInquiry(
            municipality=self._municipality, residents=tuple(residents), households=tuple(households)
        )
        body = await self._ask("position", inquiry, JSON, _MAX_POSITION, self._position_seconds)
        return self._own(decode(body, PositionAnswer))

    async def nodes(self, nodes: Sequence[str]) -> NodesAnswer:
        inquiry = NodesInquiry(municipality=self._municipality, nodes=tuple(nodes))
        answer = decode(await self._ask("nodes", inquiry, JSON, _MAX_TREE, self._seconds), NodesAnswer)
        if len(answer.children) != len(nodes):
            raise WireError("the registry answered for another number of nodes")
        return self._own(answer)

    async def leaves(self, leaves: Sequence[str]) -> LeavesAnswer:
        inquiry = LeavesInquiry(municipality=self._municipality, leaves=tuple(leaves))
        body = await self._ask("leaves", inquiry, JSON, _MAX_TREE, self._seconds)
        return self._own(await asyncio.to_thread(decode, body, LeavesAnswer))

    async def rows(self, subjects: Sequence[str]) -> tuple[RowsAnswer, Sequence[Sequence[Record]]]:
        inquiry = RowsInquiry(municipality=self._municipality, subjects=tuple(subjects))
        body = await self._ask("rows", inquiry, frame.CONTENT_TYPE, _MAX_ROWS, self._seconds)
        token, lines = frame.unpack(body)
        answer, signer = self._trusted.open(token, RowsAnswer, Role.REGISTRY)
        if signer.name != self._municipality or answer.municipality != self._municipality:
            raise SignatureError("the rows are those of another municipality")
        if tuple(each.subject for each in answer.subjects) != inquiry.subjects:
            raise WireError("the registry answered about other subjects")
        try:
            frame.require_digest(lines, answer.sha256, "rows")
        except BindingError as error:
            # nothing was handed to anybody: this is a bad answer, and no reason to stop the line
            raise SignatureError("the rows are not those that were signed") from error
        return answer, await asyncio.to_thread(open_rows, answer, bytes(lines))

    def _own(self, answer: A) -> A:
        if answer.municipality != self._municipality:
            raise WireError("the answer is that of another municipality")
        return answer

    async def _ask(self, what: str, inquiry: Message, content_type: str, limit: int, seconds: float) -> bytes:
        question = encode(inquiry)
        try:
            async with asyncio.timeout(seconds):
                try:
                    status, kind, body = await self._post(what, question, limit)
                except aiohttp.ClientConnectionError:
                    # a kept connection may have ended with the registry's last restart; one try on a new one, so
                    # that a registry that is there does not count as silent
                    status, kind, body = await self._post(what, question, limit)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(_PART, type(error).__name__, outcome_known=True) from error
        self._exchanged += len(question) + len(body)
        if kind == problem.CONTENT_TYPE:
            raise RefusedError(problem.read_problem(body), f"the registry answered {status}")
        if status != 200 or kind != content_type or len(body) > limit:
            raise WireError(f"the registry answered {status} with {len(body)} bytes of {kind}")
        return body

    async def _post(self, what: str, question: bytes, limit: int) -> tuple[int, str, bytes]:
        headers = {"Content-Type": JSON}
        async with self._session.post(self._base + what, data=question, headers=headers) as response:
            body = bytearray()
            async for piece in response.content.iter_any():
                body += piece
                if len(body) > limit:
                    break
            return response.status, response.content_type, bytes(body)
