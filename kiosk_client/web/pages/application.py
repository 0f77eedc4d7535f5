"""交付申請: kind, members, items, copies, confirmation."""

from __future__ import annotations

from typing import Final

from certificates.domain.application import MAX_COPIES
from certificates.domain.kinds import OptionalItem
from certificates.domain.kinds.table import KINDS
from certificates.wire.codec import Json
from certificates.wire.visit import Choice, Menu
from kiosk_client.session import screens as at
from kiosk_client.session.offer import complete, offered_items, offered_kinds
from kiosk_client.web.pages.page import Page, choice, onward
from kiosk_client.web.texts import Texts

_ITEM_ORDER: Final = tuple(OptionalItem)


def choose_kind(texts: Texts, menu: Menu, municipality: str) -> Page:
    choices: list[Json] = [
        choice(
            texts.kind(one.kind),
            {"do": "kind", "kind": one.kind.value},
            detail=texts("choose-kind.fee", fee=f"{one.fee:,}"),
            icon=one.kind.value,
        )
        for one in offered_kinds(menu)
    ]
    lead = texts("choose-kind.lead", municipality=municipality)
    return Page(name="choose-kind", step=1, choices=choices, cancel=True, lead=lead)


def choose_members(texts: Texts, menu: Menu, draft: Choice) -> Page:
    everybody = draft.members is None
    chosen = draft.members or ()
    page = Page(name="choose-members", step=1, back=True, cancel=True)
    page.next = onward(texts("chrome.next"), enabled=draft.members != ())
    page.choices.append(
        choice(
            texts("choose-members.household"),
            {"do": "household"},
            detail=texts("choose-members.household_detail", count=len(menu.members)),
            on=everybody,
            icon="household",
        )
    )
    for index, one in enumerate(menu.members):
        page.choices.append(
            choice(
                one.name,
                {"do": "member", "member": index},
                detail=one.relation,
                on=one.resident in chosen,
                icon="person",
            )
        )
    return page


def choose_items(texts: Texts, menu: Menu, draft: Choice) -> Page:
    page = Page(name="choose-items", step=1, back=True, cancel=True)
    page.next = onward(texts("chrome.next"), enabled=complete(draft))
    if KINDS[draft.kind].only_chosen:
        page.lead = texts("choose-items.lead_only_chosen")
    offered = offered_items(menu, draft)
    for item in _ITEM_ORDER:
        if item not in offered:
            continue
        on = item in draft.items
        page.choices.append(
            choice(
                texts(f"choose-items.{item.value}"),
                {"do": "item", "item": item.value},
                detail=texts.optional(f"choose-items.{item.value}_detail"),
                on=on,
                state=texts("choose-items.on" if on else "choose-items.off"),
            )
        )
    return page


def choose_copies(texts: Texts, draft: Choice) -> Page:
    page = Page(name="choose-copies", step=1, back=True, cancel=True, next=onward(texts("chrome.next")))
    page.lead = texts("choose-copies.lead", most=MAX_COPIES)
    page.extra["copies"] = {
        "value": draft.copies,
        "most": MAX_COPIES,
        "unit": texts("choose-copies.unit"),
        "fewer": texts("choose-copies.fewer"),
        "more": texts("choose-copies.more"),
    }
    return page


def confirm(texts: Texts, screen: at.Confirm, municipality: str) -> Page:
    applied, menu = screen.choice, screen.menu
    page = Page(name="confirm", step=2, back=True, cancel=True, next=onward(texts("confirm.apply")))

    def row(name: str, value: str) -> None:
        page.rows.append({"label": texts(f"confirm.{name}"), "value": value})

    row("municipality", municipality)
    row("kind", texts.kind(applied.kind))
    if KINDS[applied.kind].members:
        chosen = applied.members
        names = [one.name for one in menu.members if chosen is None or one.resident in chosen]
        everybody = texts("choose-members.household")
        row("members", "、".join(names) if chosen is not None else everybody)
        items = [texts(f"choose-items.{item.value}") for item in _ITEM_ORDER if item in applied.items]
        row("items", " ／ ".join(items) or texts("confirm.none"))
    row("copies", texts("confirm.copies_value", copies=applied.copies))
    page.extra["total"] = {"label": texts("confirm.fee"), "value": texts.yen(screen.fee)}
    return page
