"""How often one address may ask: a bucket of turns that fills again with time, kept in this process only."""

from __future__ import annotations

import ipaddress
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 50_000
_PREFIX = 64  # of IPv6: one household has that many addresses


@dataclass(slots=True, kw_only=True)
class Turns:
    """``burst`` at once, ``per_minute`` in the long run. ``monotonic`` gives seconds. Addresses are in no log.

    At most ``MOST`` addresses are remembered: the one that has been silent longest goes first, with a full bucket.
    """

    burst: int
    per_minute: float
    monotonic: Callable[[], float]
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)

    def take(self, address: str) -> bool:
        """False when ``address`` has no turn left now."""
        name = _network(address)
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
