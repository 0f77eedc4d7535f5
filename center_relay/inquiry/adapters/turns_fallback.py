"""Turns while the shared count is silent: this process counts alone, so the limits hold for each process by itself."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator, Callable

from center_relay.inquiry.ports import Turns
from certificates.errors import UnavailableError

SILENT_SECONDS = 5.0
"""So long the shared count is not asked again: no receiver in that time waits for it in vain."""
_log = logging.getLogger(__name__)


class FallbackTurns:
    """Failing half open is meant: a receiver is served while Redis is away, and the log says that limits are looser."""

    def __init__(self, shared: Turns, own: Turns, *, monotonic: Callable[[], float]) -> None:
        self._shared = shared
        self._own = own
        self._monotonic = monotonic
        self._silent_until: float | None = None

    @contextlib.asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[bool]:
        async with contextlib.AsyncExitStack() as stack:
            yield await self._enter(stack, name)

    async def _enter(self, stack: contextlib.AsyncExitStack, name: str) -> bool:
        if self._silent_until is None or self._monotonic() >= self._silent_until:
            try:
                granted = await stack.enter_async_context(self._shared.turn(name))
            except UnavailableError as error:
                self._silent_until = self._monotonic() + SILENT_SECONDS
                _log.warning("turns counted by this process alone", extra={"reason": str(error)})
            else:
                if self._silent_until is not None:
                    self._silent_until = None
                    _log.warning("turns counted by all processes again")
                return granted
        return await stack.enter_async_context(self._own.turn(name))
