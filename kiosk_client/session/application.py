"""交付申請: kind, members, items, copies, and the fee that the customer agrees to."""

from __future__ import annotations

from dataclasses import replace

from certificates.domain.application import MAX_COPIES
from certificates.domain.identifiers import ResidentNumber
from certificates.domain.kinds.table import KINDS
from certificates.wire.visit import Choice, Menu
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.move import Move
from kiosk_client.session.offer import complete, fee_of, offered_items


def choose_kind(screen: at.ChooseKind, event: on.Event) -> Move | None:
    match event:
        case on.PickKind(kind=kind) if fee_of(screen.menu, kind) is not None:
            draft = Choice(kind=kind)
            draft = replace(draft, items=KINDS[kind].usual & offered_items(screen.menu, draft))
            if not KINDS[kind].members:
                return Move(at.ChooseCopies(menu=screen.menu, draft=draft))
            return Move(at.ChooseMembers(menu=screen.menu, draft=draft))
        case _:
            return None


def choose_members(screen: at.ChooseMembers, event: on.Event) -> Move | None:
    menu, draft = screen.menu, screen.draft
    match event:
        case on.PickHousehold():
            return Move(at.ChooseMembers(menu=menu, draft=replace(draft, members=None)))
        case on.ToggleMember(index=index) if 0 <= index < len(menu.members):
            chosen = _toggled(menu, draft, menu.members[index].resident)
            return Move(at.ChooseMembers(menu=menu, draft=chosen))
        case on.Next() if draft.members != ():
            kept = draft.items & offered_items(menu, draft)
            return Move(at.ChooseItems(menu=menu, draft=replace(draft, items=kept)))
        case on.Back():
            return Move(at.ChooseKind(menu=menu))
        case _:
            return None


def choose_items(screen: at.ChooseItems, event: on.Event) -> Move | None:
    menu, draft = screen.menu, screen.draft
    match event:
        case on.ToggleItem(item=item) if item in offered_items(menu, draft):
            return Move(at.ChooseItems(menu=menu, draft=replace(draft, items=draft.items ^ {item})))
        case on.Next() if complete(draft):
            return Move(at.ChooseCopies(menu=menu, draft=draft))
        case on.Back():
            return Move(at.ChooseMembers(menu=menu, draft=draft))
        case _:
            return None


def choose_copies(screen: at.ChooseCopies, event: on.Event) -> Move | None:
    menu, draft = screen.menu, screen.draft
    match event:
        case on.SetCopies(copies=copies) if 1 <= copies <= MAX_COPIES:
            return Move(at.ChooseCopies(menu=menu, draft=replace(draft, copies=copies)))
        case on.Next():
            fee = fee_of(menu, draft.kind)
            assert fee is not None  # the kind was chosen from this menu
            return Move(at.Confirm(menu=menu, choice=draft, fee=fee * draft.copies))
        case on.Back() if not KINDS[draft.kind].members:
            return Move(at.ChooseKind(menu=menu))
        case on.Back():
            return Move(at.ChooseItems(menu=menu, draft=draft))
        case _:
            return None


def confirm(screen: at.Confirm, event: on.Event) -> Move | None:
    match event:
        case on.Next():
            return Move(at.Applying(fee=screen.fee), do.Apply(choice=screen.choice, fee=screen.fee))
        case on.Back():
            return Move(at.ChooseCopies(menu=screen.menu, draft=screen.choice))
        case _:
            return None


def _toggled(menu: Menu, draft: Choice, resident: ResidentNumber) -> Choice:
    """The first touch of a name turns 世帯全員 into that one person; the household's order is kept."""
    chosen = {resident} if draft.members is None else set(draft.members) ^ {resident}
    members = tuple(one.resident for one in menu.members if one.resident in chosen)
    return replace(draft, members=members)
