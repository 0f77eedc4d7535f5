"""The centre passes the inquiry site's question on, and says nothing that the municipality did not sign."""

from __future__ import annotations

from dataclasses import replace

import aiohttp
import pytest

from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from certificates.wire import problem
from certificates.wire.codec import decode, encode
from certificates.wire.jose import Party, Role
from certificates.wire.order import AskStanding, Standing, StandingTold
from certificates.wire.visit import OutcomeKind
from tests.centre.centre_kiosk import new_order
from tests.centre.centre_values import MUNICIPALITY
from tests.centre.conftest import World

NUMBER = "992011-0000000001-0"


async def asked(world: World, question: AskStanding, role: Role = Role.INQUIRY) -> StandingTold | ProblemCode:
    client = await world.client(Party(role=role, name="site-1"))
    headers = {"Content-Type": "application/json"}
    async with client.post(f"{world.url}/v1/standings", data=encode(question), headers=headers) as answer:
        body = await answer.read()
    if answer.content_type == problem.CONTENT_TYPE:
        return problem.read_problem(body)
    return decode(body, StandingTold)


def question(order: str | None = None) -> AskStanding:
    return AskStanding(municipality=MUNICIPALITY, order=order or new_order(), issue_number=NUMBER)  # type: ignore[arg-type]


async def test_the_municipality_says_what_became_of_a_paper(world: World) -> None:
    ask = question()
    for standing in (Standing.WITHDRAWN, Standing.NO_RECORD, Standing.NOT_REPORTED):
        told = StandingTold(order=ask.order, issue_number=NUMBER, standing=standing)
        world.municipality.standing = lambda _, told=told: told  # type: ignore[misc]
        assert await asked(world, ask) == told


async def test_what_the_kiosk_has_told_the_centre_is_known_before_the_municipality_knows_it(
    world: World,
) -> None:
    visit = await world.begun()
    application = visit.application()
    await visit.apply(application)
    assert (await asked(world, question(application.order))).standing is Standing.NOT_REPORTED  # type: ignore[union-attr]
    await visit.report(visit.outcome(OutcomeKind.PRINTED))
    assert (await asked(world, question(application.order))).standing is Standing.PRINTED  # type: ignore[union-attr]


async def test_an_answer_about_another_paper_is_not_passed_on_and_stops_no_line(world: World) -> None:
    ask = question()
    other = StandingTold(order=new_order(), issue_number=NUMBER, standing=Standing.PRINTED)
    world.municipality.standing = lambda _: other
    assert await asked(world, ask) is ProblemCode.UNAVAILABLE
    world.municipality.standing = lambda _: replace(other, order=ask.order, issue_number="1")
    assert await asked(world, ask) is ProblemCode.UNAVAILABLE
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as client:
        assert (await (await client.get(f"{world.url}/v1/health")).json())["stopped_lines"] == []


@pytest.mark.parametrize("role", [Role.KIOSK, Role.OPERATOR, Role.ISSUER])
async def test_only_the_inquiry_site_may_ask(world: World, role: Role) -> None:
    assert await asked(world, question(), role) is ProblemCode.NOT_PERMITTED


async def test_what_cannot_be_asked_is_said(world: World) -> None:
    assert await asked(world, question("short")) is ProblemCode.MALFORMED_MESSAGE
    unknown = replace(question(), municipality="131016")  # type: ignore[arg-type]
    assert await asked(world, unknown) is ProblemCode.UNKNOWN_MUNICIPALITY
    world.municipality.refusal = RefusedError(ProblemCode.BUSY)
    assert await asked(world, question()) is ProblemCode.BUSY
