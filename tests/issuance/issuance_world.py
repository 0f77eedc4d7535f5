"""Builders for the issuance server's tests: an invented town, orders of a centre, and a press without paper."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from certificates.domain.dates import RecordedDate
from certificates.domain.entitlement import Entitlement, RecordView, Watermark
from certificates.domain.identifiers import (
    CardSerial,
    OrderId,
    card_serial,
    household_number,
    municipality_code,
    numbered,
    order_id,
    resident_number,
    session_id,
)
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.domain.municipality import Municipality, Policy, Signatory
from certificates.domain.resident import Honseki, Resident, Sex
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.errors import RefusedError, WireError
from certificates.problems import ProblemCode
from certificates.wire.jose import Party, Role
from certificates.wire.order import CloseOrder, Holder, Inquire, Order
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Choice, OutcomeKind
from issuance_server.adapters.memory import MemoryLedger
from issuance_server.ports import Built, BuiltPage, Press
from issuance_server.records import (
    AuditEntry,
    AuditEvent,
    Closing,
    IssuedPaper,
    IssueRecord,
    IssueState,
)
from issuance_server.usecases.ask import Ask, AskNobody
from issuance_server.usecases.gate import Gate
from issuance_server.usecases.issue import Issue
from issuance_server.usecases.look import Look
from issuance_server.usecases.numbers import BlockNumbers

NOON = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)  # 12:00 in Japan
CODE = municipality_code("992011")
CENTRE = Party(role=Role.CENTRE, name="jlis")
REGISTRY = Party(role=Role.REGISTRY, name=CODE)
ISSUER = Party(role=Role.ISSUER, name=CODE)
CITY = Municipality(
    code=CODE,
    prefecture="見本県",
    name="みほん市",
    signatories=(Signatory(title="市長", name="架空　花子", since=date(2020, 4, 1)),),
    fees={CertificateKind.RESIDENT_RECORD: 200, CertificateKind.SEAL_REGISTRATION: 300},
    items=frozenset(OptionalItem),
    policy=Policy(),
)
_DIGITS = str.maketrans("0123456789", "〇一二三四五六七八九")


def serial_of(person: int) -> CardSerial:
    return card_serial(0xC0FFEE00000 + person)


def resident(person: int = 1, **given: Any) -> Resident:
    """Everybody lives alone unless told otherwise, under a name that nobody else has."""
    name = f"架空　第{str(person).translate(_DIGITS)}号"
    values: dict[str, Any] = {
        "number": resident_number(numbered(person)),
        "history": 1,
        "household": household_number(numbered(50_000 + person)),
        "name": name,
        "birth": RecordedDate(1980, 4, 1),
        "sex": Sex.MALE,
        "relation": "世帯主",
        "household_head": name,
        "honseki": Honseki(place="見本県みほん市架空町一丁目１番", head=name),
        "address": f"見本県みほん市架空町一丁目{person}番１号",
        "became_resident": RecordedDate(1980, 4, 1),
        "address_since": RecordedDate(2001, 5, 6),
        "notified": RecordedDate(2001, 5, 8),
        "previous_address": "架空県かくう市架空四丁目５番６号",
    }
    return Resident(**{**values, **given})


def seal(person: int = 1, **given: Any) -> SealRegistration:
    values: dict[str, Any] = {
        "resident": resident_number(numbered(person)),
        "history": 1,
        "registration_number": "0000123",
        "registered_on": date(2010, 1, 4),
        "imprint": SealImprint(width=144, height=144, dots_per_mm=12, rows=b"\xff" * (18 * 144)),
    }
    return SealRegistration(**{**values, **given})


def view(*rows: Resident, **given: Any) -> RecordView:
    members = rows or (resident(),)
    values: dict[str, Any] = {
        "holder": members[0].number,
        "rows": members,
        "seal": None,
        "suppressions": (),
        "pending": False,
        "watermark": Watermark(applied=7, known=7, heard_at=NOON - timedelta(seconds=2)),
    }
    return RecordView(**{**values, **given})


class Views:
    """A register of prepared views: the smallest thing that answers the port."""

    def __init__(self, *people: int) -> None:
        self.views = {serial_of(person): view(resident(person)) for person in people}
        self.mark: Watermark | None = view().watermark

    async def view(self, serial: CardSerial, issuer: bytes) -> RecordView | None:
        return self.views.get(serial)

    async def watermark(self) -> Watermark | None:
        return self.mark

    def change(self, person: int, **given: Any) -> None:
        """What the registry would do: the resident's row with other contents."""
        serial = serial_of(person)
        old = self.views[serial]
        self.views[serial] = replace(old, rows=(replace(old.rows[0], **given), *old.rows[1:]))

    def hide(self, number: int) -> None:
        """A change in quarantine of which nobody knows what household it names."""
        self.views = {
            serial: replace(view, unplaced=frozenset({number})) for serial, view in self.views.items()
        }


class PlainPress:
    """Plain text instead of paper, one page a copy; the same arguments give the same bytes."""

    async def build(
        self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
    ) -> Built:
        pages, body = [], []
        for number in numbers:
            names = "／".join(f"{subject.name} {subject.address}" for subject in entitlement.subjects)
            text = f"{order} {number} {issued_on} {names}".encode()
            body.append(text)
            digest = hashlib.sha256(text).digest()
            pages.append(BuiltPage(issue_number=number, page=1, pages=1, sha256=digest))
        return Built(pdf=b"\n".join(body), pages=tuple(pages))


class Counter:
    """Issue with everything in memory."""

    def __init__(
        self,
        *people: int,
        press: Press | None = None,
        ledger: MemoryLedger | None = None,
        ask: Ask | None = None,
        municipality: Municipality = CITY,
    ) -> None:
        self.register = Views(*(people or (1,)))
        self.ledger = ledger or MemoryLedger()
        self.issue = Issue(
            gate=Gate(municipality=municipality),
            look=Look(register=self.register, ask=ask or AskNobody()),
            numbers=BlockNumbers(self.ledger, municipality.code, block=10),
            press=press or PlainPress(),
            ledger=self.ledger,
            withdrawals=self.ledger,
            line=self.ledger,
        )

    async def code_for(self, order: Order) -> ProblemCode:
        """The code with which ``order`` is refused."""
        try:
            await self.issue(order, CENTRE, NOON)
        except (RefusedError, WireError) as error:
            return error.code
        pytest.fail("was not refused")

    def events(self) -> list[tuple[AuditEvent, str | None]]:
        return [(entry.event, entry.code) for entry in self.ledger.entries]


def an_order(person: int = 1, **given: Any) -> Order:
    values: dict[str, Any] = {
        "order": order_id(secrets.token_hex(16)),
        "municipality": CODE,
        "session": session_id(secrets.token_hex(16)),
        "transcript": TranscriptHash(secrets.token_bytes(32)),
        "holder": Holder(issuer=hashlib.sha256(b"test authority").digest(), serial=serial_of(person)),
        "choice": Choice(kind=CertificateKind.RESIDENT_RECORD),
        "expires": NOON + timedelta(minutes=5),
    }
    return Order(**{**values, **given})


def an_inquiry(person: int = 1, **given: Any) -> Inquire:
    order = an_order(person)
    values: dict[str, Any] = {
        "municipality": order.municipality,
        "session": order.session,
        "transcript": order.transcript,
        "holder": order.holder,
        "expires": order.expires,
    }
    return Inquire(**{**values, **given})


def a_close(order: OrderId, outcome: OutcomeKind = OutcomeKind.PRINTED, **given: Any) -> CloseOrder:
    values: dict[str, Any] = {
        "order": order,
        "municipality": CODE,
        "outcome": outcome,
        "sheets": 1 if outcome is OutcomeKind.PRINTED else 0,
        "taken": 200 if outcome in (OutcomeKind.PRINTED, OutcomeKind.REFUNDED) else 0,
        "refunded": 200 if outcome is OutcomeKind.REFUNDED else 0,
    }
    return CloseOrder(**{**values, **given})


def a_record(order: OrderId | None = None, *serials: int, **given: Any) -> IssueRecord:
    """An order issued with ``serials`` as its numbers."""
    numbers = tuple(IssueNumber(municipality=CODE, serial=serial) for serial in serials or (1,))
    person = resident().number
    values: dict[str, Any] = {
        "order": order or order_id(secrets.token_hex(16)),
        "fingerprint": hashlib.sha256(b"order").digest(),
        "state": IssueState.ISSUED,
        "at": NOON,
        "paper": IssuedPaper(
            kind=CertificateKind.RESIDENT_RECORD,
            holder=person,
            members=(person, resident(2).number),
            numbers=numbers,
            sha256=hashlib.sha256(b"pdf").digest(),
            fee=200 * len(numbers),
            register_sequence=7,
            register_age_ms=2000,
        ),
    }
    return IssueRecord(**{**values, **given})


def an_entry(event: AuditEvent = AuditEvent.ISSUED, **given: Any) -> AuditEntry:
    values: dict[str, Any] = {"at": NOON, "event": event, "actor": str(CENTRE)}
    return AuditEntry(**{**values, **given})


def a_closing(outcome: OutcomeKind = OutcomeKind.PRINTED, **given: Any) -> Closing:
    values: dict[str, Any] = {
        "outcome": outcome,
        "sheets": 1,
        "taken": 200,
        "refunded": 0,
        "reason": "",
        "at": NOON + timedelta(minutes=1),
    }
    return Closing(**{**values, **given})
