"""The issuance server's end of the feed over HTTP with mutual TLS."""

from __future__ import annotations

import asyncio
import io
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


@asynccontextmanager
async def open_receiver(target: str, tls: TlsFiles, *, seconds: float) -> AsyncIterator[HttpReceiver]:
    """``target``: base URL of the issuance server; ``seconds`` bounds one delivery. Raises ConfigurationError."""
    connector = aiohttp.TCPConnector(ssl=client_context(tls), limit=2)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield HttpReceiver(session, target.rstrip("/") + "/v1/feed", seconds)


class HttpReceiver:
    """See ``ports.Receiver``."""

    def __init__(self, session: aiohttp.ClientSession, url: str, seconds: float) -> None:
        self._session = session
        self._url = url
        self._seconds = seconds

    async def send(self, frame_bytes: bytes) -> FeedReceipt:
        headers = {"Content-Type": frame.CONTENT_TYPE}
        try:
            async with (
                asyncio.timeout(self._seconds),
                # as a file: aiohttp hands raw bytes over in one piece, and meanwhile nothing else runs
                self._session.post(self._url, data=io.BytesIO(frame_bytes), headers=headers) as response,
            ):
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
