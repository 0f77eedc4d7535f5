"""How long each screen waits for somebody, and what becomes of a visit that nobody goes on with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certificates.errors import InvalidValueError
from certificates.wire.visit import OutcomeKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Patience
from kiosk_client.session.screens import Language, Screen, Trouble, Visit
from tests.kiosk.kiosk_steps import MENU, MIHON, RULES, after


def test_the_warning_comes_twenty_seconds_before_the_end_and_one_touch_extends() -> None:
    visit = after(at.ChooseKind(menu=MENU), on.Tick(), now=39.0)
    assert not visit.warning
    visit, _ = step(visit, on.Tick(), now=40.0, rules=RULES)
    assert visit.warning
    visit, _ = step(visit, on.Extend(), now=41.0, rules=RULES)
    assert not visit.warning
    assert visit.deadline == 101.0
    visit, _ = step(visit, on.Tick(), now=101.0, rules=RULES)
    assert visit.screen == at.Refused(reason=Trouble.TIMED_OUT)


@pytest.mark.parametrize(
    "screen",
    [
        at.Authenticating(municipality=MIHON),
        at.Applying(fee=300),
        at.Settling(fee=300, sheets=1),
        at.Printing(paid=300, sheets=1),
        at.Refunding(reason=Trouble.PRINT_FAILED, paid=300),
        at.TakeCardAway(),
        at.CallStaff(reason=Trouble.PRINT_UNKNOWN),
    ],
)
def test_no_time_runs_out_while_the_kiosk_itself_is_at_work(screen: Screen) -> None:
    visit, _ = step(Visit(screen=at.Welcome()), on.Tick(), now=0.0, rules=RULES)
    visit, _ = step(
        replace(visit, screen=screen), on.SpeakLanguage(language=Language.EN), now=0.0, rules=RULES
    )
    assert visit.deadline is None
    assert step(visit, on.Tick(), now=1e9, rules=RULES) == (visit, ())


def test_a_language_that_was_chosen_and_left_goes_back_to_japanese() -> None:
    visit, effects = step(Visit(), on.SpeakLanguage(language=Language.EN), now=0.0, rules=RULES)
    assert (visit.language, effects) == (Language.EN, ())
    visit, _ = step(visit, on.Tick(), now=60.0, rules=RULES)
    assert visit == Visit()


def test_time_out_while_paying_gives_the_money_back() -> None:
    visit = Visit(screen=at.Paying(fee=300, sheets=1, inserted=100), deadline=180.0)
    visit, effects = step(visit, on.Tick(), now=180.0, rules=RULES)
    assert visit.screen == at.Refunding(reason=Trouble.TIMED_OUT, paid=0)
    assert effects == (do.GiveBack(),)
    visit, effects = step(visit, on.MoneyReturned(amount=100), now=181.0, rules=RULES)
    assert visit.screen == at.Refused(reason=Trouble.TIMED_OUT, returned=100)
    assert effects == (do.Report(outcome=OutcomeKind.ABANDONED, reason=Trouble.TIMED_OUT),)


def test_a_certificate_that_nobody_says_to_have_taken_ends_the_visit_in_time() -> None:
    visit = Visit(screen=at.TakeCertificate(sheets=1, paid=300, change=0), deadline=60.0)
    visit, _ = step(visit, on.Tick(), now=60.0, rules=RULES)
    assert visit.screen == at.Finished()
    visit, effects = step(visit, on.Tick(), now=70.0, rules=RULES)
    assert (visit, effects) == (Visit(), (do.EndVisit(),))


def test_a_forgotten_card_ends_the_visit_and_keeps_the_alarm() -> None:
    visit = Visit(screen=at.TakeCardOff(menu=MENU), card_on_reader=True, deadline=60.0, language=Language.EN)
    visit, effects = step(visit, on.Tick(), now=60.0, rules=RULES)
    assert visit == Visit(screen=at.TakeCardAway(), card_on_reader=True, language=Language.EN)
    assert effects == (do.EndVisit(),)
    visit, _ = step(visit, on.CardRemoved(), now=61.0, rules=RULES)
    assert visit == Visit()


def test_time_outs_that_could_not_warn_are_refused() -> None:
    with pytest.raises(InvalidValueError):
        Patience(idle=20.0)
    with pytest.raises(InvalidValueError):
        Patience(thanks=0.0)
