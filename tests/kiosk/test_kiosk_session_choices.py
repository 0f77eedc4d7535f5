"""What can be chosen on the screens of a visit, and what the choices begin with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from certificates.domain.kinds import CertificateKind, OptionalItem
from certificates.problems import ProblemCode
from certificates.wire.visit import Choice, OfferedKind
from kiosk_client.session import effects as do
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.session.screens import Screen
from tests.kiosk.kiosk_steps import DRAFT, MENU, MIHON, after, effects_of


def test_a_menu_without_a_kind_is_a_refusal() -> None:
    empty = replace(MENU, kinds=())
    seen = after(at.Authenticating(municipality=MIHON), on.Proved(menu=empty), card=True)
    assert seen.screen == at.Refused(reason=ProblemCode.KIND_NOT_OFFERED)


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
