"""What a kiosk may offer from a menu: kinds handed out at kiosks, and items that the chosen people's records can have."""

from __future__ import annotations

from certificates.domain.kinds import STAFF_DESK_ITEMS, CertificateKind, OptionalItem
from certificates.domain.kinds.kind import Counter
from certificates.domain.kinds.table import KINDS
from certificates.wire.visit import Choice, Menu, OfferedKind


def offered_kinds(menu: Menu) -> tuple[OfferedKind, ...]:
    """In the menu's order; whatever a municipality says, no kind of the staff desk is among them."""
    return tuple(one for one in menu.kinds if Counter.KIOSK in KINDS[one.kind].counters)


def fee_of(menu: Menu, kind: CertificateKind) -> int | None:
    return next((offered.fee for offered in offered_kinds(menu) if offered.kind is kind), None)


def offered_items(menu: Menu, draft: Choice) -> frozenset[OptionalItem]:
    """What may be asked for about those chosen so far; an item that none of them can have is not among them."""
    items = (menu.items & KINDS[draft.kind].items) - STAFF_DESK_ITEMS
    chosen = [one for one in menu.members if draft.members is None or one.resident in draft.members]
    return items - frozenset.intersection(*(one.lacks for one in chosen)) if chosen else items


def complete(draft: Choice) -> bool:
    """Whether the items chosen so far make a certificate."""
    return bool(draft.items) or not KINDS[draft.kind].only_chosen
