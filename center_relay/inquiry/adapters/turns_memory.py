"""Turns counted in this process alone."""

from __future__ import annotations

import contextlib
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable

from center_relay.inquiry.ports import Rate

MOST = 50_000
"""Names that are remembered: the one that has been silent longest goes first, with all its turns."""


class MemoryTurns:
    """``monotonic`` gives seconds."""

    def __init__(self, rate: Rate, *, monotonic: Callable[[], float]) -> None:
        self._rate = rate
        self._monotonic = monotonic
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._open: Counter[str] = Counter()

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[bool]:
        granted = self._open[name] < self._rate.together and self._take(name)
        if granted:
            self._open[name] += 1
        try:
            yield granted
        finally:
            if granted:
                self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]

    def _take(self, name: str) -> bool:
        now, burst = self._monotonic(), float(self._rate.burst)
        left, since = self._left.pop(name, (burst, now))
        left = min(burst, left + (now - since) * self._rate.per_minute / 60)
        granted = left >= 1
        self._left[name] = (left - 1 if granted else left, now)
        while len(self._left) > MOST:
            self._left.popitem(last=False)
        return granted
