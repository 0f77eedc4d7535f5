"""The vault and the printer behind one URL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kiosk_client.ports import Vault
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrinterState
from kiosk_client.printing.schemes import open_printer
from kiosk_client.vault.parent import Vault as VaultProcess
from kiosk_client.vault.parent import VaultSettings

_SECONDS = 20.0
# a glance at the printer while the customer chooses a municipality, not the patience of a print job
_GLANCE = Patience(connect=3.0, answer=5.0)


class PrintRoom:
    """The `Vaults` and the `PrinterPanel` of one printer. Raises ConfigurationError for a wrong URL."""

    def __init__(self, url: str, settings: VaultSettings | None = None) -> None:
        self._url = url
        self._settings = settings
        self._printer = open_printer(url, _GLANCE)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Vault]:
        async with VaultProcess.open(self._url, self._settings) as vault:
            yield vault

    async def state(self) -> PrinterState:
        try:
            async with asyncio.timeout(_SECONDS):
                return await asyncio.to_thread(self._printer.ready)
        except TimeoutError:
            return PrinterState(reasons=("timed-out",))
