"""What was asked about, in this process: for one process only, and forgotten when it ends."""

from __future__ import annotations

import logging
from collections import OrderedDict
from datetime import datetime, timedelta

from center_relay.inquiry.ports import Asked

LATEST = 20
"""Times that are kept of one sheet; the count goes on."""
_log = logging.getLogger(__name__)


class MemoryRecall:
    """Keeps a sheet for ``keep_for`` after it was last asked about, and at most ``most`` sheets: the oldest go first."""

    def __init__(self, *, keep_for: timedelta, most: int = 1_000_000) -> None:
        self._keep_for = keep_for
        self._most = most
        self._sheets: OrderedDict[bytes, Asked] = OrderedDict()
        _log.warning("recall in memory: what was asked about is forgotten at a restart")

    async def note(self, mark: bytes, at: datetime) -> Asked:
        self._forget(at)
        before = self._sheets.pop(mark, Asked(count=0))
        self._sheets[mark] = Asked(
            count=before.count + 1, first=before.first or at, latest=(at, *before.latest)[:LATEST]
        )
        return before

    def _forget(self, now: datetime) -> None:
        # in the order of the last inquiry, so the first that is young enough ends the search
        while self._sheets:
            mark, asked = next(iter(self._sheets.items()))
            if len(self._sheets) < self._most and asked.latest[0] > now - self._keep_for:
                return
            del self._sheets[mark]
