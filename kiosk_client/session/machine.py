"""The step: one visit, one event, one moment in; the next visit and the effects out."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from kiosk_client.session import application, identification, settlement
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.effects import Effect
from kiosk_client.session.move import Move
from kiosk_client.session.rules import WARNING_SECONDS, Rules, allowance, warns
from kiosk_client.session.screens import Visit


def step(visit: Visit, event: on.Event, *, now: float, rules: Rules) -> tuple[Visit, tuple[Effect, ...]]:
    """``now`` is a monotonic clock in seconds. An event that a screen does not expect changes nothing."""
    match event:
        case on.Tick():
            return _tick(visit, now, rules)
        case on.SpeakLanguage(language=language):
            return _stay(replace(visit, language=language), now, rules), ()
        case on.Extend():
            return _stay(visit, now, rules), ()
        case on.CardPlaced():
            visit = replace(visit, card_on_reader=True)
        case on.CardRemoved():
            visit = replace(visit, card_on_reader=False)
        case _:
            pass
    move = _move(visit, event, rules)
    return (visit, ()) if move is None else _arrive(visit, move, now, rules)


def _arrive(visit: Visit, move: Move, now: float, rules: Rules) -> tuple[Visit, tuple[Effect, ...]]:
    match move.screen:
        case at.Welcome():
            # a value made anew: nothing of the finished visit can be in it
            return Visit(card_on_reader=visit.card_on_reader), (*move.effects, do.EndVisit())
        case at.TakeCardAway():
            left = Visit(screen=move.screen, language=visit.language, card_on_reader=True)
            return left, (*move.effects, do.EndVisit())
        case _:
            return _stay(replace(visit, screen=move.screen), now, rules), move.effects


def _stay(visit: Visit, now: float, rules: Rules) -> Visit:
    """The screen's time begins anew."""
    seconds = allowance(visit.screen, rules.patience)
    return replace(visit, deadline=None if seconds is None else now + seconds, warning=False)


def _tick(visit: Visit, now: float, rules: Rules) -> tuple[Visit, tuple[Effect, ...]]:
    if visit.deadline is None:
        return visit, ()
    if now >= visit.deadline:
        move = _time_out(visit)
        return (visit, ()) if move is None else _arrive(visit, move, now, rules)
    if now >= visit.deadline - WARNING_SECONDS and warns(visit.screen) and not visit.warning:
        return replace(visit, warning=True), ()
    return visit, ()


def _time_out(visit: Visit) -> Move | None:
    match visit.screen:
        case at.Welcome():  # only the language was chosen, and nobody began
            return Move(at.Welcome())
        case at.TakeCertificate():
            return Move(at.Finished())
        case at.Finished() | at.Refused():
            return settlement.leave(card_on_reader=visit.card_on_reader)
        case at.TakeCardOff():  # the names go; the alarm goes on until somebody takes the card
            return settlement.leave(card_on_reader=visit.card_on_reader)
        case _:
            return _give_up(visit, at.Trouble.TIMED_OUT)


def _give_up(visit: Visit, reason: at.Trouble) -> Move | None:
    """Cancelled or out of time, where that is possible: everywhere before the fee is held."""
    match visit.screen:
        case at.Authenticating():
            return Move(at.Refused(reason=reason), do.StopWork(), do.WipePin())
        case at.Paying():
            return settlement.stop_paying(reason)
        case (
            at.ChooseService()
            | at.ChooseMunicipality()
            | at.PlaceCard()
            | at.EnterPin()
            | at.ConfirmLastTry()
            | at.TakeCardOff()
            | at.ChooseKind()
            | at.ChooseMembers()
            | at.ChooseItems()
            | at.ChooseCopies()
            | at.Confirm()
        ):
            return Move(at.Refused(reason=reason), do.WipePin())
        case _:
            return None


def _move(visit: Visit, event: on.Event, rules: Rules) -> Move | None:
    screen, card = visit.screen, visit.card_on_reader
    if isinstance(event, on.Cancel) and not isinstance(screen, at.Applying):
        return _give_up(visit, at.Trouble.CANCELLED)
    match screen:
        case at.Welcome():
            return identification.welcome(event)
        case at.ChooseService():
            return identification.choose_service(event)
        case at.ChooseMunicipality():
            return identification.choose_municipality(event, rules, card_on_reader=card)
        case at.PlaceCard():
            return identification.place_card(screen, event)
        case at.EnterPin():
            return identification.enter_pin(screen, event)
        case at.ConfirmLastTry():
            return identification.confirm_last_try(screen, event)
        case at.Authenticating():
            return identification.authenticating(screen, event, card_on_reader=card)
        case at.TakeCardOff():
            return identification.take_card_off(screen, event)
        case at.ChooseKind():
            return application.choose_kind(screen, event)
        case at.ChooseMembers():
            return application.choose_members(screen, event)
        case at.ChooseItems():
            return application.choose_items(screen, event)
        case at.ChooseCopies():
            return application.choose_copies(screen, event)
        case at.Confirm():
            return application.confirm(screen, event)
        case at.Applying():
            return settlement.applying(screen, event)
        case at.Paying():
            return settlement.paying(screen, event)
        case at.Settling():
            return settlement.settling(screen, event)
        case at.Printing():
            return settlement.printing(screen, event)
        case at.Refunding():
            return settlement.refunding(screen, event)
        case at.TakeCertificate():
            return settlement.take_certificate(event)
        case at.Finished() | at.Refused():
            return settlement.goodbye(event, card_on_reader=card)
        case at.TakeCardAway():
            return settlement.take_card_away(event)
        case at.CallStaff():
            return settlement.call_staff(event, card_on_reader=card)
    assert_never(screen)
