"""From the first touch to the card's proof."""

from __future__ import annotations

from collections.abc import Sequence

from certificates.wire.codec import Json
from kiosk_client.session import screens as at
from kiosk_client.session.identification import PIN_DIGITS
from kiosk_client.session.screens import Trouble
from kiosk_client.web.pages.page import Object, Page, choice, onward
from kiosk_client.web.texts import Texts


def choose_municipality(texts: Texts, names: Sequence[tuple[str, str]]) -> Page:
    """``names``: code and name of every municipality that is offered, in their order."""
    page = Page(name="choose-municipality", step=0, back=True, cancel=True)
    page.choices += [choice(name, {"do": "municipality", "code": code}) for code, name in names]
    return page


def take_card_off(texts: Texts) -> Page:
    page = Page(name="take-card-off", step=0, art="card-off", cancel=True, alarm="card")
    page.note(texts("take-card-off.forgotten"), "warn")
    return page


def welcome(texts: Texts) -> Page:
    need: list[Json] = [
        {"icon": icon, "label": texts(f"welcome.need_{name}")}
        for name, icon in (("card", "card"), ("pin", "pad"), ("fee", "coins"))
    ]
    words: Object = {word: texts(f"welcome.{word}") for word in ("start", "touch", "need", "hours")}
    return Page(name="welcome", extra={"welcome": {**words, "needs": need}})


def choose_service(texts: Texts) -> Page:
    service = choice(
        texts("choose-service.certificate"),
        {"do": "service"},
        detail=texts("choose-service.certificate_detail"),
        icon="resident-record",
    )
    return Page(name="choose-service", step=0, choices=[service], back=True, cancel=True)


def place_card(texts: Texts, notice: Trouble | None) -> Page:
    page = Page(name="place-card", step=0, art="card-on", back=True, cancel=True)
    if notice is not None:
        page.note(texts.reason(notice), "warn")
    return page


def enter_pin(texts: Texts, screen: at.EnterPin) -> Page:
    page = Page(name="enter-pin", step=0, back=True, cancel=True)
    page.next = onward(texts("enter-pin.ok"), enabled=screen.digits == PIN_DIGITS)
    if screen.last_try:
        page.note(texts("enter-pin.last"), "danger")
    elif screen.attempts_left is not None:
        page.note(texts("enter-pin.wrong", left=screen.attempts_left), "danger")
    page.note(texts("enter-pin.peek"))
    page.extra["pad"] = {
        "digits": screen.digits,
        "of": PIN_DIGITS,
        "clear": texts("enter-pin.clear"),
        "entered": texts("enter-pin.entered", digits=screen.digits),
    }
    return page


def confirm_last_try(texts: Texts) -> Page:
    return Page(
        name="confirm-last-try", step=0, art="lock", cancel=True, next=onward(texts("confirm-last-try.go"))
    )
