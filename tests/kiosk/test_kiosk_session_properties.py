"""What holds for every sequence of events whatever, wanted and unwanted, early and late."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates.domain.identifiers import MunicipalityCode, ResidentNumber, numbered
from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.problems import ProblemCode
from certificates.wire.transcript import TranscriptHash
from certificates.wire.visit import Menu, OfferedKind, OfferedMember, OutcomeKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.machine import step
from kiosk_client.session.rules import Rules
from kiosk_client.session.screens import Language, Trouble, Visit

MIHON = MunicipalityCode("992011")
STOPPED = MunicipalityCode("992020")
RULES = Rules(municipalities=frozenset({MIHON, STOPPED}), stopped=frozenset({STOPPED}))
SECRET_NAME = "秘密　太郎"


def menu(fee: int) -> Menu:
    return Menu(
        transcript=TranscriptHash(bytes(32)),
        municipality=MIHON,
        municipality_name="見本県みほん市",
        kinds=tuple(OfferedKind(kind=kind, fee=fee) for kind in CertificateKind),
        items=frozenset(OptionalItem),
        members=tuple(
            OfferedMember(resident=ResidentNumber(numbered(number)), name=SECRET_NAME, relation="子")
            for number in (1, 2, 3)
        ),
    )


REASONS = st.sampled_from([ProblemCode.BINDING_BROKEN, ProblemCode.UNAVAILABLE, *Trouble])
AMOUNTS = st.sampled_from([0, 10, 100, 200, 300, 400, 500, 2000])
EVENTS = st.one_of(
    st.sampled_from(
        [
            on.Start(),
            on.PickService(),
            on.PickMunicipality(code=MIHON),
            on.PickMunicipality(code=STOPPED),
            on.ClearDigits(),
            on.PickHousehold(),
            on.Next(),
            on.Back(),
            on.Cancel(),
            on.Extend(),
            on.StaffReleased(),
            on.Tick(),
            on.CardPlaced(),
            on.CardRemoved(),
            on.LastTryAhead(),
            on.CardSlipped(),
            on.Printed(),
            on.PrintUnknown(),
            on.MoneyStuck(),
        ]
    ),
    st.builds(on.SpeakLanguage, language=st.sampled_from(Language)),
    st.builds(on.PressDigit, digit=st.integers(0, 9)),
    st.builds(on.PickKind, kind=st.sampled_from(CertificateKind)),
    st.builds(on.ToggleMember, index=st.integers(-1, 4)),
    st.builds(on.ToggleItem, item=st.sampled_from(OptionalItem)),
    st.builds(on.SetCopies, copies=st.integers(-1, 12)),
    st.builds(on.NotReady, reason=REASONS),
    st.builds(on.MoneyInserted, total=AMOUNTS),
    st.builds(on.Proved, menu=st.sampled_from([menu(200), menu(0)])),
    st.builds(on.PinWrong, attempts_left=st.integers(1, 2)),
    st.builds(on.Delivered, sheets=st.integers(1, 4)),
    st.builds(on.FeeHeld, paid=AMOUNTS, change=AMOUNTS),
    st.builds(on.PrintFailed, reason=REASONS, sheets=st.integers(0, 2)),
    st.builds(on.MoneyReturned, amount=AMOUNTS),
    st.builds(on.Failed, reason=REASONS),
)


def likely(visit: Visit, fee: int) -> st.SearchStrategy[on.Event]:
    """An event that the screen waits for, so that long visits come up often."""
    sensible: dict[type[at.Screen], list[on.Event]] = {
        at.Welcome: [on.Start()],
        at.ChooseService: [on.PickService(), on.SpeakLanguage(language=Language.EN)],
        at.ChooseMunicipality: [on.PickMunicipality(code=MIHON)],
        at.PlaceCard: [on.CardPlaced()],
        at.EnterPin: [*[on.PressDigit(digit=4), on.Next(), on.PressDigit(digit=9)] * 4, on.CardRemoved()],
        at.ConfirmLastTry: [on.Next()],
        at.Authenticating: [on.Proved(menu=menu(fee)), on.PinWrong(attempts_left=1)],
        at.TakeCardOff: [on.CardRemoved()],
        at.ChooseKind: [on.PickKind(kind=CertificateKind.RESIDENT_RECORD)],
        at.Applying: [on.Delivered(sheets=1)],
        at.Paying: [on.MoneyInserted(total=getattr(visit.screen, "fee", 0))],
        at.Settling: [
            on.FeeHeld(paid=getattr(visit.screen, "fee", 0), change=0),
            on.FeeHeld(paid=getattr(visit.screen, "fee", 0) - 100, change=0),
        ],
        at.Printing: [on.Printed(), on.PrintUnknown(), on.PrintFailed(reason=Trouble.PRINT_FAILED, sheets=1)],
        at.Refunding: [on.MoneyReturned(amount=getattr(visit.screen, "paid", 0)), on.MoneyStuck()],
        at.TakeCardAway: [on.CardRemoved()],
        at.CallStaff: [on.StaffReleased()],
    }
    return st.sampled_from(sensible.get(type(visit.screen), [on.Next()]))


@dataclass
class Ledger:
    """What the effects of one visit add up to."""

    pin: list[int] = field(default_factory=list)
    applied: int | None = None
    held: int | None = None
    printed: int = 0
    ended: on.Event | None = None
    reports: list[do.Report] = field(default_factory=list)
    gave_back: int = 0
    collected: int = 0

    def note(self, event: on.Event, before: Visit, effect: do.Effect) -> None:
        match effect:
            case do.KeepDigit(digit=digit):
                self.pin.append(digit)
            case do.WipePin():
                self.pin.clear()
            case do.Prove():
                assert len(self.pin) == 4, "a proof without a whole PIN"
                self.pin.clear()
            case do.Apply(fee=fee):
                assert self.applied is None, "two applications in one visit"
                self.applied = fee
            case do.Print(paid=paid):
                assert self.printed == 0, "printed twice"
                assert self.applied is not None
                assert paid == self.applied, "printed for another fee than the one agreed to"
                assert paid == 0 or isinstance(event, on.FeeHeld), "printed before the fee was held"
                self.printed, self.held = 1, paid
            case do.CollectFee():
                assert self.printed, "collected for nothing"
                self.collected += 1
            case do.GiveBack():
                assert self.collected == 0, "given back what was collected"
                self.gave_back += 1
            case do.Report():
                self.reports.append(effect)
            case _:
                pass

    def close(self) -> None:
        """The visit is over: nothing is left open."""
        assert self.pin == [], "a PIN outlived its visit"
        if self.applied is None:
            assert self.reports == []
            return
        (report,) = self.reports
        if self.printed and self.held:
            assert report.outcome is not OutcomeKind.ABANDONED
            assert report.taken == self.held
        if report.outcome is OutcomeKind.PRINTED:
            assert self.printed
            assert self.gave_back == 0
        if report.outcome is OutcomeKind.REFUNDED:
            assert self.gave_back == 1
            assert report.refunded == report.taken
        assert 0 <= report.refunded <= report.taken


def assert_fresh(visit: Visit, before: Visit) -> None:
    """Of a visit that is over the next one knows whether a card lies on the reader, and nothing else."""
    if isinstance(visit.screen, at.TakeCardAway):
        assert visit == Visit(screen=at.TakeCardAway(), language=before.language, card_on_reader=True)
    else:
        assert visit == Visit(card_on_reader=visit.card_on_reader)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_no_sequence_of_events_prints_unpaid_or_leaves_a_paid_visit_without_an_end(
    data: st.DataObject,
) -> None:
    fee = data.draw(st.sampled_from([0, 200, 200]), label="fee")
    proved = Visit(screen=at.ChooseKind(menu=menu(fee)), language=Language.EN)
    visit, now, ledger = data.draw(st.sampled_from([Visit(), proved])), 0.0, Ledger()
    for _ in range(data.draw(st.integers(1, 60), label="events")):
        wanted = data.draw(st.integers(0, 9)) < 8
        event = data.draw(likely(visit, fee) if wanted else EVENTS)
        now += data.draw(st.sampled_from([0.0, 0.5, 45.0, 200.0]))
        before = visit
        visit, effects = step(before, event, now=now, rules=RULES)
        for effect in effects:
            if isinstance(effect, do.EndVisit):
                ledger.close()
                ledger = Ledger()
                assert_fresh(visit, before)
            else:
                ledger.note(event, before, effect)
        assert SECRET_NAME not in repr(visit)
        if isinstance(visit.screen, at.EnterPin):
            assert visit.screen.digits == len(ledger.pin)
        else:
            assert ledger.pin == [], "a PIN outlived its screen"


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=4, max_size=4))
def test_the_pin_is_in_no_representation_of_any_state_or_event(digits: list[int]) -> None:
    visit = Visit(screen=at.EnterPin(municipality=MIHON))
    shown = []
    for digit in digits:
        event = on.PressDigit(digit=digit)
        visit, effects = step(visit, event, now=0.0, rules=RULES)
        shown += [repr(event), *(repr(effect) for effect in effects)]
    assert shown == [repr(on.PressDigit(digit=0)), repr(do.KeepDigit(digit=0))] * 4
    assert visit == Visit(screen=at.EnterPin(municipality=MIHON, digits=4), deadline=60.0)


@settings(max_examples=80, deadline=None)
@given(st.lists(EVENTS, max_size=40))
def test_a_step_is_a_pure_function_and_never_raises(events: list[on.Event]) -> None:
    def play() -> list[tuple[Visit, tuple[do.Effect, ...]]]:
        visit, trace = Visit(), []
        for number, event in enumerate(events):
            visit, effects = step(visit, event, now=float(number), rules=RULES)
            trace.append((visit, effects))
        return trace

    assert play() == play()
