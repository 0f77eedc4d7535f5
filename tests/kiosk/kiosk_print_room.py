"""A printer and its vault in this process, for the kiosk of the tests."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from certificates.errors import BindingError
from certificates.wire import sealing
from kiosk_client.ports import Vault
from kiosk_client.printing.ports import PrinterState, PrintOutcome, PrintResult
from kiosk_client.vault.sealed import Sealed

PRINTED = PrintOutcome(result=PrintResult.PRINTED, reason="none")


@dataclass(slots=True, kw_only=True)
class PrintRoom:
    """`Vaults` and `PrinterPanel` in this process: a vault that opens the seal as the real one does."""

    outcome: PrintOutcome = PRINTED
    reasons: tuple[str, ...] = ()
    failure: Exception | None = None
    may_end: asyncio.Event = field(default_factory=asyncio.Event)
    printed: list[bytes] = field(default_factory=list)
    jobs: list[str] = field(default_factory=list)
    opened: int = 0
    closed: int = 0

    def __post_init__(self) -> None:
        self.may_end.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Vault]:
        self.opened += 1
        try:
            yield _OpenVault(self)
        finally:
            self.closed += 1

    async def state(self) -> PrinterState:
        return PrinterState(reasons=self.reasons)


class _OpenVault:
    def __init__(self, room: PrintRoom) -> None:
        self._room = room
        self._key = X25519PrivateKey.generate()

    @property
    def public_key(self) -> bytes:
        return self._key.public_key().public_bytes_raw()

    async def print(self, sealed: Sealed, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        opened = sealing.Sealed(
            ephemeral_key=sealed.ephemeral_public, nonce=sealed.nonce, ciphertext=sealed.ciphertext
        )
        document = sealing.unseal(opened, key=self._key, info=sealed.info, aad=sealed.aad)
        if hashlib.sha256(document).digest() != sealed.plaintext_sha256:
            raise BindingError("the document is not the one that the manifest names")
        assert (copies, duplex) == (1, True)
        await self._room.may_end.wait()
        if self._room.failure is not None:
            raise self._room.failure
        self._room.jobs.append(job_name)
        if self._room.outcome.result is PrintResult.PRINTED:
            self._room.printed.append(document)
        return self._room.outcome
