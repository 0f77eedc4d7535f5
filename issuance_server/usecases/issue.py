"""Issue: one order, one snapshot, one set of numbers, one PDF."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, field
from datetime import date, datetime

from certificates.domain.application import Application
from certificates.domain.clock import JST
from certificates.domain.entitlement import Entitlement, decide
from certificates.domain.identifiers import ResidentNumber
from certificates.domain.issue_number import IssueNumber
from certificates.errors import BindingError, InvalidValueError, RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import encode
from certificates.wire.jose import Party
from certificates.wire.order import Manifest, Order, PageStatement
from certificates.wire.transcript import holder_tag
from issuance_server.ports import Built, Ledger, Line, Numbers, Press, Withdrawals
from issuance_server.records import AuditEntry, AuditEvent, IssuedPaper, IssueRecord, IssueState
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.look import Look

# These speak of the copy at this moment and not of the order: the same order may be asked again.
_PASSING = frozenset({ProblemCode.REGISTER_GAP, ProblemCode.REGISTER_STALE, ProblemCode.CHANGE_PENDING})
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """What the centre gets: the statement to be signed, and the bytes it speaks of."""

    manifest: Manifest
    pdf: bytes = field(repr=False)


class _Case:
    """One order while it is being handled, and what the audit log says of it."""

    def __init__(self, order: Order, sender: Party, now: datetime) -> None:
        self.order = order
        self.actor = str(sender)
        self.now = now
        self.fingerprint = hashlib.sha256(encode(order)).digest()
        self.holder: ResidentNumber | None = None
        self.asked: int | None = None  # the registry's number when it was asked

    def entry(self, event: AuditEvent, code: ProblemCode | None = None, detail: str = "") -> AuditEntry:
        return AuditEntry(
            at=self.now,
            event=event,
            actor=self.actor,
            reference=self.order.order,
            resident=self.holder,
            code=None if code is None else code.value,
            detail=detail,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Attempt:
    """One try at an order, not yet recorded; a refusal has no ``built``."""

    record: IssueRecord
    entry: AuditEntry
    entitlement: Entitlement | None = None
    built: Built | None = None


class Issue:
    """The same order again gets the same numbers and the same bytes, or ORDER_SUPERSEDED when the record changed."""

    def __init__(
        self,
        *,
        gate: Gate,
        look: Look,
        numbers: Numbers,
        press: Press,
        ledger: Ledger,
        withdrawals: Withdrawals,
        line: Line,
    ) -> None:
        self._gate = gate
        self._look = look
        self._numbers = numbers
        self._press = press
        self._ledger = ledger
        self._withdrawals = withdrawals
        self._line = line
        self._broken = False  # a mismatch was found and its stop is not written down

    async def __call__(self, order: Order, sender: Party, now: datetime) -> Issued:
        """Raises RefusedError, WireError, UnavailableError, or BindingError: then the line is stopped.

        A refusal is in the audit log before it leaves, as an issue is in the ledger before its PDF does.
        """
        case = _Case(order, sender, now)
        try:
            self._require_whole()
            self._gate.require_open(order.municipality, order.expires, now, late=ProblemCode.ORDER_EXPIRED)
            application = _application(order)
            async with asyncio.timeout((order.expires - now).total_seconds()):
                record, built = await self._settle(case, application)
        except (RefusedError, WireError) as refusal:
            await self._ledger.note(case.entry(AuditEvent.REFUSED, refusal.code))
            raise
        except BindingError as error:
            await self._stop(case, error.what)
            raise
        except TimeoutError as error:
            raise UnavailableError("issuing", "the order ran out of time", outcome_known=False) from error
        if built is None:
            # the audit entry of this refusal stands in the record's own transaction
            assert record.refusal is not None
            raise RefusedError(record.refusal)
        return _issued(order, record, built)

    def _require_whole(self) -> None:
        if self._broken:
            raise RefusedError(ProblemCode.LINE_STOPPED, "until this process is started again")

    async def _settle(self, case: _Case, application: Application) -> tuple[IssueRecord, Built | None]:
        """One snapshot read, one PDF, one write; only an order that is known takes more."""
        attempt = await self._attempt(case, application)
        standing = await self._ledger.record(attempt.record, attempt.entry)
        if standing is attempt.record:
            return standing, attempt.built
        return standing, await self._again(case, standing, attempt)

    async def _attempt(self, case: _Case, application: Application) -> _Attempt:
        """Raises RefusedError only for what may pass."""
        try:
            entitlement = await self._decide(case, application)
            numbers = await self._numbers.draw(application.copies)
            built = await self._build(case, entitlement, numbers, case.now)
        except RefusedError as refusal:
            if refusal.code in _PASSING:
                raise
            record = IssueRecord(
                order=case.order.order,
                fingerprint=case.fingerprint,
                state=IssueState.REFUSED,
                at=case.now,
                refusal=refusal.code,
            )
            return _Attempt(record=record, entry=case.entry(AuditEvent.REFUSED, refusal.code, refusal.detail))
        record = IssueRecord(
            order=case.order.order,
            fingerprint=case.fingerprint,
            state=IssueState.ISSUED,
            at=case.now,
            paper=self._paper(case, entitlement, numbers, built),
        )
        entry = case.entry(
            AuditEvent.ISSUED,
            detail=f"{application.kind.value} {numbers[0]} x{len(numbers)}, {_rests_on(record.paper)}",
        )
        return _Attempt(record=record, entry=entry, entitlement=entitlement, built=built)

    async def _decide(self, case: _Case, application: Application) -> Entitlement:
        municipality = self._gate.municipality
        looked = await self._look(case.order.holder, municipality.policy, case.now)
        case.holder = looked.view.holder
        case.asked = looked.asked
        try:
            return decide(looked.view, application, municipality, case.now)
        except InvalidValueError as error:
            raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, error.field) from error

    async def _build(
        self, case: _Case, entitlement: Entitlement, numbers: tuple[IssueNumber, ...], issued_at: datetime
    ) -> Built:
        try:
            return await self._press.build(entitlement, numbers, case.order.order, _local_day(issued_at))
        except InvalidValueError as error:
            raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, error.field) from error

    def _paper(
        self, case: _Case, entitlement: Entitlement, numbers: tuple[IssueNumber, ...], built: Built
    ) -> IssuedPaper:
        application = entitlement.application
        return IssuedPaper(
            kind=application.kind,
            holder=entitlement.holder.number,
            members=tuple(subject.number for subject in entitlement.subjects),
            numbers=numbers,
            sha256=hashlib.sha256(built.pdf).digest(),
            fee=self._gate.municipality.fees[application.kind] * application.copies,
            register_sequence=entitlement.watermark.applied,
            register_age_ms=round(entitlement.watermark.age_seconds(case.now) * 1000),
            registry_asked=case.asked,
        )

    async def _again(self, case: _Case, standing: IssueRecord, attempt: _Attempt) -> Built:
        """The order is known: the PDF as recorded, built again from the snapshot just read, or RefusedError."""
        if standing.fingerprint not in (None, case.fingerprint):
            raise RefusedError(ProblemCode.ORDER_REUSED)
        if standing.closing is not None:
            raise RefusedError(ProblemCode.OUT_OF_TURN, f"the order is {standing.closing.outcome.value}")
        if standing.state is IssueState.VOIDED:
            raise RefusedError(ProblemCode.ORDER_SUPERSEDED)
        if standing.refusal is not None:
            raise RefusedError(standing.refusal, "as before")
        if await self._line.is_stopped():
            raise RefusedError(ProblemCode.LINE_STOPPED)
        assert standing.paper is not None
        if await self._withdrawals.of(standing.paper.numbers):
            raise RefusedError(ProblemCode.ORDER_SUPERSEDED, "staff withdrew a number of it")
        rebuilt = None
        if attempt.entitlement is not None:
            rebuilt = await self._build(case, attempt.entitlement, standing.paper.numbers, standing.at)
        if rebuilt is None or hashlib.sha256(rebuilt.pdf).digest() != standing.paper.sha256:
            await self._ledger.void(case.order.order, case.entry(AuditEvent.VOIDED))
            raise RefusedError(ProblemCode.ORDER_SUPERSEDED)
        await self._ledger.note(case.entry(AuditEvent.ISSUED_AGAIN))
        return rebuilt

    async def _stop(self, case: _Case, what: str) -> None:
        _log.critical("line stopped", extra={"order": case.order.order, "reason": what})
        # until the stop is written down, and if it never is, it holds in this process
        self._broken = True
        await self._line.stop(what, case.entry(AuditEvent.LINE_STOPPED, ProblemCode.BINDING_BROKEN, what))
        self._broken = False


def _application(order: Order) -> Application:
    choice = order.choice
    try:
        return Application(kind=choice.kind, members=choice.members, items=choice.items, copies=choice.copies)
    except InvalidValueError as error:
        raise WireError(f"order.choice.{error.field}: {error.reason}") from error


def _rests_on(paper: IssuedPaper | None) -> str:
    """For whoever reads the audit log: which state of the register it was."""
    assert paper is not None
    if paper.registry_asked is not None:
        return f"register {paper.register_sequence}, registry asked at {paper.registry_asked}"
    return f"register {paper.register_sequence}, {paper.register_age_ms} ms old, registry not asked"


def _local_day(moment: datetime) -> date:
    return moment.astimezone(JST).date()


def _issued(order: Order, record: IssueRecord, built: Built) -> Issued:
    """From the record, so that the same order again gets the same statement."""
    paper = record.paper
    assert paper is not None
    copies = {number: copy for copy, number in enumerate(paper.numbers, start=1)}
    manifest = Manifest(
        order=order.order,
        municipality=order.municipality,
        transcript=order.transcript,
        holder=holder_tag(order.transcript, issuer=order.holder.issuer, serial=order.holder.serial),
        issue_numbers=tuple(str(number) for number in paper.numbers),
        pages=tuple(
            PageStatement(
                issue_number=str(page.issue_number),
                copy=copies[page.issue_number],
                page=page.page,
                pages=page.pages,
                sha256=page.sha256,
            )
            for page in built.pages
        ),
        sha256=paper.sha256,
        fee=paper.fee,
        issued_at=record.at,
        register_sequence=paper.register_sequence,
        register_age_ms=paper.register_age_ms,
    )
    return Issued(manifest=manifest, pdf=built.pdf)
