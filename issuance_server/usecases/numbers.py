"""発行番号 drawn from blocks: the ledger is asked once a block, and what is not used is never used."""

from __future__ import annotations

import asyncio

from certificates.domain.identifiers import MunicipalityCode
from certificates.domain.issue_number import IssueNumber
from issuance_server.ports import Series

BLOCK = 100


class BlockNumbers:
    """Consecutive numbers for one order; gaps where a process ended or a copy was not built."""

    def __init__(self, series: Series, municipality: MunicipalityCode, *, block: int = BLOCK) -> None:
        self._series = series
        self._municipality = municipality
        self._block = block
        self._next = 0
        self._left = 0
        self._turn = asyncio.Lock()

    async def draw(self, count: int) -> tuple[IssueNumber, ...]:
        async with self._turn:
            if self._left < count:
                size = max(self._block, count)
                # forget the rest first: if reserving fails or is cancelled, nothing of an old block comes back
                self._left = 0
                self._next = await self._series.reserve(size)
                self._left = size
            first = self._next
            self._next += count
            self._left -= count
        return tuple(
            IssueNumber(municipality=self._municipality, serial=first + place) for place in range(count)
        )
