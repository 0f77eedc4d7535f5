"""Issue: decided from one snapshot, recorded once, answered alike when asked again."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from certificates.domain.entitlement import Entitlement, Watermark
from certificates.domain.identifiers import OrderId
from certificates.domain.issue_number import IssueNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import BindingError, KofuError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.transcript import holder_tag
from certificates.wire.visit import Choice
from issuance_server.ports import Built
from issuance_server.records import AuditEvent, IssueState
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    NOON,
    Counter,
    PlainPress,
    a_record,
    an_order,
    resident,
    seal,
    serial_of,
    view,
)


async def test_a_holder_gets_their_own_certificate_and_a_record_is_kept() -> None:
    counter = Counter(1, 2)
    order = an_order(2, choice=Choice(kind=CertificateKind.RESIDENT_RECORD, copies=3))
    issued = await counter.issue(order, CENTRE, NOON)
    text = issued.pdf.decode()
    assert resident(2).name in text
    assert resident(1).name not in text
    manifest = issued.manifest
    assert manifest.order == order.order
    assert manifest.transcript == order.transcript
    assert manifest.holder == holder_tag(
        order.transcript, issuer=order.holder.issuer, serial=order.holder.serial
    )
    assert manifest.sha256 == hashlib.sha256(issued.pdf).digest()
    assert len(set(manifest.issue_numbers)) == 3
    assert [page.copy for page in manifest.pages] == [1, 2, 3]
    assert manifest.fee == 600
    assert (manifest.register_sequence, manifest.register_age_ms) == (7, 2000)
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.state is IssueState.ISSUED
    assert record.paper is not None
    assert record.paper.members == (resident(2).number,)
    assert counter.events() == [(AuditEvent.ISSUED, None)]
    assert counter.ledger.entries[0].resident == resident(2).number


async def test_a_seal_registration_certificate_is_for_the_holder_alone() -> None:
    counter = Counter(1)
    counter.register.views[serial_of(1)] = view(resident(1), seal=seal(1))
    order = an_order(1, choice=Choice(kind=CertificateKind.SEAL_REGISTRATION))
    assert (await counter.issue(order, CENTRE, NOON)).manifest.fee == 300


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"municipality": "131016"}, ProblemCode.UNKNOWN_MUNICIPALITY),
        ({"expires": NOON}, ProblemCode.ORDER_EXPIRED),
        ({"expires": NOON - timedelta(hours=1)}, ProblemCode.ORDER_EXPIRED),
        (
            {"choice": Choice(kind=CertificateKind.RESIDENT_RECORD, members=())},
            ProblemCode.MALFORMED_MESSAGE,
        ),
        (
            {"choice": Choice(kind=CertificateKind.RESIDENT_RECORD, copies=11)},
            ProblemCode.COPIES_OUT_OF_RANGE,
        ),
        (
            {"choice": Choice(kind=CertificateKind.SEAL_REGISTRATION, items=frozenset(OptionalItem))},
            ProblemCode.OPTION_NOT_OFFERED,
        ),
    ],
)
async def test_what_is_wrong_with_the_order_itself_is_noted_and_leaves_no_record(
    given: dict[str, Any], code: ProblemCode
) -> None:
    counter = Counter()
    order = an_order(**given)
    assert await counter.code_for(order) is code
    assert await counter.ledger.find(order.order) is None
    assert counter.events() == [(AuditEvent.REFUSED, code.value)]


@pytest.mark.parametrize(
    "choice",
    [
        Choice(kind=CertificateKind.MOVING_OUT),
        Choice(kind=CertificateKind.RESIDENT_RECORD, items=frozenset({OptionalItem.RESIDENT_CODE})),
    ],
    ids=["a kind", "an item"],
)
async def test_what_the_staff_desk_alone_gives_out_is_refused_on_the_line_of_the_kiosks(
    choice: Choice,
) -> None:
    counter = Counter()
    assert await counter.code_for(an_order(choice=choice)) is ProblemCode.STAFF_DESK_ONLY
    assert counter.events() == [(AuditEvent.REFUSED, ProblemCode.STAFF_DESK_ONLY.value)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"watermark": Watermark(applied=6, known=7, heard_at=NOON)}, ProblemCode.REGISTER_GAP),
        (
            {"watermark": Watermark(applied=7, known=7, heard_at=NOON - timedelta(hours=1))},
            ProblemCode.REGISTER_STALE,
        ),
        ({"pending": True}, ProblemCode.CHANGE_PENDING),
    ],
)
async def test_what_may_pass_is_not_held_against_the_order(given: dict[str, Any], code: ProblemCode) -> None:
    counter = Counter()
    order = an_order()
    whole = counter.register.views[serial_of(1)]
    counter.register.views[serial_of(1)] = view(**given)
    assert await counter.code_for(order) is code
    assert counter.ledger.entries[-1].resident == resident(1).number
    assert await counter.ledger.find(order.order) is None
    counter.register.views[serial_of(1)] = whole
    await counter.issue(order, CENTRE, NOON)


async def test_a_refusal_is_recorded_and_repeated_for_the_same_order() -> None:
    counter = Counter(1)
    order = an_order(9)
    assert await counter.code_for(order) is ProblemCode.UNKNOWN_SERIAL
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.refusal is ProblemCode.UNKNOWN_SERIAL
    # the card is known now, and the order stays as it was answered
    counter.register.views[serial_of(9)] = view(resident(9))
    assert await counter.code_for(order) is ProblemCode.UNKNOWN_SERIAL
    assert (await counter.issue(an_order(9), CENTRE, NOON)).pdf


async def test_a_row_that_contradicts_itself_is_refused_and_not_guessed() -> None:
    counter = Counter(1)
    counter.register.views[serial_of(1)] = view(resident(1), resident(2))  # two households in one view
    assert await counter.code_for(an_order(1)) is ProblemCode.LEGAL_ITEM_MISSING


async def test_nothing_is_issued_outside_service_hours() -> None:
    counter = Counter()
    night = NOON + timedelta(hours=12)
    with pytest.raises(RefusedError) as caught:
        await counter.issue(an_order(expires=night + timedelta(minutes=5)), CENTRE, night)
    assert caught.value.code is ProblemCode.OUTSIDE_SERVICE_HOURS
    assert caught.value.opens_at == NOON.replace(hour=21, minute=30)  # 06:30 in Japan


async def test_an_order_that_runs_out_of_time_leaves_with_nothing() -> None:
    class NeverReady(PlainPress):
        async def build(
            self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
        ) -> Built:
            await asyncio.Event().wait()
            raise AssertionError

    counter = Counter(press=NeverReady())
    order = an_order(expires=NOON + timedelta(milliseconds=20))
    with pytest.raises(UnavailableError) as caught:
        await counter.issue(order, CENTRE, NOON)
    assert not caught.value.outcome_known
    assert await counter.ledger.find(order.order) is None


async def test_what_cannot_be_drawn_is_refused_and_recorded() -> None:
    class NoGlyph(PlainPress):
        async def build(
            self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
        ) -> Built:
            raise RefusedError(ProblemCode.NO_GLYPH)

    counter = Counter(press=NoGlyph())
    order = an_order()
    assert await counter.code_for(order) is ProblemCode.NO_GLYPH
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.refusal is ProblemCode.NO_GLYPH


async def test_a_day_without_a_mayor_refuses() -> None:
    class NobodyInOffice(PlainPress):
        async def build(
            self, entitlement: Entitlement, numbers: Sequence[IssueNumber], order: OrderId, issued_on: date
        ) -> Built:
            CITY.signatory_on(date(2001, 1, 1))
            raise AssertionError

    assert await Counter(press=NobodyInOffice()).code_for(an_order()) is ProblemCode.LEGAL_ITEM_MISSING


async def test_two_hundred_holders_at_once_each_get_their_own() -> None:
    people = range(1, 201)
    counter = Counter(*people)
    orders = [an_order(person) for person in people]
    issued = await asyncio.gather(*(counter.issue(order, CENTRE, NOON) for order in orders))
    for person, answer in zip(people, issued, strict=True):
        assert f"{resident(person).name} " in answer.pdf.decode()
    numbers = [number for answer in issued for number in answer.manifest.issue_numbers]
    assert len(set(numbers)) == 200


def test_errors_of_the_counter_never_name_a_resident() -> None:
    assert resident(1).name not in repr(a_record())
    assert resident(1).number not in repr(a_record())
    assert issubclass(BindingError, KofuError)
