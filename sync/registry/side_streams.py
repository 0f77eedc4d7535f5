"""The streams beside the residents': 印鑑登録, 発行抑止 and card serial numbers, as the registry enters them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from certificates.domain.identifiers import CardSerial, ResidentNumber
from certificates.domain.seal import SealImprint, SealRegistration
from certificates.domain.suppression import Suppression
from certificates.errors import InvalidValueError
from sync.change.events import CardCertificate, Change, Subjects
from sync.change.reasons import Reason
from sync.registry.state import Entry, RegisterState


def register_seal(
    state: RegisterState, number: ResidentNumber, registration: str, imprint: SealImprint, entry: Entry
) -> Change:
    """印鑑登録, or 改印 where a registration is in force."""
    before = state.seals.get(number)
    reason = Reason.SEAL_CHANGED if before is not None and before.is_valid else Reason.SEAL_REGISTERED
    seal = SealRegistration(
        resident=number,
        history=before.history + 1 if before is not None else 1,
        registration_number=registration,
        registered_on=entry.on,
        imprint=imprint,
    )
    return entry.change(reason, Subjects(seals=(seal,)))


def abolish_seal(state: RegisterState, number: ResidentNumber, entry: Entry) -> Change:
    """印鑑登録の廃止. Raises InvalidValueError when nothing is registered."""
    before = state.seals.get(number)
    if before is None or not before.is_valid:
        raise InvalidValueError("印鑑登録", "there is none to end")
    ended = replace(before, history=before.history + 1, cancelled_on=entry.on)
    return entry.change(Reason.SEAL_ABOLISHED, Subjects(seals=(ended,)))


def suppress(suppression: Suppression, entry: Entry) -> Change:
    """発行抑止 of a person or a household."""
    return suppress_together([suppression], entry)


def suppress_together(suppressions: Sequence[Suppression], entry: Entry) -> Change:
    """発行抑止 of several at once: the person who asked, and those who are protected with them (支援措置の併せて支援を求める者)."""
    return entry.change(Reason.SUPPRESSED, Subjects(suppressions=tuple(suppressions)))


def release(state: RegisterState, key: str, entry: Entry) -> Change:
    """発行抑止の解除. Raises InvalidValueError when there is no such suppression."""
    return release_together(state, [key], entry)


def release_together(state: RegisterState, keys: Sequence[str], entry: Entry) -> Change:
    """発行抑止の解除 of several at once. Raises InvalidValueError when one of them is not there."""
    if any(key not in state.suppressions for key in keys):
        raise InvalidValueError("抑止", "there is none with this key")
    released = tuple(replace(state.suppressions[key], released=True) for key in keys)
    return entry.change(Reason.SUPPRESSION_RELEASED, Subjects(suppressions=released))


def register_card(
    state: RegisterState,
    number: ResidentNumber,
    serial: CardSerial,
    entry: Entry,
    *,
    issuer: bytes | None = None,
) -> Change:
    """A new user-authentication certificate; those that the resident had before are removed in the same change."""
    new = CardCertificate(serial=serial, resident=number, issuer=issuer)
    old = tuple(replace(card, removed=True) for card in state.cards_of(number) if card.serial != serial)
    return entry.change(Reason.CARD_REGISTERED, Subjects(cards=(*old, new)))


def remove_card(state: RegisterState, serial: CardSerial, entry: Entry) -> Change:
    """One card certificate goes. Raises InvalidValueError when it is not in force."""
    card = state.cards.get(serial)
    if card is None or card.removed:
        raise InvalidValueError("電子証明書", "is not one in force")
    return entry.change(Reason.CARD_REMOVED, Subjects(cards=(replace(card, removed=True),)))


def remove_cards(state: RegisterState, number: ResidentNumber, entry: Entry) -> Change:
    """Every card certificate of the resident goes. Raises InvalidValueError when there is none."""
    cards = tuple(replace(card, removed=True) for card in state.cards_of(number))
    if not cards:
        raise InvalidValueError("電子証明書", "there is none to remove")
    return entry.change(Reason.CARD_REMOVED, Subjects(cards=cards))
