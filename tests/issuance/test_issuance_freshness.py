"""At issue time the registry is asked: what it has and the copy has not is waited for, or nothing is issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from certificates.domain.application import Application
from certificates.domain.entitlement import Watermark, decide
from certificates.domain.identifiers import HouseholdNumber, ResidentNumber
from certificates.domain.kinds import CertificateKind
from certificates.errors import RefusedError
from certificates.problems import ProblemCode
from issuance_server.records import AuditEvent, IssueState
from issuance_server.usecases.ask import AskRegistry
from issuance_server.usecases.look import Look
from sync.original.wire import PositionAnswer
from tests.issuance.issuance_desk import Registry, counter_asking
from tests.issuance.issuance_world import (
    CENTRE,
    CITY,
    CODE,
    NOON,
    Counter,
    Views,
    an_order,
    resident,
    seal,
    serial_of,
    view,
)


async def test_the_record_says_at_which_number_the_registry_was_asked() -> None:
    counter = counter_asking(Registry(position=9, touched=7))
    order = an_order()
    await counter.issue(order, CENTRE, NOON)
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.paper is not None
    assert record.paper.registry_asked == 9
    assert counter.ledger.entries[-1].detail.endswith("register 7, registry asked at 9")


async def test_everybody_of_the_household_is_asked_about_and_the_household() -> None:
    registry = Registry()
    counter = counter_asking(registry)
    head, child = resident(1), resident(2, household=resident(1).household, relation="子")
    counter.register.views[serial_of(1)] = view(head, child)
    await counter.issue(an_order(), CENTRE, NOON)
    assert registry.asked == [(sorted([head.number, child.number]), [head.household])]


async def test_a_home_with_hundreds_in_one_household_is_asked_about_as_a_whole() -> None:
    registry = Registry()
    home = resident(1).household
    rows = [resident(1), *(resident(number, household=home, relation="同居人") for number in range(2, 300))]
    await AskRegistry(registry, alive_seconds=3)(view(*rows), NOON)
    assert registry.asked == [([resident(1).number], [home])]


async def test_a_change_that_does_not_come_in_time_refuses_for_the_moment() -> None:
    registry = Registry(touched=8, position=8)
    register = Views(1)
    look = Look(register=register, ask=AskRegistry(registry, alive_seconds=3), catch_up=0.01)
    with pytest.raises(RefusedError) as refused:
        await look(an_order().holder, CITY.policy, NOON)
    assert refused.value.code is ProblemCode.CHANGE_PENDING


async def test_a_seal_that_was_ended_at_the_counter_is_not_certified_once_the_copy_has_caught_up() -> None:
    register = Views(1)
    register.views[serial_of(1)] = view(resident(1), seal=seal(1))
    looks = 0

    async def pause(seconds: float) -> None:
        nonlocal looks
        looks += 1
        if looks == 3:  # the feed brings it
            mark = Watermark(applied=9, known=9, heard_at=NOON)
            register.views[serial_of(1)] = view(resident(1), watermark=mark)
            register.mark = mark

    look = Look(
        register=register, ask=AskRegistry(Registry(touched=8, position=9), alive_seconds=3), pause=pause
    )
    looked = await look(an_order().holder, CITY.policy, NOON)
    application = Application(kind=CertificateKind.SEAL_REGISTRATION)
    with pytest.raises(RefusedError) as refused:
        decide(looked.view, application, CITY, NOON)
    assert refused.value.code is ProblemCode.NO_SEAL_REGISTRATION
    assert looks == 3


async def test_the_copy_is_waited_for_up_to_the_registrys_number_and_not_only_to_the_change() -> None:
    # the change may have brought the holder into another household, of which the question said nothing
    register = Views(1)
    marks = iter([8, 9, 10])

    async def pause(seconds: float) -> None:
        applied = next(marks)
        register.mark = Watermark(applied=applied, known=10, heard_at=NOON)

    look = Look(
        register=register, ask=AskRegistry(Registry(touched=8, position=10), alive_seconds=3), pause=pause
    )
    looked = await look(an_order().holder, CITY.policy, NOON)
    assert looked.asked == 10
    assert next(marks, None) is None


async def test_a_registry_that_stands_below_the_copy_is_a_gap() -> None:
    counter = counter_asking(Registry(position=6))
    assert await counter.code_for(an_order()) is ProblemCode.REGISTER_GAP


@pytest.mark.parametrize(
    ("hidden", "code"),
    [
        pytest.param(5, ProblemCode.CHANGE_PENDING, id="the last that named the household"),
        pytest.param(4, ProblemCode.CHANGE_PENDING, id="perhaps named it before the last"),
        pytest.param(6, None, id="after the last"),
    ],
)
async def test_a_household_that_a_change_may_have_named_which_hides_whose_it_is_gets_nothing(
    hidden: int, code: ProblemCode | None
) -> None:
    counter = counter_asking(Registry(touched=5))
    counter.register.hide(hidden)
    if code is None:
        await counter.issue(an_order(), CENTRE, NOON)
    else:
        assert await counter.code_for(an_order()) is code


async def test_who_has_moved_since_the_question_may_live_where_a_hidden_change_has_brought_somebody() -> None:
    """The registry was asked about the household that was left."""
    register = Views(1)

    async def pause(seconds: float) -> None:
        mark = Watermark(applied=9, known=9, heard_at=NOON)
        register.views[serial_of(1)] = view(resident(1), watermark=mark, unplaced=frozenset({9}))
        register.mark = mark

    look = Look(
        register=register, ask=AskRegistry(Registry(touched=8, position=9), alive_seconds=3), pause=pause
    )
    with pytest.raises(RefusedError) as refused:
        await look(an_order().holder, CITY.policy, NOON)
    assert refused.value.code is ProblemCode.CHANGE_PENDING


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (Watermark(applied=7, known=8, heard_at=NOON), ProblemCode.REGISTER_GAP),
        (None, ProblemCode.REGISTER_GAP),
        (Watermark(applied=7, known=7, heard_at=NOON - timedelta(days=3)), ProblemCode.REGISTER_STALE),
    ],
)
async def test_a_serial_is_not_called_unknown_by_a_copy_that_is_behind(
    mark: Watermark | None, code: ProblemCode
) -> None:
    counter = Counter(1)
    counter.register.mark = mark
    order = an_order(2)
    assert await counter.code_for(order) is code
    assert await counter.ledger.find(order.order) is None  # nothing final was said


async def test_a_serial_that_a_whole_copy_does_not_know_is_refused_for_good() -> None:
    counter = Counter(1)
    order = an_order(2)
    assert await counter.code_for(order) is ProblemCode.UNKNOWN_SERIAL
    record = await counter.ledger.find(order.order)
    assert record is not None
    assert record.state is IssueState.REFUSED
    assert counter.events() == [(AuditEvent.REFUSED, ProblemCode.UNKNOWN_SERIAL.value)]


async def test_a_view_names_its_holder_also_when_no_row_of_theirs_is_there() -> None:
    asked: list[str] = []

    class Names:
        async def position(
            self, residents: Sequence[ResidentNumber], households: Sequence[HouseholdNumber]
        ) -> PositionAnswer:
            asked.extend((*residents, *households))
            return PositionAnswer(municipality=CODE, touched=0, position=7, read_at=NOON)

    await AskRegistry(Names(), alive_seconds=3)(replace(view(), rows=()), NOON)
    assert asked == [resident(1).number]
