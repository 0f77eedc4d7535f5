"""The centre's end of the line: inquiries, orders, outcomes and standings, each a signed message."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TypeVar

from aiohttp import web

from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.service.edge import read_body
from certificates.wire.codec import Message
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.frame import pack
from certificates.wire.jose import Party, Role, SigningKey, TrustedKeys
from certificates.wire.order import AskStanding, CloseOrder, Order
from certificates.wire.order import Inquire as InquireMessage
from issuance_server.ports import Clock
from issuance_server.usecases.close import Close
from issuance_server.usecases.inquire import Inquire
from issuance_server.usecases.issue import Issue
from issuance_server.usecases.tell import Tell
from issuance_server.web.received import (
    require_ask_standing,
    require_close_order,
    require_inquire,
    require_order,
)
from issuance_server.web.refusals import take_over

JOSE = "application/jose"
MAX_MESSAGE = 32 * 1024
M = TypeVar("M", bound=Message)


class CentreLine:
    """Handlers for parties of role CENTRE; at most ``places`` requests at once."""

    def __init__(
        self,
        *,
        inquire: Inquire,
        issue: Issue,
        close: Close,
        tell: Tell,
        trusted: TrustedKeys,
        key: SigningKey,
        clock: Clock,
        places: int,
    ) -> None:
        self._inquire = inquire
        self._issue = issue
        self._close = close
        self._tell = tell
        self._trusted = trusted
        self._key = key
        self._clock = clock
        self._places = places

    async def inquiries(self, request: web.Request, peer: Party) -> web.Response:
        with self._place():
            message = await self._open(request, peer, InquireMessage, require_inquire)
            menu = await self._inquire(message, peer, self._clock())
            return web.Response(body=self._key.sign(menu), content_type=JOSE)

    async def orders(self, request: web.Request, peer: Party) -> web.Response:
        with self._place():
            order = await self._open(request, peer, Order, require_order)
            issued = await self._issue(order, peer, self._clock())
            body = pack(self._key.sign(issued.manifest), issued.pdf)
            return web.Response(body=body, content_type=FRAME)

    async def outcomes(self, request: web.Request, peer: Party) -> web.Response:
        with self._place():
            message = await self._open(request, peer, CloseOrder, require_close_order)
            recorded = await self._close(message, peer, self._clock())
            return web.Response(body=self._key.sign(recorded), content_type=JOSE)

    async def standings(self, request: web.Request, peer: Party) -> web.Response:
        with self._place():
            message = await self._open(request, peer, AskStanding, require_ask_standing)
            return web.Response(body=self._key.sign(await self._tell(message)), content_type=JOSE)

    @contextlib.contextmanager
    def _place(self) -> Iterator[None]:
        if self._places == 0:
            raise RefusedError(ProblemCode.BUSY)
        self._places -= 1
        try:
            yield
        finally:
            self._places += 1

    async def _open(
        self, request: web.Request, peer: Party, kind: type[M], require: Callable[[M], None]
    ) -> M:
        """The message, verified and checked; from here on the use case writes down what it refuses."""
        token = await read_body(request.clone(client_max_size=MAX_MESSAGE), content_type=JOSE)
        message, signer = self._trusted.open(token, kind, Role.CENTRE)
        if signer != peer:
            raise RefusedError(ProblemCode.NOT_PERMITTED, f"{peer} brought a message of {signer}")
        require(message)
        take_over(request)
        return message
