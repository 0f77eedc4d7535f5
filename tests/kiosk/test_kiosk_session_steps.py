"""Single steps of a visit that the properties do not name: time-outs, refusals, choices."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from certificates.domain.identifiers import MunicipalityCode, ResidentNumber
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.errors import InvalidValueError
from certificates.problems import ProblemCode
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Choice, Menu, OfferedKind, OfferedMember, OutcomeKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Patience, Rules
from kiosk_client.session.screens import Language, Screen, Trouble, Visit

MORNING = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
MIHON, KAKU = MunicipalityCode("992011"), MunicipalityCode("992020")
RULES = Rules(municipalities=frozenset({MIHON, KAKU}), stopped=frozenset({KAKU}))
MENU = Menu(
    transcript=TranscriptHash(bytes(32)),
    municipality=MIHON,
    municipality_name="見本県みほん市",
    kinds=(OfferedKind(kind=CertificateKind.RESIDENT_RECORD, fee=300),),
    items=frozenset({OptionalItem.RELATION}),
    members=(
        OfferedMember(resident=ResidentNumber("1"), name="見本　太郎", relation="世帯主"),
        OfferedMember(resident=ResidentNumber("2"), name="見本　花子", relation="妻"),
    ),
)
DRAFT = Choice(kind=CertificateKind.RESIDENT_RECORD)


def after(screen: Screen, *events: on.Event, card: bool = False, now: float = 0.0) -> Visit:
    visit = Visit(screen=screen, card_on_reader=card, deadline=60.0)
    for event in events:
        visit, _ = step(visit, event, now=now, rules=RULES)
    return visit


def effects_of(screen: Screen, event: on.Event, *, card: bool = False) -> tuple[do.Effect, ...]:
    return step(Visit(screen=screen, card_on_reader=card), event, now=0.0, rules=RULES)[1]


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


def test_a_menu_without_a_kind_is_a_refusal() -> None:
    empty = replace(MENU, kinds=())
    seen = after(at.Authenticating(municipality=MIHON), on.Proved(menu=empty), card=True)
    assert seen.screen == at.Refused(reason=ProblemCode.KIND_NOT_OFFERED)


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


@pytest.mark.parametrize(
    ("screen", "before"),
    [
        (at.ChooseService(), at.Welcome()),
        (at.ChooseMunicipality(), at.ChooseService()),
        (at.PlaceCard(municipality=MIHON), at.ChooseMunicipality()),
        (at.EnterPin(municipality=MIHON), at.ChooseMunicipality()),
        (at.ChooseMembers(menu=MENU, draft=DRAFT), at.ChooseKind(menu=MENU)),
        (at.ChooseItems(menu=MENU, draft=DRAFT), at.ChooseMembers(menu=MENU, draft=DRAFT)),
        (at.ChooseCopies(menu=MENU, draft=DRAFT), at.ChooseItems(menu=MENU, draft=DRAFT)),
        (
            at.ChooseCopies(menu=MENU, draft=Choice(kind=CertificateKind.SEAL_REGISTRATION)),
            at.ChooseKind(menu=MENU),
        ),
        (at.Confirm(menu=MENU, choice=DRAFT, fee=300), at.ChooseCopies(menu=MENU, draft=DRAFT)),
    ],
)
def test_back_leads_to_the_screen_before(screen: Screen, before: Screen) -> None:
    assert after(screen, on.Back()).screen == before


def test_members_are_chosen_in_the_order_of_the_household_and_nobody_is_no_choice() -> None:
    first = at.ChooseMembers(menu=MENU, draft=DRAFT)
    both = after(first, on.ToggleMember(index=1), on.ToggleMember(index=0)).screen
    assert isinstance(both, at.ChooseMembers)
    assert both.draft.members == ("1", "2")
    nobody = after(both, on.ToggleMember(index=0), on.ToggleMember(index=1)).screen
    assert isinstance(nobody, at.ChooseMembers)
    assert nobody.draft.members == ()
    assert after(nobody, on.Next()).screen == nobody
    assert after(nobody, on.PickHousehold()).screen == first


def test_items_begin_unchosen_and_only_offered_ones_can_be_chosen() -> None:
    screen = at.ChooseItems(menu=MENU, draft=DRAFT)
    assert screen.draft.items == frozenset()
    assert after(screen, on.ToggleItem(item=OptionalItem.INDIVIDUAL_NUMBER)).screen == screen
    chosen = after(screen, on.ToggleItem(item=OptionalItem.RELATION)).screen
    assert isinstance(chosen, at.ChooseItems)
    assert chosen.draft.items == {OptionalItem.RELATION}
    assert after(chosen, on.ToggleItem(item=OptionalItem.RELATION)).screen == screen


def test_the_fee_on_the_screen_is_the_fee_of_the_application() -> None:
    screen = at.ChooseCopies(menu=MENU, draft=replace(DRAFT, copies=3))
    confirm = after(screen, on.Next()).screen
    assert confirm == at.Confirm(menu=MENU, choice=replace(DRAFT, copies=3), fee=900)
    assert effects_of(confirm, on.Next()) == (do.Apply(choice=replace(DRAFT, copies=3), fee=900),)


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


def test_time_outs_that_could_not_warn_are_refused() -> None:
    with pytest.raises(InvalidValueError):
        Patience(idle=20.0)
    with pytest.raises(InvalidValueError):
        Patience(thanks=0.0)


def test_a_digit_is_one_digit() -> None:
    with pytest.raises(InvalidValueError):
        on.PressDigit(digit=10)


def test_a_certificate_of_items_begins_with_the_usual_ones_and_needs_one() -> None:
    kind = CertificateKind.RESIDENT_ITEMS
    menu = replace(MENU, kinds=(OfferedKind(kind=kind, fee=300),), items=frozenset(OptionalItem))
    members = after(at.ChooseKind(menu=menu), on.PickKind(kind=kind))
    screen = after(members.screen, on.Next()).screen
    assert isinstance(screen, at.ChooseItems)
    assert screen.draft.items == {OptionalItem.ADDRESS, OptionalItem.BIRTH, OptionalItem.SEX}
    assert after(screen, on.ToggleItem(item=OptionalItem.RESIDENT_CODE)).screen == screen  # staff desk
    none = after(screen, *[on.ToggleItem(item=item) for item in screen.draft.items]).screen
    assert after(none, on.Next()).screen == none
    one = after(none, on.ToggleItem(item=OptionalItem.RELATION)).screen
    assert isinstance(after(one, on.Next()).screen, at.ChooseCopies)


def test_a_kind_of_the_staff_desk_cannot_be_picked_whatever_the_menu_says() -> None:
    menu = replace(MENU, kinds=(OfferedKind(kind=CertificateKind.MOVING_OUT, fee=0),))
    screen = at.ChooseKind(menu=menu)
    assert after(screen, on.PickKind(kind=CertificateKind.MOVING_OUT)).screen == screen


def test_an_item_that_nobody_chosen_can_have_is_not_offered_and_not_kept() -> None:
    japanese, foreign = MENU.members
    menu = replace(
        MENU,
        items=frozenset({OptionalItem.HONSEKI, OptionalItem.FOREIGN}),
        members=(
            replace(japanese, lacks=frozenset({OptionalItem.FOREIGN})),
            replace(foreign, lacks=frozenset({OptionalItem.HONSEKI})),
        ),
    )
    both = after(at.ChooseItems(menu=menu, draft=DRAFT), on.ToggleItem(item=OptionalItem.FOREIGN))
    back = after(both.screen, on.Back(), on.ToggleMember(index=0), on.Next()).screen
    assert isinstance(back, at.ChooseItems)
    assert back.draft.items == frozenset()
    assert after(back, on.ToggleItem(item=OptionalItem.FOREIGN)).screen == back
    assert after(back, on.ToggleItem(item=OptionalItem.HONSEKI)).screen != back
