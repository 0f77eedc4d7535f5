"""How often one address may ask, and how much at once: turns that come back with time, kept in this process only."""

from __future__ import annotations

import contextlib
import ipaddress
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

MOST = 50_000
_PREFIX = 64  # of IPv6: one household has that many addresses


@dataclass(slots=True, kw_only=True)
class Turns:
    """``burst`` in a row, ``per_minute`` in the long run, ``together`` at the same time.

    ``monotonic`` gives seconds. Addresses are in no log. At most ``MOST`` are remembered: the one that has been silent
    longest goes first, with all its turns.
    """

    burst: int
    per_minute: float
    together: int
    monotonic: Callable[[], float]
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)
    _open: Counter[str] = field(default_factory=Counter, repr=False)

    @contextlib.contextmanager
    def turn(self, address: str) -> Iterator[bool]:
        """False when ``address`` has no turn now; a turn lasts as long as the context."""
        name = _network(address)
        granted = self._open[name] < self.together and self._take(name)
        if not granted:
            yield False
            return
        self._open[name] += 1
        try:
            yield True
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]

    def _take(self, name: str) -> bool:
        now = self.monotonic()
        left, since = self._left.pop(name, (float(self.burst), now))
        left = min(float(self.burst), left + (now - since) * self.per_minute / 60)
        granted = left >= 1
        self._left[name] = (left - 1 if granted else left, now)
        while len(self._left) > MOST:
            self._left.popitem(last=False)
        return granted


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return str(ipaddress.ip_network((found, _PREFIX), strict=False))
    return str(found)
