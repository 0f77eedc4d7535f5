"""What the use cases need of the world."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

from certificates.domain.entitlement import Entitlement, RecordView, Watermark
from certificates.domain.identifiers import CardSerial, OrderId
from certificates.domain.issue_number import IssueNumber
from issuance_server.records import AuditEntry, Closing, IssueRecord
from issuance_server.withdrawal import Withdrawal

Clock = Callable[[], datetime]


class Register(Protocol):
    """The municipality's copy of the register."""

    async def view(self, serial: CardSerial, issuer: bytes) -> RecordView | None:
        """Everything one decision needs, from one read snapshot; None when no resident has this card certificate.

        ``issuer`` is SHA-256 of its issuer's DER name. Raises UnavailableError, RefusedError when a stored row cannot
        be read, and BindingError when the answer is about another card.
        """

    async def watermark(self) -> Watermark | None:
        """How far the copy has come, in one indexed read; None before its first load. Raises UnavailableError."""


class Series(Protocol):
    """The serial numbers of this municipality, each given once in its life."""

    async def reserve(self, count: int) -> int:
        """The first of ``count`` consecutive serials that nobody else will ever be given."""


class Numbers(Protocol):
    """発行番号 for the copies of one order."""

    async def draw(self, count: int) -> tuple[IssueNumber, ...]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltPage:
    """``sha256`` is over the decoded content stream of the page; ``page`` counts from 1 within its copy."""

    issue_number: IssueNumber
    page: int
    pages: int
    sha256: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """One order's PDF with all its copies, in order."""

    pdf: bytes = field(repr=False)
    pages: tuple[BuiltPage, ...]


class Press(Protocol):
    """Builds the PDF and reads it back."""

    async def build(
        self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
    ) -> Built:
        """The same arguments give the same bytes.

        Raises RefusedError (NO_GLYPH, DOES_NOT_FIT, LEGAL_ITEM_MISSING) when it cannot be drawn whole, and
        BindingError when what was read back is not what was asked for.
        """


class Ledger(Protocol):
    """Orders and the audit log. Every write that matters and its audit entry are one transaction."""

    async def record(self, record: IssueRecord, entry: AuditEntry) -> IssueRecord:
        """Keep ``record`` unless the order is known; returns what stands for the order: ``record`` or the earlier one.

        ``entry`` is written only when ``record`` is kept. Raises RefusedError(LINE_STOPPED) when ``record`` issues
        and the line is stopped, and BindingError when one of its numbers was recorded before.
        """

    async def find(self, order: OrderId) -> IssueRecord | None: ...

    async def void(self, order: OrderId, entry: AuditEntry) -> None:
        """Its numbers will never be handed out; an order that is not ISSUED stays as it is."""

    async def close(self, order: OrderId, closing: Closing, entry: AuditEntry) -> IssueRecord | None:
        """Set how it ended unless that is known; returns what stands then, None for an unknown order."""

    async def note(self, entry: AuditEntry) -> None: ...


class Withdrawals(Protocol):
    """Numbers that staff have taken out of force, beside the ledger's orders."""

    async def issued_as(self, number: IssueNumber) -> IssueRecord | None:
        """The order that ``number`` was drawn for."""

    async def of(self, numbers: Collection[IssueNumber]) -> Sequence[Withdrawal]:
        """Those of ``numbers`` that are withdrawn."""

    async def keep(self, withdrawal: Withdrawal, entry: AuditEntry) -> Withdrawal:
        """Write down what it adds to what is known, with ``entry``; returns what stands then.

        Raises InvalidValueError as ``Withdrawal.added_to`` and ``require_free`` do, decided in the same transaction.
        """


class Line(Protocol):
    """The municipality's line: running, or stopped until two people release it."""

    async def is_stopped(self) -> bool: ...

    async def stop(self, reason: str, entry: AuditEntry) -> None: ...

    async def release(self, first: str, second: str, entry: AuditEntry) -> int:
        """How many stops were released; 0 when the line was running, and then nothing is written."""
