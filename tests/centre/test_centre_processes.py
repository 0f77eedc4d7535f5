"""Several processes of the centre on one store and one journal: a visit may wander, a stop holds everywhere."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from center_relay.adapters.journal import verify
from center_relay.compose import compose
from certificates.problems import ProblemCode
from certificates.service.command import listening
from certificates.service.keyring import load_trusted_keys
from certificates.wire.jose import Party, Role
from tests.centre.centre_kiosk import Visit, refused
from tests.centre.centre_twists import MISBEHAVIOURS
from tests.centre.centre_values import MUNICIPALITY
from tests.centre.conftest import World

Opened = Callable[[], AbstractAsyncContextManager[World]]


@contextlib.asynccontextmanager
async def two_processes(world: World, redis_url: str) -> AsyncIterator[tuple[str, str]]:
    """Base addresses of two centres that share everything but memory."""
    await world.start(store=redis_url, processes=2)
    async with compose(world.settings) as listeners, listening(listeners) as addresses:
        yield world.url, addresses["centre"]


def at(visit: Visit, url: str) -> Visit:
    visit.kiosk = replace(visit.kiosk, url=url)
    return visit


async def test_a_visit_may_meet_another_process_at_every_step(opened_world: Opened, redis_url: str) -> None:
    async with opened_world() as world, two_processes(world, redis_url) as (one, other):
        visit = (await world.kiosk()).visit(world.card())
        await at(visit, one).open()
        await at(visit, other).prove()
        first = await at(visit, one).apply()
        again = await at(visit, other).apply()
        assert first.delivery.issue_numbers == again.delivery.issue_numbers
        assert await refused(visit.apply(visit.application(copies=2))) is ProblemCode.ORDER_REUSED
        await at(visit, one).report()
        assert await refused(at(visit, other).apply()) is ProblemCode.OUT_OF_TURN
        centre = Party(role=Role.CENTRE, name="centre")
        head = verify(world.settings.journal, load_trusted_keys(world.settings.trusted_keys), centre)
        assert head.number == len(world.journal().splitlines())


async def test_a_line_stopped_by_one_process_is_stopped_at_the_other(
    opened_world: Opened, redis_url: str
) -> None:
    async with opened_world() as world, two_processes(world, redis_url) as (one, other):
        visit = await world.begun()
        world.municipality.twist = MISBEHAVIOURS["wrong holder tag"]
        assert await refused(at(visit, one).apply()) is ProblemCode.BINDING_BROKEN
        world.municipality.twist = lambda answer, order: answer
        assert await refused(at(visit, other).apply()) is ProblemCode.LINE_STOPPED
        for url, name in ((one, "suzuki"), (other, "tanaka")):
            client = await world.client(Party(role=Role.OPERATOR, name=name))
            async with client.post(f"{url}/v1/lines/{MUNICIPALITY}/release") as response:
                assert response.status == 200
        await at(visit, one).apply()
