"""The fate of an order, asked of the centre's relay over mutual TLS; the site itself has no line to a municipality."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import aiohttp

from center_relay.adapters.municipality import read_bounded
from certificates.domain.identifiers import MunicipalityCode, OrderId
from certificates.errors import UnavailableError, WireError
from certificates.wire.codec import decode, encode
from certificates.wire.order import AskStanding, StandingTold

PART = "centre"
MAX_ANSWER = 4_096
JSON = "application/json"


class NoStandings:
    """For a site without a line to the centre: it can never be told."""

    async def of(self, municipality: MunicipalityCode, order: OrderId, issue_number: str) -> StandingTold:
        raise UnavailableError(PART, "no line is configured", outcome_known=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreStandings:
    """``seconds`` bounds the whole question."""

    client: aiohttp.ClientSession = field(repr=False)
    centre: str
    seconds: float

    async def of(self, municipality: MunicipalityCode, order: OrderId, issue_number: str) -> StandingTold:
        question = AskStanding(municipality=municipality, order=order, issue_number=issue_number)
        try:
            async with asyncio.timeout(self.seconds):
                told = await self._ask(encode(question))
        except (TimeoutError, aiohttp.ClientError, OSError, WireError) as error:
            raise UnavailableError(PART, type(error).__name__, outcome_known=True) from error
        if (told.order, told.issue_number) != (order, issue_number):
            raise UnavailableError(PART, "answered about another paper", outcome_known=True)
        return told

    async def _ask(self, question: bytes) -> StandingTold:
        async with self.client.post(
            f"{self.centre}/v1/standings",
            data=question,
            headers={"Content-Type": JSON},
            allow_redirects=False,
        ) as response:
            if response.status != 200 or response.content_type != JSON:
                raise UnavailableError(PART, f"answered {response.status}", outcome_known=True)
            return decode(await read_bounded(response, MAX_ANSWER, PART), StandingTold)
