"""What the kiosk needs from outside: the centre, a vault, a card terminal, a printer to look at, a coin unit, a journal."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from certificates.domain.identifiers import OrderId
from certificates.wire.visit import (
    Apply,
    CardProof,
    Challenge,
    Menu,
    OpenSession,
    OutcomeRecorded,
    ReportOutcome,
)
from kiosk_client.card.jpki import CardSignature
from kiosk_client.printing.ports import PrinterState, PrintOutcome
from kiosk_client.record import Entry
from kiosk_client.vault.sealed import Sealed

Clock = Callable[[], datetime]
"""The moment, with its zone."""
Monotonic = Callable[[], float]
"""Seconds on a clock that never goes back."""
DrawOrder = Callable[[], OrderId]
"""A fresh order id: 128 random bits."""


class Centre(Protocol):
    """The certificate-issuing centre. Nothing in an answer is checked yet beyond its form.

    Every method raises RefusedError with the centre's code, WireError for an answer that is none, and
    UnavailableError, whose ``outcome_known`` is False when the request may have taken effect.
    """

    async def open_session(self, message: OpenSession) -> Challenge: ...

    async def prove(self, message: CardProof) -> Menu: ...

    async def apply(self, message: Apply) -> bytes:
        """A frame: the signed Delivery, then the ciphertext. The same order again gets the same certificate."""
        ...

    async def report(self, message: ReportOutcome) -> OutcomeRecorded:
        """The same report again gets the same receipt."""
        ...


class Vault(Protocol):
    """One key, one document, one print; the plaintext never comes to this side."""

    @property
    def public_key(self) -> bytes: ...

    async def print(self, sealed: Sealed, *, job_name: str, copies: int, duplex: bool) -> PrintOutcome:
        """Raises BindingError (nothing was printed), UnavailableError."""
        ...


class Vaults(Protocol):
    def open(self) -> AbstractAsyncContextManager[Vault]: ...


class CardTerminal(Protocol):
    """The card reader, as the driver waits for it."""

    async def authenticate(self, pin: bytearray, message: bytes, *, confirm_last_try: bool) -> CardSignature:
        """``pin`` holds zeros when this ends, however it ends. Raises the errors of ``card.jpki.authenticate``."""
        ...

    async def wait(self, *, present: bool, seconds: float) -> bool:
        """True as soon as a card lies (or no card lies) on the reader; False when the time is over.

        Raises ReaderUnavailableError: nobody can tell.
        """
        ...


class PrinterPanel(Protocol):
    async def state(self) -> PrinterState: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """領収書 of the coin unit: amounts in yen, nothing about the holder or the certificate's content."""

    kiosk: str
    order: OrderId
    at: datetime
    paid: int
    change: int


class CashBox(Protocol):
    """A coin unit with an escrow: what is inserted can be returned until it is collected. Amounts in yen.

    What it holds outlives this process. Every method raises UnavailableError when the unit fails.
    """

    async def held(self) -> int: ...

    async def open_slot(self) -> None: ...

    async def inserted(self, seen: int) -> int:
        """Wait until the total differs from ``seen``, and return it."""
        ...

    async def hold(self, fee: int) -> int:
        """Close the slot, give back what exceeds ``fee``, keep the rest; returns the change given."""
        ...

    async def collect(self) -> int:
        """Move everything held into the box; returns how much. Nothing held is no error."""
        ...

    async def give_back(self) -> int:
        """Close the slot and return everything held; returns how much. Nothing held is no error."""
        ...

    async def receipt(self, receipt: Receipt) -> None: ...


class Journal(Protocol):
    """Append-only, on disk before ``append`` returns, no personal data."""

    async def append(self, entry: Entry) -> None:
        """Raises UnavailableError when it cannot be written: then nothing may be done either."""
        ...

    @property
    def entries(self) -> Sequence[Entry]:
        """What was there when it was opened."""
        ...
