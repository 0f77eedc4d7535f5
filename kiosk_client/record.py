"""What the kiosk writes down, and what it knows from it after a crash: pure, no file is touched here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import ClassVar

from certificates.domain.identifiers import MunicipalityCode, OrderId, SessionId
from certificates.wire.visit import OutcomeKind, ReportOutcome
from kiosk_client.printing.ports import PrintResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """Written before the application leaves; ``fee`` in yen as the customer agreed to it."""

    TAG: ClassVar[str] = "kiosk-applied/1"
    order: OrderId
    session: SessionId
    municipality: MunicipalityCode
    fee: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeInEscrow:
    TAG: ClassVar[str] = "kiosk-fee-in-escrow/1"
    order: OrderId
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintBegun:
    """Written before the vault decrypts; ``job`` is the name that the printer's panel shows."""

    TAG: ClassVar[str] = "kiosk-print-begun/1"
    order: OrderId
    job: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintEnded:
    TAG: ClassVar[str] = "kiosk-print-ended/1"
    order: OrderId
    result: PrintResult
    sheets: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """How the order ended; from here on it only has to be reported."""

    TAG: ClassVar[str] = "kiosk-concluded/1"
    report: ReportOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The centre has recorded the outcome, or (``refused`` names the code) will never record it."""

    TAG: ClassVar[str] = "kiosk-recorded/1"
    order: OrderId
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffLooked:
    """Staff, proved by the staff code, have seen to what the kiosk stood still for."""

    TAG: ClassVar[str] = "kiosk-staff-looked/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStopped:
    """A binding of this municipality was found broken; ``what`` names the binding, never a person."""

    TAG: ClassVar[str] = "kiosk-line-stopped/1"
    municipality: MunicipalityCode
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReleased:
    """Two people have looked and let the line run again."""

    TAG: ClassVar[str] = "kiosk-line-released/1"
    municipality: MunicipalityCode
    by: str
    confirmed_by: str


Entry = (
    Applied
    | FeeInEscrow
    | PrintBegun
    | PrintEnded
    | Concluded
    | Recorded
    | StaffLooked
    | LineStopped
    | LineReleased
)
ENTRIES: tuple[type[Entry], ...] = (
    Applied,
    FeeInEscrow,
    PrintBegun,
    PrintEnded,
    Concluded,
    Recorded,
    StaffLooked,
    LineStopped,
    LineReleased,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trail:
    """One order as far as it is written down."""

    applied: Applied
    escrow: int = 0
    print_begun: bool = False
    print_ended: PrintEnded | None = None
    concluded: ReportOutcome | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``open``: orders that the centre has not recorded yet; ``staff_due``: the kiosk stands still until staff look."""

    open: dict[OrderId, Trail] = field(default_factory=dict)
    staff_due: bool = False
    stopped: frozenset[MunicipalityCode] = frozenset()


def needs_staff(report: ReportOutcome) -> bool:
    """Whether paper or money of this order may still lie in the machine."""
    return report.outcome is OutcomeKind.UNKNOWN or (
        report.outcome is OutcomeKind.REFUNDED and report.sheets > 0
    )


def standing(entries: Iterable[Entry]) -> Standing:
    """Where a sequence of entries leaves the kiosk."""
    trails: dict[OrderId, Trail] = {}
    staff_due = False
    stopped: set[MunicipalityCode] = set()
    for entry in entries:
        match entry:
            case Applied(order=order):
                trails[order] = Trail(applied=entry)
            case FeeInEscrow(order=order, amount=amount):
                trails[order] = replace(trails[order], escrow=amount)
            case PrintBegun(order=order):
                trails[order] = replace(trails[order], print_begun=True)
            case PrintEnded(order=order):
                trails[order] = replace(trails[order], print_ended=entry)
            case Concluded(report=report):
                trails[report.order] = replace(trails[report.order], concluded=report)
                staff_due = staff_due or needs_staff(report)
            case Recorded(order=order):
                trails.pop(order, None)
            case StaffLooked():
                staff_due = False
            case LineStopped(municipality=municipality):
                stopped.add(municipality)
            case LineReleased(municipality=municipality):
                stopped.discard(municipality)
    return Standing(open=trails, staff_due=staff_due, stopped=frozenset(stopped))


def money_goes_back(trail: Trail) -> bool:
    """Whether what the coin unit holds of an interrupted order belongs to the customer."""
    if trail.print_ended is not None:
        return trail.print_ended.result is PrintResult.FAILED
    return not trail.print_begun


def conclusion(trail: Trail, *, returned: int) -> ReportOutcome:
    """How an order ended that a crash interrupted; ``returned`` yen were given back just now.

    Printing that had begun and did not end is unknown, however long ago that was. A fee that was in escrow and is
    there no more was given back before the crash: the unit lets go of it in no other way before the printing ends.
    """
    applied, ended = trail.applied, trail.print_ended
    outcome, sheets, reason = OutcomeKind.UNKNOWN, 0, "print-unknown"
    if money_goes_back(trail):
        sheets, reason = (0, "restarted") if ended is None else (ended.sheets, ended.reason)
        outcome = OutcomeKind.REFUNDED if trail.escrow or sheets else OutcomeKind.ABANDONED
        if 0 < returned < trail.escrow:
            outcome, reason = OutcomeKind.UNKNOWN, "money-stuck"
    elif ended is not None and ended.result is PrintResult.PRINTED:
        outcome, sheets, reason = OutcomeKind.PRINTED, ended.sheets, "restarted"
    refunded = trail.escrow if outcome is OutcomeKind.REFUNDED else 0
    return ReportOutcome(
        session=applied.session,
        order=applied.order,
        outcome=outcome,
        sheets=sheets,
        taken=trail.escrow,
        refunded=returned if reason == "money-stuck" else refunded,
        reason=reason,
    )
