"""A store in this process: for one process only, and forgotten when it ends."""

from __future__ import annotations

import heapq
import logging
import time
from collections.abc import Callable
from datetime import timedelta

from center_relay.ports import Shelf

_log = logging.getLogger(__name__)
_FOR_GOOD = float("inf")


class MemoryStore:
    """``monotonic`` gives seconds on a clock that never goes back."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._records: dict[tuple[Shelf, str], tuple[bytes, float]] = {}
        self._ends: list[tuple[float, str, str]] = []
        _log.warning("store in memory: stopped lines and unsent outcomes do not survive a restart")

    async def read(self, shelf: Shelf, name: str) -> bytes | None:
        self._forget()
        entry = self._records.get((shelf, name))
        return None if entry is None else entry[0]

    async def swap(
        self,
        shelf: Shelf,
        name: str,
        before: bytes | None,
        after: bytes | None,
        *,
        keep_for: timedelta | None = None,
    ) -> bool:
        # no await in here: nothing comes between the look and the change
        self._forget()
        entry = self._records.get((shelf, name))
        if (None if entry is None else entry[0]) != before:
            return False
        if after is None:
            self._records.pop((shelf, name), None)
            return True
        end = _FOR_GOOD if keep_for is None else self._monotonic() + keep_for.total_seconds()
        self._records[shelf, name] = (after, end)
        if keep_for is not None:
            heapq.heappush(self._ends, (end, shelf.value, name))
        return True

    async def names(self, shelf: Shelf) -> tuple[str, ...]:
        return tuple(sorted(name for kind, name in self._records if kind is shelf))

    def _forget(self) -> None:
        now = self._monotonic()
        while self._ends and self._ends[0][0] <= now:
            end, shelf, name = heapq.heappop(self._ends)
            key = (Shelf(shelf), name)
            entry = self._records.get(key)
            # a later swap may have given the record more time
            if entry is not None and entry[1] <= end:
                del self._records[key]
