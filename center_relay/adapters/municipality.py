"""The line to a municipality: HTTP over mutual TLS, one answer for one question, or none."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp

from center_relay.ports import Errand
from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire import frame, problem

JOSE = "application/jose"
_ANSWERS = {
    Errand.INQUIRY: JOSE,
    Errand.ORDER: frame.CONTENT_TYPE,
    Errand.OUTCOME: JOSE,
    Errand.STANDING: JOSE,
}
SMALL = 256 * 1024
"""Bytes; a menu of a large household has some 5 KB."""

# The municipality could not accept what we sent: for the kiosk that is a fault of the house, not of its own message.
_FAULTS = frozenset(
    {
        ProblemCode.MALFORMED_MESSAGE,
        ProblemCode.BODY_TOO_LARGE,
        ProblemCode.WRONG_SIGNATURE,
        ProblemCode.CLIENT_CERTIFICATE_REQUIRED,
        ProblemCode.NOT_PERMITTED,
        ProblemCode.NOT_FOUND,
        ProblemCode.INTERNAL,
    }
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Longest waits in seconds by errand, and the largest certificate in bytes."""

    seconds: Mapping[Errand, float]
    file_bytes: int


class HttpMunicipalities:
    def __init__(
        self, client: aiohttp.ClientSession, routes: Mapping[MunicipalityCode, str], limits: Limits
    ) -> None:
        self._client = client
        self._routes = routes
        self._limits = limits

    def serves(self, municipality: MunicipalityCode) -> bool:
        return municipality in self._routes

    async def send(self, municipality: MunicipalityCode, errand: Errand, token: bytes) -> bytes:
        base = self._routes.get(municipality)
        if base is None:
            raise RefusedError(ProblemCode.UNKNOWN_MUNICIPALITY)
        part = f"municipality {municipality}"
        try:
            # When time is up the request is cancelled and its connection closed: a late answer has no reader.
            async with asyncio.timeout(self._limits.seconds[errand]):
                return await self._ask(part, base + errand.value, errand, token)
        except TimeoutError as error:
            raise UnavailableError(part, "no answer in time", outcome_known=False) from error
        except aiohttp.ClientConnectorError as error:
            raise UnavailableError(part, "cannot be reached", outcome_known=True) from error
        except (aiohttp.ClientError, OSError) as error:
            raise UnavailableError(part, type(error).__name__, outcome_known=False) from error

    async def _ask(self, part: str, url: str, errand: Errand, token: bytes) -> bytes:
        async with self._client.post(
            url, data=token, headers={"Content-Type": JOSE}, allow_redirects=False
        ) as response:
            if response.status == 200 and response.content_type == _ANSWERS[errand]:
                limit = self._limits.file_bytes if errand is Errand.ORDER else SMALL
                return await read_bounded(response, limit, part)
            if response.content_type != problem.CONTENT_TYPE:
                raise UnavailableError(part, f"answered {response.status}", outcome_known=False)
            raise _error(part, await read_bounded(response, SMALL, part))


def _error(part: str, document: bytes) -> KofuError:
    try:
        refusal = problem.read_refusal(document, part)
    except WireError as error:
        return UnavailableError(part, str(error), outcome_known=False)
    code = refusal.code
    if code is ProblemCode.BINDING_BROKEN:
        return BindingError(f"{part} reports a broken binding")
    if code in _FAULTS:
        _log.error("municipality does not accept our message", extra={"part": part, "code": code.value})
        return UnavailableError(
            part, f"answered {code.value}", outcome_known=code is not ProblemCode.INTERNAL
        )
    return refusal


async def read_bounded(response: aiohttp.ClientResponse, limit: int, part: str) -> bytes:
    """The whole body; raises UnavailableError naming ``part`` when it has more than ``limit`` bytes."""
    if (response.content_length or 0) > limit:
        raise UnavailableError(part, "the answer is too large", outcome_known=False)
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > limit:
            raise UnavailableError(part, "the answer is too large", outcome_known=False)
    return bytes(body)


def open_client(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    """A client without cookies, proxies or redirects; time is bounded by each call."""
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        trust_env=False,
        auto_decompress=False,
    )
