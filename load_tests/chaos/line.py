"""The line between registry and issuance server: an HTTPS hop that spoils the next delivery when it is told to.

It stands where a broken router, a load balancer that answers too early or a restored queue would stand. Deliveries
stay signed end to end: the line can lose, repeat, hold, cut and damage them, and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from random import Random
from typing import Final

import aiohttp
from aiohttp import web

from certificates.errors import WireError
from certificates.service.tls import client_context, server_context
from certificates.wire import frame
from certificates.wire.codec import encode
from certificates.wire.jose import Role, TrustedKeys
from load_tests.chaos.faults import Fault
from load_tests.town.folder import TownFolder
from sync.feed.wire import FeedBatch, FeedReceipt, ReceiptStatus

_SECONDS: Final = 60.0
_REMEMBERED: Final = 400
_MAX: Final = 64 * 1024 * 1024
_BEHIND: Final = (1, 4)  # how many later deliveries overtake one that is held back


class Pending:
    """The faults that wait for the next delivery, whichever way it goes; ``struck`` counts those that found one."""

    def __init__(self, trusted: TrustedKeys) -> None:
        self._trusted = trusted
        self._waiting: deque[Fault] = deque()
        self.struck: Counter[Fault] = Counter()

    @property
    def empty(self) -> bool:
        return not self._waiting

    def spoil(self, fault: Fault) -> None:
        """Do ``fault`` to the next delivery that carries changes."""
        self._waiting.append(fault)

    def strike(self) -> Fault | None:
        """The fault that has waited longest; None when none does, or the other way was struck meanwhile."""
        if self.empty:
            return None
        fault = self._waiting.popleft()
        self.struck[fault] += 1
        return fault

    def statement(self, body: bytes) -> FeedBatch | None:
        """What the delivery says of itself; None for one that was damaged here before."""
        try:
            batch, _ = self._trusted.open(frame.unpack(body)[0], FeedBatch, Role.REGISTRY)
        except WireError:
            return None
        return batch


class Line:
    """``targets`` names the issuance servers that live at the moment; each delivery goes to one of them."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        pending: Pending,
        targets: Callable[[], Sequence[str]],
        rng: Random,
    ) -> None:
        self._session = session
        self._pending = pending
        self._targets = targets
        self._rng = rng
        self._held: list[tuple[int, bytes]] = []  # (deliveries that may still overtake it, the delivery)
        self._old: deque[bytes] = deque(maxlen=_REMEMBERED)

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        batch = self._pending.statement(body)
        if batch is None:
            return await self._passed(request, body)
        if batch.count == 0:
            await self._release(everything=True)
            return await self._passed(request, body)
        self._old.append(body)
        await self._release()
        fault = self._pending.strike()
        if fault is None:
            return await self._passed(request, body)
        return await self._spoilt(fault, request, body, batch)

    async def _spoilt(
        self, fault: Fault, request: web.Request, body: bytes, batch: FeedBatch
    ) -> web.StreamResponse:
        match fault:
            case Fault.DUPLICATED:
                await self._send(body)
                return await self._passed(request, body)
            case Fault.LOST:
                return _broken(request)
            case Fault.SWALLOWED:
                return _answered_early(batch)
            case Fault.HELD_BACK:
                self._held.append((self._rng.randint(*_BEHIND), body))
                return _answered_early(batch)
            case Fault.UNANSWERED:
                await self._send(body)
                return _broken(request)
            case Fault.CUT:
                await self._send_half(body)
                return _broken(request)
            case Fault.SHORTENED:
                return await self._passed(request, body[: len(body) // 2])
            case Fault.DAMAGED:
                place = self._rng.randrange(len(body))
                return await self._passed(
                    request, body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
                )
            case Fault.OLD:
                await self._send(self._rng.choice(self._old))
                return await self._passed(request, body)
            case _:
                raise AssertionError(fault)

    async def _release(self, *, everything: bool = False) -> None:
        """Send what was held back long enough: it arrives after others that were sent later."""
        held, self._held = self._held, []
        for overtaken, body in held:
            if overtaken <= 1 or everything:
                await self._send(body)
            else:
                self._held.append((overtaken - 1, body))

    async def _passed(self, request: web.Request, body: bytes) -> web.StreamResponse:
        answer = await self._send(body)
        if answer is None:
            return _broken(request)
        status, kind, text = answer
        return web.Response(status=status, body=text, content_type=kind)

    async def _send(self, body: bytes) -> tuple[int, str, bytes] | None:
        targets = self._targets()
        if not targets:
            return None
        headers = {"Content-Type": frame.CONTENT_TYPE}
        url = self._rng.choice(targets) + "/v1/feed"
        try:
            async with (
                asyncio.timeout(_SECONDS),
                self._session.post(url, data=body, headers=headers) as response,
            ):
                return response.status, response.content_type, await response.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None

    async def _send_half(self, body: bytes) -> None:
        async def half() -> AsyncIterator[bytes]:
            yield body[: len(body) // 2]
            raise ConnectionResetError

        headers = {"Content-Type": frame.CONTENT_TYPE, "Content-Length": str(len(body))}
        for target in self._targets()[:1]:
            with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                async with (
                    asyncio.timeout(_SECONDS),
                    self._session.post(target + "/v1/feed", data=half(), headers=headers),
                ):
                    pass


def _broken(request: web.Request) -> web.Response:
    """The connection ends without an answer; the response is nobody's to read."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)


def receipt_for(batch: FeedBatch) -> bytes:
    """A receipt for what was never handed on: the kind of lie that a queue in between tells."""
    return encode(
        FeedReceipt(municipality=batch.municipality, applied=batch.last, status=ReceiptStatus.APPLIED)
    )


def _answered_early(batch: FeedBatch) -> web.Response:
    return web.Response(body=receipt_for(batch), content_type="application/json")


@contextlib.asynccontextmanager
async def open_line(
    folder: TownFolder, pending: Pending, targets: Callable[[], Sequence[str]], rng: Random
) -> AsyncIterator[str]:
    """The address that the registry takes for the issuance server's."""
    outward = client_context(folder.parties.registry.tls)
    connector = aiohttp.TCPConnector(ssl=outward, limit=8)
    async with aiohttp.ClientSession(connector=connector) as session:
        line = Line(session, pending, targets, rng)
        app = web.Application(client_max_size=_MAX)
        app.router.add_post("/v1/feed", line.take)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            inward = server_context(folder.parties.issuer.tls)
            await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=inward).start()
            yield f"https://127.0.0.1:{runner.addresses[0][1]}"
        finally:
            await runner.cleanup()
