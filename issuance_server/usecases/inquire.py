"""Inquire: what may this holder have?"""

from __future__ import annotations

from datetime import datetime

from certificates.domain.entitlement import RecordView, Standing, standing
from certificates.domain.items import lacks
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from certificates.wire.jose import Party
from certificates.wire.order import Inquire as InquireMessage
from certificates.wire.visit import Menu, OfferedKind, OfferedMember
from issuance_server.ports import Ledger, Line, Register
from issuance_server.records import AuditEntry, AuditEvent
from issuance_server.usecases.ask import explain_nobody
from issuance_server.usecases.gate import Gate


class Inquire:
    """Answers with the kinds, fees, optional items and members, from one snapshot of the copy.

    The registry is not asked: an offer is no certificate, and the order that follows it asks.
    """

    def __init__(self, *, gate: Gate, register: Register, ledger: Ledger, line: Line) -> None:
        self._gate = gate
        self._register = register
        self._ledger = ledger
        self._line = line

    async def __call__(self, message: InquireMessage, sender: Party, now: datetime) -> Menu:
        """Raises RefusedError; the refusal and the use are both in the audit log before anything leaves."""
        view: RecordView | None = None
        try:
            self._gate.require_open(
                message.municipality, message.expires, now, late=ProblemCode.SESSION_EXPIRED
            )
            await self._require_running()
            view = await self._register.view(message.holder.serial, message.holder.issuer)
            if view is None:
                raise await explain_nobody(self._register, self._gate.municipality.policy, now)
            menu = self._menu(message, self._standing(view, now))
        except RefusedError as refusal:
            await self._ledger.note(_entry(message, sender, now, view, refusal.code))
            raise
        await self._ledger.note(_entry(message, sender, now, view, None))
        return menu

    async def _require_running(self) -> None:
        if await self._line.is_stopped():
            raise RefusedError(ProblemCode.LINE_STOPPED)

    def _standing(self, view: RecordView, now: datetime) -> Standing:
        try:
            return standing(view, self._gate.municipality, now)
        except InvalidValueError as error:
            raise RefusedError(ProblemCode.LEGAL_ITEM_MISSING, error.field) from error

    def _menu(self, message: InquireMessage, stand: Standing) -> Menu:
        municipality = self._gate.municipality
        return Menu(
            transcript=message.transcript,
            municipality=municipality.code,
            municipality_name=municipality.full_name,
            kinds=tuple(OfferedKind(kind=kind, fee=fee) for kind, fee in stand.kinds),
            items=stand.items,
            members=tuple(
                OfferedMember(
                    resident=member.number,
                    name=member.name,
                    relation=member.relation,
                    lacks=lacks(member),
                )
                for member in stand.household.members
            ),
        )


def _entry(
    message: InquireMessage,
    sender: Party,
    now: datetime,
    view: RecordView | None,
    refusal: ProblemCode | None,
) -> AuditEntry:
    return AuditEntry(
        at=now,
        event=AuditEvent.INQUIRY if refusal is None else AuditEvent.REFUSED,
        actor=str(sender),
        reference=message.session,
        resident=None if view is None else view.holder,
        code=None if refusal is None else refusal.value,
        detail="" if refusal is None else "inquiry",
    )
