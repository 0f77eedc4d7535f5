"""From the application on its way to the last screen."""

from __future__ import annotations

from kiosk_client.session import screens as at
from kiosk_client.session.screens import Trouble
from kiosk_client.web.pages.page import Page, onward
from kiosk_client.web.texts import Texts


def applying(texts: Texts, screen: at.Applying) -> Page:
    page = Page(name="applying", step=2, art="send", busy=True, cancel=screen.withdrawn is None)
    if screen.withdrawn is not None:
        page.lead = texts("applying.withdrawn")
    return page


def take_card_away(texts: Texts) -> Page:
    page = Page(name="take-card-away", art="card-off", alarm="card")
    page.note(texts("take-card-off.forgotten"), "warn")
    return page


def call_staff(texts: Texts, screen: at.CallStaff) -> Page:
    page = Page(name="call-staff", art="staff", alarm="staff")
    page.note(texts.reason(screen.reason), "danger")
    words = ("staff", "staff_lead", "ok", "clear", "wrong")
    page.extra["staff"] = {word: texts(f"call-staff.{word}") for word in words}
    return page


def paying(texts: Texts, screen: at.Paying) -> Page:
    page = Page(name="paying", step=3, art="coins", cancel=True)
    page.extra["money"] = [
        {"name": "fee", "label": texts("paying.fee"), "value": texts.yen(screen.fee)},
        {"name": "inserted", "label": texts("paying.inserted"), "value": texts.yen(screen.inserted)},
        {"name": "short", "label": texts("paying.short"), "value": texts.yen(screen.fee - screen.inserted)},
    ]
    page.note(texts("paying.accepted"))
    return page


def printing(texts: Texts, screen: at.Printing) -> Page:
    page = Page(name="printing", step=4, art="printer", busy=True)
    page.note(texts("printing.stay"), "warn")
    if screen.change:
        page.note(texts("printing.change", change=f"{screen.change:,}"))
    page.note(texts("printing.sheets", sheets=screen.sheets))
    return page


def take_certificate(texts: Texts, screen: at.TakeCertificate) -> Page:
    page = Page(name="take-certificate", step=4, art="paper", alarm="certificate")
    page.lead = texts(
        "take-certificate.lead" if screen.paid else "take-certificate.lead_free", sheets=screen.sheets
    )
    page.next = onward(texts("take-certificate.done"))
    page.note(texts("take-certificate.forgotten"), "warn")
    if screen.paid:
        for name, amount in (("paid", screen.paid), ("change", screen.change)):
            page.rows.append({"label": texts(f"take-certificate.{name}"), "value": texts.yen(amount)})
    return page


def refused(texts: Texts, screen: at.Refused, *, card_on_reader: bool) -> Page:
    page = Page(
        name="refused", art="stop", next=onward(texts("chrome.close")), lead=texts.reason(screen.reason)
    )
    if screen.reason is Trouble.CANCELLED:
        page.title, page.art = texts("refused.title_cancelled"), "thanks"
    if screen.opens_at is not None:
        page.note(texts("refused.opens", moment=texts.moment(screen.opens_at)))
    if screen.returned:
        page.note(texts("refused.returned", amount=f"{screen.returned:,}"), "warn")
    if card_on_reader:
        page.alarm = "card"
        page.note(texts("refused.card"), "warn")
    return page
