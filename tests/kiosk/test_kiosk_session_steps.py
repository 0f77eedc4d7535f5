"""Single steps of a visit that the properties do not name: the card, the proof, what is refused, money."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from certificates.domain.kinds import CertificateKind
from certificates.errors import InvalidValueError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.screens import Screen, Trouble, Visit
from tests.kiosk.kiosk_steps import KAKU, MENU, MIHON, RULES, after, effects_of

MORNING = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)


def test_the_card_must_come_off_before_anything_can_be_chosen() -> None:
    visit = after(at.Authenticating(municipality=MIHON), on.Proved(menu=MENU), card=True)
    for event in (on.Next(), on.PickKind(kind=CertificateKind.RESIDENT_RECORD)):
        assert step(visit, event, now=0.0, rules=RULES) == (visit, ())
    visit, _ = step(visit, on.CardRemoved(), now=0.0, rules=RULES)
    assert visit.screen == at.ChooseKind(menu=MENU)


def test_a_card_that_left_before_the_answer_needs_no_taking_off() -> None:
    assert after(at.Authenticating(municipality=MIHON), on.Proved(menu=MENU)).screen == at.ChooseKind(
        menu=MENU
    )


@pytest.mark.parametrize(
    ("event", "card", "screen"),
    [
        (on.PinWrong(attempts_left=2), True, at.EnterPin(municipality=MIHON, attempts_left=2)),
        (on.PinWrong(attempts_left=1), True, at.ConfirmLastTry(municipality=MIHON)),
        (on.LastTryAhead(), True, at.ConfirmLastTry(municipality=MIHON)),
        (on.PinWrong(attempts_left=2), False, at.PlaceCard(municipality=MIHON, notice=Trouble.CARD_LOST)),
        (on.LastTryAhead(), False, at.PlaceCard(municipality=MIHON, notice=Trouble.CARD_LOST)),
        (on.CardSlipped(), True, at.PlaceCard(municipality=MIHON, notice=Trouble.CARD_LOST)),
        (on.Failed(reason=Trouble.PIN_LOCKED), True, at.Refused(reason=Trouble.PIN_LOCKED)),
        (
            on.Failed(reason=ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=MORNING),
            True,
            at.Refused(reason=ProblemCode.OUTSIDE_SERVICE_HOURS, opens_at=MORNING),
        ),
    ],
)
def test_what_the_card_said_leads_to_its_screen(event: on.Event, card: bool, screen: Screen) -> None:
    assert after(at.Authenticating(municipality=MIHON), event, card=card).screen == screen


def test_the_last_try_is_used_only_after_it_was_agreed_to() -> None:
    visit = after(at.ConfirmLastTry(municipality=MIHON), on.Next(), card=True)
    assert visit.screen == at.EnterPin(municipality=MIHON, attempts_left=1, last_try=True)
    for _ in range(4):
        visit, _ = step(visit, on.PressDigit(digit=1), now=0.0, rules=RULES)
    _, effects = step(visit, on.Next(), now=0.0, rules=RULES)
    assert effects == (do.Prove(municipality=MIHON, confirm_last_try=True),)


@pytest.mark.parametrize(
    "screen",
    [
        at.ChooseService(),
        at.ChooseMunicipality(),
        at.PlaceCard(municipality=MIHON),
        at.EnterPin(municipality=MIHON, digits=2),
        at.ConfirmLastTry(municipality=MIHON),
        at.TakeCardOff(menu=MENU),
    ],
)
def test_a_device_that_is_not_ready_ends_the_visit_before_the_application(screen: Screen) -> None:
    seen = after(screen, on.NotReady(reason=Trouble.PRINTER_NOT_READY))
    assert seen.screen == at.Refused(reason=Trouble.PRINTER_NOT_READY)


def test_a_card_taken_off_during_the_pin_asks_for_both_again() -> None:
    screen = at.EnterPin(municipality=MIHON, digits=3)
    assert after(screen, on.CardRemoved(), card=True).screen == at.PlaceCard(
        municipality=MIHON, notice=Trouble.CARD_LOST
    )
    assert effects_of(screen, on.CardRemoved(), card=True) == (do.WipePin(),)
    seen = after(at.ConfirmLastTry(municipality=MIHON), on.CardRemoved(), card=True)
    assert isinstance(seen.screen, at.PlaceCard)


def test_a_card_that_lies_there_already_is_not_asked_for() -> None:
    seen = after(at.ChooseMunicipality(), on.PickMunicipality(code=MIHON), card=True)
    assert seen.screen == at.EnterPin(municipality=MIHON)


def test_a_stopped_line_is_refused_before_the_card() -> None:
    seen = after(at.ChooseMunicipality(), on.PickMunicipality(code=KAKU))
    assert seen.screen == at.Refused(reason=ProblemCode.LINE_STOPPED)


def test_cancelling_the_proof_stops_it_and_wipes_the_pin() -> None:
    assert effects_of(at.Authenticating(municipality=MIHON), on.Cancel()) == (do.StopWork(), do.WipePin())


def test_a_withdrawn_application_is_closed_when_its_answer_has_come() -> None:
    visit = after(at.Applying(fee=300), on.Cancel())
    assert visit.screen == at.Applying(fee=300, withdrawn=Trouble.CANCELLED)
    for answer in (on.Delivered(sheets=1), on.Failed(reason=ProblemCode.UNAVAILABLE)):
        seen, effects = step(visit, answer, now=0.0, rules=RULES)
        assert seen.screen == at.Refused(reason=Trouble.CANCELLED)
        assert effects == (do.Report(outcome=OutcomeKind.ABANDONED, reason=Trouble.CANCELLED),)


def test_paper_in_the_tray_of_a_refunded_visit_calls_staff() -> None:
    visit = after(
        at.Printing(paid=300, sheets=3),
        on.PrintFailed(reason=Trouble.PRINT_FAILED, sheets=2),
        on.MoneyReturned(amount=300),
    )
    assert visit.screen == at.CallStaff(reason=Trouble.PRINT_INCOMPLETE)


def test_a_refund_that_came_short_is_unknown_and_calls_staff() -> None:
    screen = at.Refunding(reason=Trouble.PRINT_FAILED, paid=300)
    assert after(screen, on.MoneyReturned(amount=200)).screen == at.CallStaff(reason=Trouble.MONEY_STUCK)
    assert effects_of(screen, on.MoneyReturned(amount=200)) == (
        do.Report(outcome=OutcomeKind.UNKNOWN, taken=300, refunded=200, reason=Trouble.MONEY_STUCK),
    )


def test_staff_let_the_kiosk_go_on_but_not_past_a_card() -> None:
    stopped = at.CallStaff(reason=Trouble.PRINT_UNKNOWN)
    assert after(stopped, on.Next(), on.Cancel()).screen == stopped
    assert after(stopped, on.StaffReleased()) == Visit()
    assert after(stopped, on.StaffReleased(), card=True).screen == at.TakeCardAway()


def test_a_free_certificate_is_printed_without_a_payment() -> None:
    visit = after(at.Applying(fee=0), on.Delivered(sheets=1))
    assert visit.screen == at.Printing(paid=0, sheets=1)


def test_a_digit_is_one_digit() -> None:
    with pytest.raises(InvalidValueError):
        on.PressDigit(digit=10)
