"""A municipality's answer that belongs to somebody else: refused, the line stopped for everybody, nothing delivered."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace

import pytest
from aiohttp import web

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import BindingError
from certificates.pdf.reading import read_pages
from certificates.problems import ProblemCode
from certificates.service.keyring import load_signing_key
from certificates.wire import frame
from certificates.wire.codec import parse_object
from certificates.wire.jose import Party, Role, SigningKey
from certificates.wire.order import Order
from certificates.wire.transcript import HolderTag, TranscriptHash
from tests.centre.centre_kiosk import refused
from tests.centre.centre_municipality import RESIDENT, Answer
from tests.centre.centre_twists import MISBEHAVIOURS, Twist, stated
from tests.centre.centre_values import MUNICIPALITY
from tests.centre.conftest import World


@pytest.mark.parametrize("twist", MISBEHAVIOURS.values(), ids=MISBEHAVIOURS.keys())
async def test_an_answer_that_does_not_belong_stops_the_line_and_nothing_is_delivered(
    world: World, twist: Twist, caplog: pytest.LogCaptureFixture
) -> None:
    world.municipality.pages_a_copy = 2
    world.municipality.twist = twist
    visit, bystander = await world.begun(), await world.begun("kiosk-2", 0xABC)
    assert await refused(visit.apply()) is ProblemCode.BINDING_BROKEN
    world.municipality.twist = lambda answer, order: answer
    orders = len(world.municipality.orders)
    for asking in (
        visit.apply(),
        bystander.apply(),
        bystander.prove(),
        bystander.kiosk.visit(world.card()).open(),
    ):
        assert await refused(asking) is ProblemCode.LINE_STOPPED
    assert len(world.municipality.orders) == orders
    assert '"event":"delivered"' not in world.journal()
    assert '"event":"line-stopped"' in world.journal()
    alarms = [record for record in caplog.records if record.message == "line stopped"]
    assert [record.levelno for record in alarms] == [logging.CRITICAL]


async def test_swapped_answers_of_two_concurrent_visits_reach_neither(world: World) -> None:
    """Yokohama and Kawasaki, 2023: the other applicant's file, within the same second."""
    one, other = await world.begun("kiosk-1", 0xA1), await world.begun("kiosk-2", 0xB2)
    arrived: list[Order] = []
    both = asyncio.Event()

    async def meet(order: Order) -> None:
        arrived.append(order)
        if len(arrived) == 2:
            both.set()
        await both.wait()

    def swap(answer: Answer, order: Order) -> Answer:
        return world.municipality.answer(next(entry for entry in arrived if entry.order != order.order))

    world.municipality.delay, world.municipality.twist = meet, swap
    codes = await asyncio.gather(refused(one.apply()), refused(other.apply()))
    assert set(codes) <= {ProblemCode.BINDING_BROKEN, ProblemCode.LINE_STOPPED}
    assert ProblemCode.BINDING_BROKEN in codes
    assert '"event":"delivered"' not in world.journal()


async def test_an_honest_answer_in_flight_when_the_line_stops_is_not_delivered(world: World) -> None:
    good, bad = await world.begun("kiosk-1", 0xA1), await world.begun("kiosk-2", 0xB2)
    waiting, go_on = asyncio.Event(), asyncio.Event()

    async def hold_the_good_one(order: Order) -> None:
        if order.order == good.order:
            waiting.set()
            await go_on.wait()

    def break_the_bad_one(answer: Answer, order: Order) -> Answer:
        return answer if order.order == good.order else stated(answer, holder=HolderTag(bytes(32)))

    world.municipality.delay, world.municipality.twist = hold_the_good_one, break_the_bad_one
    asking = asyncio.create_task(good.apply())
    await waiting.wait()
    assert await refused(bad.apply()) is ProblemCode.BINDING_BROKEN
    go_on.set()
    assert await refused(asking) is ProblemCode.LINE_STOPPED
    assert '"event":"delivered"' not in world.journal()


async def test_a_late_answer_is_nobodys(world: World) -> None:
    """The time-out ends the transaction; the late file goes neither to its own visit nor to the next."""
    await world.start(
        order_seconds=1.0
    )  # long enough for the next one, whose answer comes at once, on a busy machine
    late, after = await world.begun("kiosk-1", 0xA1), await world.begun("kiosk-2", 0xB2)
    go_on = asyncio.Event()

    async def too_slow(order: Order) -> None:
        if not go_on.is_set() and order.order == late.order:
            await go_on.wait()

    world.municipality.delay = too_slow
    assert await refused(late.apply()) is ProblemCode.UNAVAILABLE
    asking = asyncio.create_task(after.apply())
    go_on.set()
    delivered = await asking
    assert f"{RESIDENT} b2" in read_pages(delivered.pdf, backs=True)[0].text
    again = await late.apply()
    assert f"{RESIDENT} a1" in read_pages(again.pdf, backs=True)[0].text
    assert again.delivery.order == late.order


async def test_a_menu_of_another_visit_stops_the_line(world: World) -> None:
    world.municipality.twist_menu = lambda menu: replace(menu, transcript=TranscriptHash(bytes(32)))
    assert await refused(world.begun()) is ProblemCode.BINDING_BROKEN
    assert await refused(world.begun()) is ProblemCode.LINE_STOPPED


async def test_another_municipalitys_signature_stops_the_line(world: World) -> None:
    neighbour = world.authority.enrol(Party(role=Role.ISSUER, name="011002"))
    await world.start()
    world.municipality.key = load_signing_key(neighbour.signing_key)
    assert await refused(world.begun()) is ProblemCode.BINDING_BROKEN


async def test_a_signature_that_nobody_trusts_is_not_accepted_but_stops_no_line(world: World) -> None:
    visit = await world.begun()
    ours, world.municipality.key = world.municipality.key, SigningKey.generate("unknown")
    assert await refused(visit.apply()) is ProblemCode.UNAVAILABLE
    world.municipality.key = ours
    await visit.apply()


async def test_a_broken_binding_found_by_the_municipality_stops_the_line_here_too(world: World) -> None:
    visit = await world.begun()
    world.municipality.refusal = BindingError("page 1 is of another order")
    assert await refused(visit.apply()) is ProblemCode.BINDING_BROKEN
    world.municipality.refusal = None
    assert await refused(visit.apply()) is ProblemCode.LINE_STOPPED


JOSE, PROBLEM = "application/jose", "application/problem+json"


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"KOFU2", frame.CONTENT_TYPE, 200),
        (frame.pack(b"not.a.token", b""), frame.CONTENT_TYPE, 200),
        (b"", "text/html", 200),
        (b"<h1>Bad gateway</h1>", "text/html", 502),
        (b"", "text/html", 302),
        (b"{}", PROBLEM, 500),
        (b'{"type":"urn:kofu:problem:internal"}', PROBLEM, 500),
        (b'{"type":"urn:kofu:problem:wrong-signature"}', PROBLEM, 401),
        (b'{"type":"urn:kofu:problem:not-found"}', PROBLEM, 404),
        (b"x" * 300_000, PROBLEM, 500),
        (b"x" * 20_000, frame.CONTENT_TYPE, 200),
    ],
)
async def test_an_answer_that_makes_no_sense_is_unavailable_and_the_same_order_can_be_asked_again(
    world: World, body: bytes, content_type: str, status: int
) -> None:
    await world.start(file_limit=15_000)
    visit = await world.begun()
    world.municipality.raw = web.Response(body=body, content_type=content_type, status=status)
    assert await refused(visit.apply()) is ProblemCode.UNAVAILABLE
    world.municipality.raw = None
    await visit.apply()


async def test_an_answer_that_grows_past_the_limit_without_saying_so_is_cut_off(world: World) -> None:
    await world.start(file_limit=15_000)
    visit = await world.begun()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": frame.CONTENT_TYPE})
        await response.prepare(request)
        for _ in range(10):
            await response.write(b"x" * 8192)
        return response

    world.municipality.stream = endless
    assert await refused(visit.apply()) is ProblemCode.UNAVAILABLE


async def test_a_municipality_that_is_down_is_unavailable(world: World) -> None:
    world.settings.routes.write_text(f'[municipalities]\n{MUNICIPALITY} = "https://127.0.0.1:1"\n')
    await world.start()
    assert await refused(world.begun()) is ProblemCode.UNAVAILABLE


async def test_a_party_that_is_not_the_municipality_is_told_nothing(world: World) -> None:
    """Right authority, right address, wrong name: the line's TLS would let any party answer."""
    address = world.settings.routes.read_text().rpartition("=")[2]
    world.settings.routes.write_text(f"[municipalities]\n011002 = {address}")
    await world.start()
    visit = (await world.kiosk()).visit(world.card())
    await visit.open(MunicipalityCode("011002"))
    assert await refused(visit.prove()) is ProblemCode.UNAVAILABLE
    assert world.municipality.inquiries == []


async def test_two_operators_release_a_stopped_line_and_one_cannot(world: World) -> None:
    world.municipality.twist = MISBEHAVIOURS["wrong holder tag"]
    visit = await world.begun()
    await refused(visit.apply())
    world.municipality.twist = lambda answer, order: answer

    async def approve(name: str, code: str = MUNICIPALITY) -> tuple[int, object]:
        client = await world.client(Party(role=Role.OPERATOR, name=name))
        async with client.post(f"{world.url}/v1/lines/{code}/release") as response:
            return response.status, parse_object(await response.read()).get("status")

    assert await approve("suzuki") == (200, "awaiting-second")
    assert await approve("suzuki") == (200, "awaiting-second")
    assert await refused(visit.apply()) is ProblemCode.LINE_STOPPED
    assert await approve("tanaka") == (200, "released")
    await visit.apply()
    assert (await approve("tanaka"))[0] == 409
    assert (await approve("tanaka", "not-a-code"))[0] == 404
