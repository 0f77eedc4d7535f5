"""A whole visit with the real driver: what is printed, what is paid, what is written down, what is left."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime

import pytest

from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.visit import Choice, OutcomeKind
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Trouble
from kiosk_client.usecases.seat import Seat
from tests.kiosk.kiosk_centre import MIHON
from tests.kiosk.kiosk_ends import finished, reported
from tests.kiosk.kiosk_world import PIN, World, eventually


async def test_a_visit_ends_in_one_printed_and_paid_certificate(world: World) -> None:
    async with world.serving() as customer:
        await customer.applies(copies=2)
        await customer.pays(500)
        seen = await customer.sees(at.TakeCertificate)
        assert seen == at.TakeCertificate(sheets=2, paid=400, change=100)
        await finished(customer)
        drawer, receipts = customer.cash.drawer, customer.cash.receipts
    assert world.room.printed == world.centre.papers
    assert len(world.room.printed) == 1
    assert reported(world) == [(OutcomeKind.PRINTED, 2, 400, 0, "")]
    assert (drawer.held, drawer.box, drawer.tray) == (0, 400, 100)
    assert [(one.paid, one.change) for one in receipts] == [(400, 100)]


async def test_what_was_chosen_is_what_is_applied_for(world: World) -> None:
    async with world.serving() as customer:
        await customer.proves()
        customer.touch(on.PickKind(kind=CertificateKind.RESIDENT_RECORD))
        await customer.sees(at.ChooseMembers)
        customer.touch(on.ToggleMember(index=1))
        customer.touch(on.Next())
        await customer.sees(at.ChooseItems)
        customer.touch(on.ToggleItem(item=OptionalItem.HONSEKI))
        customer.touch(on.Next())
        await customer.sees(at.ChooseCopies)
        customer.touch(on.Next())
        await customer.sees(at.Confirm)
        customer.touch(on.Next())
        await customer.sees(at.Paying)
        customer.touch(on.Cancel())
        await customer.sees(at.Refused)
    (application,) = world.centre.applications
    assert application.choice == Choice(
        kind=CertificateKind.RESIDENT_RECORD,
        members=("000000000000027",),  # type: ignore[arg-type] # as the menu named the second member
        items=frozenset({OptionalItem.HONSEKI}),
    )


async def test_two_visits_share_nothing(world: World) -> None:
    async with world.serving() as customer:
        for _ in range(2):
            await customer.applies()
            await customer.pays(100, 100)
            await customer.sees(at.TakeCertificate)
            await finished(customer)
    first, second = world.centre.applications
    assert first.order != second.order
    assert first.session != second.session
    keys = {sitting.opened.ephemeral_key for sitting in world.centre.sittings.values()}
    assert len(keys) == 2
    assert (world.room.opened, world.room.closed) == (2, 2)
    assert len(set(world.room.jobs)) == 2


async def test_a_wrong_pin_costs_one_try_and_the_right_one_goes_on(world: World) -> None:
    card = world.card()
    async with world.serving() as customer:
        await customer.goes_to_pin(card)
        await customer.enters("0000")
        await customer.until(lambda seen: getattr(seen.visit.screen, "attempts_left", None) == 2)
        await customer.enters(PIN)
        await customer.sees(at.TakeCardOff)
    assert len(world.centre.sittings) == 1, "a wrong PIN leaves the challenge unused"
    assert card.pin_tries_left == 3


async def test_the_last_try_is_never_used_without_asking(world: World) -> None:
    card = world.card()
    async with world.serving() as customer:
        await customer.goes_to_pin(card)
        await customer.enters("0000")
        await customer.until(lambda seen: getattr(seen.visit.screen, "attempts_left", None) == 2)
        await customer.enters("0000")
        await customer.sees(at.ConfirmLastTry)
        assert card.pin_tries_left == 1
        customer.touch(on.Next())
        await customer.sees(at.EnterPin)
        await customer.enters("0000")
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.PIN_LOCKED)
    assert card.pin_tries_left == 0


async def test_a_card_with_one_try_left_is_asked_about_before_its_pin_is_shown(world: World) -> None:
    card = world.card()
    async with world.serving() as customer:
        await customer.goes_to_pin(card)
        await customer.enters("0000")
        await customer.until(lambda seen: getattr(seen.visit.screen, "attempts_left", None) == 2)
        await customer.enters("0000")
        await customer.sees(at.ConfirmLastTry)
        customer.touch(on.Cancel())
        await customer.sees(at.Refused)
        world.reader.take_off()
        await eventually(lambda: not customer.kiosk.snapshot.visit.card_on_reader)
        await customer.leaves()
        await customer.goes_to_pin(card)
        await customer.enters(PIN)
        await customer.sees(at.ConfirmLastTry)
    assert card.pin_tries_left == 1


async def test_a_touch_meant_for_another_screen_does_nothing(world: World) -> None:
    async with world.serving() as customer:
        await customer.sees(at.Welcome)
        old = customer.kiosk.snapshot.at
        customer.touch(on.Start())
        await customer.sees(at.ChooseService)
        customer.kiosk.touch(on.Cancel(), at=old)
        customer.kiosk.touch(on.PickService(), at=old)
        customer.touch(on.PickService())
        await customer.sees(at.ChooseMunicipality)


async def test_touches_that_come_too_fast_are_turned_away(world: World) -> None:
    async with world.serving() as customer:
        taken = [customer.kiosk.touch(on.Extend(), at=customer.kiosk.snapshot.at) for _ in range(100)]
        assert taken.count(True) == 64


async def test_cancelling_before_the_application_reports_nothing(world: World) -> None:
    async with world.serving() as customer:
        await customer.proves()
        customer.touch(on.Cancel())
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.CANCELLED)
        await finished(customer)
    assert world.centre.reports == []
    assert world.room.closed == 1


async def test_cancelling_while_paying_returns_the_coins_and_abandons_the_order(world: World) -> None:
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays(100)
        await customer.until(lambda seen: getattr(seen.visit.screen, "inserted", 0) == 100)
        customer.touch(on.Cancel())
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.CANCELLED, returned=100)
        await finished(customer)
        assert customer.cash.drawer.tray == 100
    assert reported(world) == [(OutcomeKind.ABANDONED, 0, 0, 0, "cancelled")]
    assert world.room.printed == []


async def test_an_order_that_is_withdrawn_while_it_is_under_way_is_abandoned(world: World) -> None:
    async with world.serving() as customer:
        await customer.proves()
        await customer.chooses()
        customer.touch(on.Next())
        customer.kiosk.touch(on.Cancel(), at=customer.kiosk.snapshot.at + 1)
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.CANCELLED)
        await finished(customer)
    assert reported(world) == [(OutcomeKind.ABANDONED, 0, 0, 0, "cancelled")]


@pytest.mark.parametrize("opens_at", [None, datetime(2026, 11, 26, 21, 30, tzinfo=UTC)])
async def test_a_refusal_is_shown_and_costs_nothing(world: World, opens_at: datetime | None) -> None:
    code = ProblemCode.MOVING_OUT if opens_at is None else ProblemCode.OUTSIDE_SERVICE_HOURS
    world.centre.failures.append(("apply", RefusedError(code, opens_at=opens_at)))
    async with world.serving() as customer:
        await customer.applies()
        assert await customer.sees(at.Refused) == at.Refused(reason=code, opens_at=opens_at)
        await finished(customer)
    assert world.room.printed == []
    assert [one.outcome for one in world.centre.reports] == [OutcomeKind.ABANDONED]


async def test_an_application_whose_answer_was_lost_is_asked_for_again_with_the_same_order(
    world: World,
) -> None:
    world.centre.failures_after += [
        ("apply", UnavailableError("centre", "lost", outcome_known=False)),
        ("apply", RefusedError(ProblemCode.BUSY)),
    ]
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await finished(customer)
    assert len({one.order for one in world.centre.applications}) == 1
    assert world.centre.drawn == 1, "one application draws one number"
    assert world.room.printed == world.centre.papers
    assert len(world.room.printed) == 1


async def test_a_centre_that_stays_away_ends_the_visit_without_a_fee(world: World) -> None:
    world.centre.failures += [("apply", UnavailableError("centre", "away", outcome_known=True))] * 3
    async with world.serving() as customer:
        await customer.applies()
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.UNAVAILABLE)


async def test_a_session_is_asked_for_again_when_the_first_question_was_lost(world: World) -> None:
    world.centre.failures.append(("open_session", UnavailableError("centre", "lost", outcome_known=False)))
    async with world.serving() as customer:
        await customer.proves()
    assert len(world.centre.sittings) == 1


async def test_time_runs_out_on_the_drivers_own_clock(world: World) -> None:
    async with world.serving() as customer:
        customer.touch(on.Start())
        await customer.sees(at.ChooseService)
        world.shift = 41
        await customer.until(lambda seen: seen.visit.warning)
        world.shift = 61
        assert await customer.sees(at.Refused) == at.Refused(reason=Trouble.TIMED_OUT)


async def test_a_free_certificate_needs_no_money(world: World) -> None:
    world.centre.kinds = tuple(type(one)(kind=one.kind, fee=0) for one in world.centre.kinds)
    async with world.serving() as customer:
        await customer.applies()
        assert await customer.sees(at.TakeCertificate) == at.TakeCertificate(sheets=1, paid=0, change=0)
        await finished(customer)
    assert reported(world) == [(OutcomeKind.PRINTED, 1, 0, 0, "")]


async def test_a_challenge_that_was_signed_is_never_signed_again(world: World) -> None:
    world.reader.place(world.card())
    prove = world.proving()
    seat = Seat()
    world.centre.failures.append(("prove", UnavailableError("centre", "away", outcome_known=False)))
    for expected in (UnavailableError, None):
        for digit in PIN:
            seat.pin.keep(int(digit))
        with contextlib.suppress(*([expected] if expected else [])):
            await prove(seat, MIHON, confirm_last_try=False)
    await seat.leave()
    assert len(world.centre.sittings) == 2
