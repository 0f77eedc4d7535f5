"""What the ledger keeps of an order: who, what, which numbers, from which state of the register, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from certificates.domain.identifiers import OrderId, ResidentNumber
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind
from certificates.errors import InvalidValueError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind


class IssueState(Enum):
    """What became of an order at this server."""

    ISSUED = "issued"
    REFUSED = "refused"
    VOIDED = "voided"  # issued once, and the record changed before the paper was handed out
    ABANDONED = "abandoned"  # closed before it arrived: it will never be issued


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """One order's certificates; the PDF itself is not kept.

    ``fee`` is the whole fee in yen, ``register_age_ms`` how long ago the registry was last heard, in milliseconds.
    ``registry_asked``: the registry's number when it was asked about this household; None when it did not answer.
    """

    kind: CertificateKind
    holder: ResidentNumber = field(repr=False)
    members: tuple[ResidentNumber, ...] = field(repr=False)
    numbers: tuple[IssueNumber, ...]
    sha256: bytes
    fee: int
    register_sequence: int
    register_age_ms: int
    registry_asked: int | None = None

    def __post_init__(self) -> None:
        if not self.numbers or not self.members or len(self.sha256) != 32:
            raise InvalidValueError("issue record", "needs numbers, members and the SHA-256 of the PDF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """How the visit ended: sheets printed, the fee taken and the fee given back in yen."""

    outcome: OutcomeKind
    sheets: int
    taken: int
    refunded: int
    reason: str
    at: datetime

    def agrees_with(self, other: Closing) -> bool:
        """The same ending, whenever and in whatever words it is told."""
        return (self.outcome, self.sheets, self.taken, self.refunded) == (
            other.outcome,
            other.sheets,
            other.taken,
            other.refunded,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRecord:
    """One order. ``fingerprint`` is SHA-256 over the order's canonical bytes; None when it never arrived."""

    order: OrderId
    fingerprint: bytes | None
    state: IssueState
    at: datetime
    paper: IssuedPaper | None = None
    refusal: ProblemCode | None = None
    closing: Closing | None = None

    def __post_init__(self) -> None:
        if (self.paper is not None) != (self.state in (IssueState.ISSUED, IssueState.VOIDED)):
            raise InvalidValueError("issue record", "numbers belong to an order that was issued")
        if (self.refusal is not None) != (self.state is IssueState.REFUSED):
            raise InvalidValueError("issue record", "a problem code belongs to an order that was refused")
        if (self.fingerprint is None) != (self.state is IssueState.ABANDONED):
            raise InvalidValueError("issue record", "an order that arrived has a fingerprint")

    def can_close(self, closing: Closing) -> bool:
        """An order ends once; one that was refused has nothing to print, so it can only be abandoned."""
        if self.closing is not None:
            return False
        return self.state is not IssueState.REFUSED or closing.outcome is OutcomeKind.ABANDONED


class AuditEvent(Enum):
    """What is written down: every use of the register's copy and every refusal."""

    CHAIN_OPENED = "chain-opened"
    INQUIRY = "inquiry"
    ISSUED = "issued"
    ISSUED_AGAIN = "issued-again"
    REFUSED = "refused"
    VOIDED = "voided"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    LINE_STOPPED = "line-stopped"
    LINE_RELEASED = "line-released"
    FULL_LOAD = "full-load"
    DIFFERENCES = "differences"
    FEED_VIEWED = "feed-viewed"
    RECONCILED = "reconciled"
    REPAIRED = "repaired"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit log. Of a person it holds the 宛名番号 and nothing else.

    ``actor`` is the party that asked (``centre:…``) or ``operator:…``; ``reference`` the order or session.
    """

    at: datetime
    event: AuditEvent
    actor: str
    reference: str | None = None
    resident: ResidentNumber | None = field(default=None, repr=False)
    code: str | None = None
    detail: str = ""
