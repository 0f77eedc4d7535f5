"""The kiosk's side of the vault: starts the process, hands it ciphertext, learns how the job ended.

A fresh interpreter rather than a fork or a fork server: a fork would inherit whatever the kiosk holds of earlier
visits, a fork server would be a second long-lived process with a socket to guard, and its children would die with
it and not with the kiosk. The start costs about a tenth of a second and is hidden: the vault is opened when the
visit begins, minutes before there is anything to print.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from certificates.errors import UnavailableError
from kiosk_client.printing.job_watch import Patience
from kiosk_client.printing.ports import PrintOutcome, check_request
from kiosk_client.printing.schemes import open_printer
from kiosk_client.vault.frames import (
    HEADER,
    Job,
    Opening,
    Tag,
    fault_from_bytes,
    frame,
    outcome_from_bytes,
    parse_header,
)
from kiosk_client.vault.locked import MemoryKind
from kiosk_client.vault.sealed import Sealed

_SOURCE = Path(__file__).parents[2]
_COMMAND = (sys.executable, "-E", "-s", "-m", "kiosk_client.vault.child")
# Everything else stays outside: SSLKEYLOGFILE, PYTHON…, LD_…, proxies and the kiosk's own secrets.
_ENVIRONMENT = ("SSL_CERT_DIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True, kw_only=True)
class VaultSettings:
    """``start_seconds`` until the key is there; ``margin_seconds`` on top of the printer's patience."""

    start_seconds: float = 15.0
    margin_seconds: float = 30.0
    patience: Patience = field(default_factory=Patience)
    memory: MemoryKind = MemoryKind.UNREADABLE


class Vault:
    """One process, one key, one document. This side never holds the private key or the plaintext."""

    def __init__(self, process: asyncio.subprocess.Process, settings: VaultSettings) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._process = process
        self._to_child, self._from_child, self._complaints = process.stdin, process.stdout, process.stderr
        self._settings = settings
        self._public_key = b""
        self._used = False
        self._begun = False
        self._done = False

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, printer_url: str, settings: VaultSettings | None = None) -> AsyncIterator[Vault]:
        """A vault for one visit; leaving the context ends its process, whether anything was printed or not.

        Must be entered on a thread that outlives it (the event loop's own): the kernel kills the child when the
        thread that started it ends. Raises ConfigurationError for the URL, UnavailableError when it cannot start.
        """
        settings = settings or VaultSettings()
        # Built here as well: a wrong URL is refused before a process starts, and its warnings reach our log.
        open_printer(printer_url, settings.patience)
        process = await asyncio.create_subprocess_exec(
            *_COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=_SOURCE,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ},
            start_new_session=True,  # a Ctrl-C in the kiosk's terminal is the kiosk's to handle
        )
        vault = cls(process, settings)
        try:
            await vault._begin(printer_url)
            yield vault
        finally:
            await vault._end()

    @property
    def public_key(self) -> bytes:
        """X25519, 32 bytes: what the document must be sealed to."""
        return self._public_key

    async def print(self, sealed: Sealed, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        """Print the document once; when this returns the plaintext has been wiped.

        Raises InvalidValueError for the request, BindingError when the seal or the digest does not fit (nothing was
        printed), UnavailableError when the process failed: ``outcome_known`` is False if printing had begun.
        """
        if self._used:
            raise UnavailableError("vault", "prints one document and was used before", outcome_known=True)
        check_request(size=sealed.plaintext_size, job_name=job_name, copies=copies)
        self._used = True
        seconds = self._settings.patience.longest + self._settings.margin_seconds
        try:
            async with asyncio.timeout(seconds):
                await self._send(Job(sealed=sealed, job_name=job_name, copies=copies, duplex=duplex).frames())
                payload = await self._expect(Tag.OUTCOME)
        except TimeoutError:
            reason = f"no outcome within {seconds:.0f} seconds"
            raise UnavailableError("vault", reason, outcome_known=not self._begun) from None
        finally:
            if not self._done:
                self._kill()
        return outcome_from_bytes(payload)

    async def _begin(self, printer_url: str) -> None:
        opening = Opening(
            printer_url=printer_url, patience=self._settings.patience, memory=self._settings.memory
        )
        try:
            async with asyncio.timeout(self._settings.start_seconds):
                await self._send(frame(Tag.OPEN, opening.to_bytes()))
                self._public_key = await self._expect(Tag.KEY)
        except TimeoutError:
            reason = f"did not start within {self._settings.start_seconds:.0f} seconds"
            raise UnavailableError("vault", reason, outcome_known=True) from None

    async def _send(self, octets: bytes) -> None:
        """A child that died shows in the next read."""
        with contextlib.suppress(ConnectionError):
            self._to_child.write(octets)
            await self._to_child.drain()

    async def _expect(self, expected: Tag) -> bytes:
        while True:
            try:
                tag, size = parse_header(await self._from_child.readexactly(HEADER.size))
                payload = await self._from_child.readexactly(size)
            except asyncio.IncompleteReadError:
                raise await self._died() from None
            if tag is Tag.BEGUN:
                self._begun = True
                continue
            if tag is Tag.FAULT:
                self._done = True
                raise fault_from_bytes(payload, outcome_known=not self._begun)
            if tag is not expected:
                raise UnavailableError("vault", f"said {tag.name}", outcome_known=not self._begun)
            self._done = tag is Tag.OUTCOME
            return payload

    async def _died(self) -> UnavailableError:
        """The child closes its standard error before there is a secret: what is there tells of a failed start."""
        complaint = (await self._complaints.read()).decode(errors="replace").strip().rpartition("\n")[2]
        reason = "the process ended early" + (f": {complaint}" if complaint else "")
        return UnavailableError("vault", reason, outcome_known=not self._begun)

    def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def _end(self) -> None:
        """A child that reported is exiting by itself; any other is killed. Either way it is reaped."""
        self._to_child.close()
        try:
            if self._done:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(1.0):
                        await self._process.wait()
        finally:
            self._kill()
        await self._process.wait()
