"""Asked again, asked twice at once, asked otherwise: one holder, one order, one set of numbers."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire.visit import OutcomeKind
from tests.centre.centre_cards import rsa_key
from tests.centre.centre_kiosk import new_order, refused
from tests.centre.conftest import World


async def test_the_same_proof_again_shows_the_menu_again_and_another_proof_is_out_of_turn(
    world: World,
) -> None:
    visit = (await world.kiosk()).visit(world.card())
    await visit.open()
    proof = visit.proof()
    assert await visit.prove(proof) == await visit.prove(proof)
    visit.card = replace(world.card(0xABC), key=rsa_key("second card"))
    assert await refused(visit.prove()) is ProblemCode.OUT_OF_TURN
    assert {inquiry.holder.serial for inquiry in world.municipality.inquiries} == {"5e71a1"}


async def test_two_cards_racing_for_one_session_end_with_one_holder(world: World) -> None:
    visit = (await world.kiosk()).visit(world.card())
    await visit.open()
    first = visit.proof()
    visit.card = replace(world.card(0xABC), key=rsa_key("second card"))
    second = visit.proof()
    path = f"/v1/sessions/{visit.session}/proof"
    answers = await asyncio.gather(
        *(visit.kiosk.post(path, proof) for proof in (first, second)), return_exceptions=True
    )
    refused = [answer for answer in answers if isinstance(answer, RefusedError)]
    assert [error.code for error in refused] == [ProblemCode.OUT_OF_TURN]
    assert len({inquiry.holder.serial for inquiry in world.municipality.inquiries}) == 1


async def test_asking_again_is_the_same_order_with_the_same_numbers(world: World) -> None:
    visit = await world.begun()
    first, again = await visit.apply(), await visit.apply()
    assert first.delivery.issue_numbers == again.delivery.issue_numbers
    one, two = world.municipality.orders
    assert one == two
    assert first.delivery.ephemeral_key != again.delivery.ephemeral_key


async def test_the_same_application_twice_at_once_is_one_order(world: World) -> None:
    visit = await world.begun()
    results = await asyncio.gather(visit.apply(), visit.apply())
    assert len({result.delivery.issue_numbers for result in results}) == 1


async def test_another_choice_under_the_same_order_is_refused(world: World) -> None:
    visit = await world.begun()
    await visit.apply()
    assert await refused(visit.apply(visit.application(copies=2))) is ProblemCode.ORDER_REUSED
    assert await refused(visit.apply(visit.application(order=new_order()))) is ProblemCode.OUT_OF_TURN


async def test_two_choices_racing_end_with_one_order(world: World) -> None:
    visit = await world.begun()
    asked = [visit.application(copies=1, order=new_order()), visit.application(copies=2, order=new_order())]
    results = await asyncio.gather(*(visit.apply(entry) for entry in asked), return_exceptions=True)
    refused = [result for result in results if isinstance(result, RefusedError)]
    assert [error.code for error in refused] == [ProblemCode.OUT_OF_TURN]
    assert len(world.municipality.orders) == 1


async def test_an_order_number_of_another_visit_is_refused(world: World) -> None:
    one, other = await world.begun(), await world.begun("kiosk-2", 0xABC)
    await one.apply()
    assert await refused(other.apply(other.application(order=one.order))) is ProblemCode.ORDER_REUSED
    assert {order.holder.serial for order in world.municipality.orders} == {"5e71a1"}


async def test_a_closed_visit_gives_nothing_more(world: World) -> None:
    visit = await world.begun()
    await visit.apply()
    await visit.report()
    assert await refused(visit.apply()) is ProblemCode.OUT_OF_TURN
    assert await refused(visit.prove()) is ProblemCode.OUT_OF_TURN


async def test_a_visit_that_is_closed_while_its_certificate_is_built_gets_none(world: World) -> None:
    visit = await world.begun()

    async def meanwhile(order: object) -> None:
        await visit.report(visit.outcome(OutcomeKind.ABANDONED))

    world.municipality.delay = meanwhile
    assert await refused(visit.apply()) is ProblemCode.OUT_OF_TURN


async def test_beyond_the_limit_the_centre_is_busy_and_the_order_is_not_used_up(world: World) -> None:
    await world.start(in_flight=1)
    one, other = await world.begun(), await world.begun("kiosk-2", 0xABC)
    arrived, go_on = asyncio.Event(), asyncio.Event()

    async def hold(order: object) -> None:
        arrived.set()
        await go_on.wait()

    world.municipality.delay = hold
    first = asyncio.create_task(one.apply())
    await arrived.wait()
    assert await refused(other.apply()) is ProblemCode.BUSY
    go_on.set()
    await first
    await other.apply()
