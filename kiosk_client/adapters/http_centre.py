"""The centre over mutually authenticated HTTP."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import aiohttp

from certificates.errors import ConfigurationError, UnavailableError, WireError
from certificates.wire import problem
from certificates.wire.codec import Message, decode, encode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Menu,
    OpenSession,
    OutcomeRecorded,
    ReportOutcome,
)

_JSON: Final = "application/json"
_MAX_MESSAGE: Final = 256 * 1024
_MAX_FRAME: Final = 48 * 1024 * 1024
M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Seconds for one request; ``application`` covers the municipality's work and the marks."""

    connect: float = 5.0
    request: float = 15.0
    application: float = 45.0


class HttpCentre:
    """A `Centre`; open it with `open_centre`."""

    def __init__(self, session: aiohttp.ClientSession, base: str, limits: Limits) -> None:
        self._session = session
        self._base = base.rstrip("/")
        self._limits = limits

    async def open_session(self, message: OpenSession) -> Challenge:
        return await self._ask("/v1/sessions", message, Challenge)

    async def prove(self, message: CardProof) -> Menu:
        return await self._ask(f"/v1/sessions/{message.session}/proof", message, Menu)

    async def apply(self, message: Apply) -> bytes:
        path = f"/v1/sessions/{message.session}/application"
        return await self._post(
            path, encode(message), expect=FRAME, limit=_MAX_FRAME, seconds=self._limits.application
        )

    async def report(self, message: ReportOutcome) -> OutcomeRecorded:
        return await self._ask(f"/v1/sessions/{message.session}/outcome", message, OutcomeRecorded)

    async def _ask(self, path: str, message: Message, answer: type[M]) -> M:
        body = await self._post(
            path, encode(message), expect=_JSON, limit=_MAX_MESSAGE, seconds=self._limits.request
        )
        return decode(body, answer)

    async def _post(self, path: str, body: bytes, *, expect: str, limit: int, seconds: float) -> bytes:
        headers = {"Content-Type": _JSON, "Accept-Encoding": "identity"}
        try:
            async with (
                asyncio.timeout(seconds),
                self._session.post(
                    self._base + path, data=body, headers=headers, allow_redirects=False
                ) as answer,
            ):
                content = await _read(answer, limit)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise UnavailableError("centre", "cannot be reached", outcome_known=True) from error
        except TimeoutError as error:
            raise UnavailableError(
                "centre", f"no answer within {seconds:.0f} s", outcome_known=False
            ) from error
        except aiohttp.ClientError as error:
            reason = f"the connection broke ({type(error).__name__})"
            raise UnavailableError("centre", reason, outcome_known=False) from error
        if answer.content_type == problem.CONTENT_TYPE:
            raise problem.read_refusal(content, f"by the centre at {path.rpartition('/')[2]}")
        if answer.status != 200 or answer.content_type != expect:
            raise WireError(f"the centre answered {answer.status} {answer.content_type}")
        return content


async def _read(answer: aiohttp.ClientResponse, limit: int) -> bytes:
    chunks: list[bytes] = []
    size = 0
    async for chunk in answer.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > limit:
            raise WireError(f"the centre's answer is larger than {limit} bytes")
        chunks.append(chunk)
    return b"".join(chunks)


@asynccontextmanager
async def open_centre(
    base: str, tls: ssl.SSLContext, limits: Limits | None = None, *, setting: str
) -> AsyncIterator[HttpCentre]:
    """Raises ConfigurationError unless ``base`` is an https URL: there is no line without TLS."""
    if not base.startswith("https://"):
        raise ConfigurationError(setting, f"{base!r} must begin with https://")
    limits = limits or Limits()
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=limits.connect)
    connector = aiohttp.TCPConnector(ssl=tls, limit=4)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
        auto_decompress=False,
    ) as session:
        yield HttpCentre(session, base, limits)
