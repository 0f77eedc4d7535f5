"""A centre, or somebody in its place, that answers with another visit's things: refused, nothing printed, money back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from certificates.domain.identifiers import OrderId, SessionId
from certificates.errors import InvalidValueError
from certificates.problems import ProblemCode
from certificates.wire.jose import SigningKey
from certificates.wire.transcript import HolderTag, TranscriptHash
from certificates.wire.visit import OutcomeKind
from kiosk_client.adapters.journal_file import open_journal
from kiosk_client.record import standing
from kiosk_client.session import events as on
from kiosk_client.session import screens as at
from kiosk_client.usecases.release_line import release_line
from tests.kiosk.kiosk_centre import KAKU, MIHON, FakeCentre, changed
from tests.kiosk.kiosk_world import PIN, World, now, recorded

Sabotage = Callable[[FakeCentre], None]


def tampering(**fields: object) -> Sabotage:
    return lambda centre: setattr(centre, "tamper", changed(**fields))


def other_key(centre: FakeCentre) -> None:
    """Somebody who knows the key id and not the key."""
    centre.key = SigningKey.generate(centre.key.kid)


def cut(centre: FakeCentre) -> None:
    centre.swap = lambda body: body[:-1]


def turned(centre: FakeCentre) -> None:
    centre.swap = lambda body: body[:-20] + body[-20:][::-1]


@pytest.mark.parametrize(
    "sabotage",
    [
        tampering(session=SessionId("c" * 32)),
        tampering(order=OrderId("c" * 32)),
        tampering(transcript=TranscriptHash(bytes(32))),
        tampering(holder=HolderTag(bytes(32))),
        tampering(fee=100),
        tampering(issue_numbers=()),
        tampering(ciphertext_sha256=bytes(32)),
        other_key,
        cut,
        turned,
    ],
)
async def test_a_delivery_that_is_not_this_visits_is_neither_paid_nor_printed(
    world: World, sabotage: Sabotage
) -> None:
    async with world.serving() as customer:
        sabotage(world.centre)
        await customer.applies()
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.BINDING_BROKEN)
        await recorded(world)
        assert customer.cash.drawer.box == customer.cash.drawer.held == 0
    assert world.room.printed == []
    assert [(one.outcome, one.reason) for one in world.centre.reports] == [
        (OutcomeKind.ABANDONED, "binding-broken")
    ]


async def test_two_visits_whose_deliveries_were_exchanged_are_both_refused(world: World) -> None:
    """The second customer is answered with the first one's frame, whole and rightly signed."""
    kept: list[bytes] = []

    def keep_the_first(body: bytes) -> bytes:
        kept.append(body)
        return kept[0]

    world.centre.swap = keep_the_first
    async with world.serving() as customer:
        await customer.applies()
        await customer.pays()
        await customer.sees(at.TakeCertificate)
        await customer.leaves()
        await customer.applies()
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.BINDING_BROKEN)
    assert len(world.room.printed) == 1


async def test_a_file_that_is_not_the_promised_one_is_found_in_the_vault_and_the_fee_goes_back(
    world: World,
) -> None:
    async with world.serving() as customer:
        world.centre.tamper = changed(sha256=bytes(32))
        await customer.applies()
        await customer.pays(1000)
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.BINDING_BROKEN, returned=200)
        await recorded(world)
        assert (customer.cash.drawer.box, customer.cash.drawer.tray) == (0, 1000)
    assert world.room.printed == []
    assert [(one.outcome, one.taken, one.refunded) for one in world.centre.reports] == [
        (OutcomeKind.REFUNDED, 200, 200)
    ]


async def test_a_menu_of_another_visit_is_refused_before_anything_is_chosen(world: World) -> None:
    world.centre.tamper_menu = lambda menu: replace(menu, transcript=TranscriptHash(bytes(32)))
    async with world.serving() as customer:
        await customer.goes_to_pin()
        await customer.enters(PIN)
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.BINDING_BROKEN)


async def test_a_menu_of_another_municipality_is_refused(world: World) -> None:
    world.centre.tamper_menu = lambda menu: replace(menu, municipality=KAKU)
    async with world.serving() as customer:
        await customer.goes_to_pin()
        await customer.enters(PIN)
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.BINDING_BROKEN)


@pytest.mark.parametrize("changes", [{"challenge": b"short"}, {"session": SessionId("../x")}])
async def test_a_challenge_that_is_none_is_not_signed(world: World, changes: dict[str, object]) -> None:
    card = world.card()
    world.centre.tamper_challenge = lambda one: replace(one, **changes)  # type: ignore[arg-type] # named above
    async with world.serving() as customer:
        await customer.goes_to_pin(card)
        await customer.enters(PIN)
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.UNAVAILABLE)
    assert card.pin_tries_left == 3


async def test_a_broken_binding_stops_the_municipalitys_line_until_two_people_have_looked(
    world: World,
) -> None:
    async with world.serving() as customer:
        world.centre.tamper = changed(holder=HolderTag(bytes(32)))
        await customer.applies()
        await customer.sees(at.Refused)
        await customer.leaves()

    async with world.serving() as customer:  # a restart releases nothing
        customer.touch(on.Start())
        await customer.sees(at.ChooseService)
        customer.touch(on.PickService())
        await customer.sees(at.ChooseMunicipality)
        customer.touch(on.PickMunicipality(code=MIHON))
        assert await customer.sees(at.Refused) == at.Refused(reason=ProblemCode.LINE_STOPPED)
    async with open_journal(world.journal_path, now) as journal:
        with pytest.raises(InvalidValueError):
            await release_line(journal, MIHON, by="見本 一", confirmed_by="見本 一 ")
        with pytest.raises(InvalidValueError):
            await release_line(journal, KAKU, by="見本 一", confirmed_by="見本 二")
        await release_line(journal, MIHON, by="見本 一", confirmed_by="見本 二")
    async with open_journal(world.journal_path, now) as journal:
        assert standing(journal.entries).stopped == frozenset()
