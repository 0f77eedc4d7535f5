"""The issuance server's end of the feed over HTTP with mutual TLS."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.service.tls import TlsFiles, client_context
from certificates.wire import frame, problem
from certificates.wire.codec import decode
from sync.feed.wire import FeedReceipt

_PART = "issuance server"
_MAX_ANSWER = 64 * 1024
_PIECE = 128 * 1024  # handed over in one piece a frame would let nothing else run meanwhile
_CONNECTIONS = 64


@asynccontextmanager
async def open_receiver(target: str, tls: TlsFiles, *, seconds: float) -> AsyncIterator[HttpReceiver]:
    """``target``: base URL of the issuance server; ``seconds`` bounds one delivery. Raises ConfigurationError."""
    connector = aiohttp.TCPConnector(ssl=client_context(tls), limit=_CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield HttpReceiver(session, target.rstrip("/") + "/v1/feed", seconds)


class HttpReceiver:
    """See ``ports.Receiver``."""

    def __init__(self, session: aiohttp.ClientSession, url: str, seconds: float) -> None:
        self._session = session
        self._url = url
        self._seconds = seconds
        self._writing = asyncio.Lock()

    async def send(self, frame_bytes: bytes) -> FeedReceipt:
        headers = {"Content-Type": frame.CONTENT_TYPE, "Content-Length": str(len(frame_bytes))}
        try:
            async with asyncio.timeout(self._seconds), contextlib.AsyncExitStack() as turn:
                # a frame is on the line as a whole before the next one begins: they arrive in their order
                await turn.enter_async_context(self._writing)
                body = _pieces(frame_bytes, turn)
                async with self._session.post(self._url, data=body, headers=headers) as response:
                    answer = await response.content.read(_MAX_ANSWER + 1)
                    kind, status = response.content_type, response.status
        except aiohttp.ClientConnectorError as error:
            raise UnavailableError(_PART, "no connection", outcome_known=True) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise UnavailableError(_PART, type(error).__name__, outcome_known=False) from error
        if kind == problem.CONTENT_TYPE:
            raise RefusedError(problem.read_problem(answer), f"answered {status}")
        if status != 200 or kind != "application/json" or len(answer) > _MAX_ANSWER:
            raise WireError(f"the issuance server answered {status} with {kind}")
        return decode(answer, FeedReceipt)


async def _pieces(frame_bytes: bytes, turn: contextlib.AsyncExitStack) -> AsyncIterator[bytes]:
    for start in range(0, len(frame_bytes), _PIECE):
        yield frame_bytes[start : start + _PIECE]
    await turn.aclose()
