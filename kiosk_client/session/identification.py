"""From the first touch to the card's proof: service, municipality, card, PIN, and the card off again."""

from __future__ import annotations

from certificates.domain.identifiers import MunicipalityCode
from certificates.problems import ProblemCode
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.move import Move
from kiosk_client.session.rules import Rules

PIN_DIGITS = 4
"""利用者証明用電子証明書の暗証番号."""


def welcome(event: on.Event) -> Move | None:
    match event:
        case on.Start():
            return Move(at.ChooseService(), do.CheckReady())
        case _:
            return None


def choose_service(event: on.Event) -> Move | None:
    match event:
        case on.PickService():
            return Move(at.ChooseMunicipality())
        case on.Back():
            return Move(at.Welcome())
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason))
        case _:
            return None


def choose_municipality(event: on.Event, rules: Rules, *, card_on_reader: bool) -> Move | None:
    match event:
        case on.PickMunicipality(code=code) if code in rules.stopped:
            return Move(at.Refused(reason=ProblemCode.LINE_STOPPED))
        case on.PickMunicipality(code=code) if code in rules.municipalities:
            if card_on_reader:
                return Move(at.EnterPin(municipality=code))
            return Move(at.PlaceCard(municipality=code))
        case on.Back():
            return Move(at.ChooseService())
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason))
        case _:
            return None


def place_card(screen: at.PlaceCard, event: on.Event) -> Move | None:
    match event:
        case on.CardPlaced():
            return Move(at.EnterPin(municipality=screen.municipality))
        case on.Back():
            return Move(at.ChooseMunicipality())
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason))
        case _:
            return None


def enter_pin(screen: at.EnterPin, event: on.Event) -> Move | None:
    def entered(digits: int) -> at.EnterPin:
        return at.EnterPin(
            municipality=screen.municipality,
            digits=digits,
            attempts_left=screen.attempts_left,
            last_try=screen.last_try,
        )

    match event:
        case on.PressDigit(digit=digit) if screen.digits < PIN_DIGITS:
            return Move(entered(screen.digits + 1), do.KeepDigit(digit=digit))
        case on.ClearDigits():
            return Move(entered(0), do.WipePin())
        case on.Next() if screen.digits == PIN_DIGITS:
            work = do.Prove(municipality=screen.municipality, confirm_last_try=screen.last_try)
            return Move(at.Authenticating(municipality=screen.municipality), work)
        case on.CardRemoved():
            return Move(_place_again(screen.municipality), do.WipePin())
        case on.Back():
            return Move(at.ChooseMunicipality(), do.WipePin())
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason), do.WipePin())
        case _:
            return None


def confirm_last_try(screen: at.ConfirmLastTry, event: on.Event) -> Move | None:
    match event:
        case on.Next():
            return Move(at.EnterPin(municipality=screen.municipality, attempts_left=1, last_try=True))
        case on.CardRemoved():
            return Move(_place_again(screen.municipality))
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason))
        case _:
            return None


def authenticating(screen: at.Authenticating, event: on.Event, *, card_on_reader: bool) -> Move | None:
    match event:
        case on.Proved(menu=menu) if not menu.kinds:
            return Move(at.Refused(reason=ProblemCode.KIND_NOT_OFFERED))
        case on.Proved(menu=menu):
            return Move(at.TakeCardOff(menu=menu) if card_on_reader else at.ChooseKind(menu=menu))
        case on.CardSlipped():
            return Move(_place_again(screen.municipality))
        case on.PinWrong() | on.LastTryAhead() if not card_on_reader:
            return Move(_place_again(screen.municipality))
        case on.LastTryAhead() | on.PinWrong(attempts_left=1):
            return Move(at.ConfirmLastTry(municipality=screen.municipality))
        case on.PinWrong(attempts_left=left):
            return Move(at.EnterPin(municipality=screen.municipality, attempts_left=left))
        case on.Failed(reason=reason, opens_at=opens_at):
            return Move(at.Refused(reason=reason, opens_at=opens_at))
        case _:
            return None


def take_card_off(screen: at.TakeCardOff, event: on.Event) -> Move | None:
    match event:
        case on.CardRemoved():
            return Move(at.ChooseKind(menu=screen.menu))
        case on.NotReady(reason=reason):
            return Move(at.Refused(reason=reason))
        case _:
            return None


def _place_again(municipality: MunicipalityCode) -> at.PlaceCard:
    return at.PlaceCard(municipality=municipality, notice=at.Trouble.CARD_LOST)
