"""The registry answers its issuance server over mutual TLS: positions, nodes, leaves and signed rows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from aiohttp import web

from certificates.domain.identifiers import municipality_code
from certificates.errors import InvalidValueError, RefusedError, UnavailableError
from certificates.problems import ProblemCode
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role
from sync.copy.store import row_of
from sync.original.wire import MAX_SUBJECTS, PositionAnswer, RowsInquiry
from sync.reconcile.leaves import leaf_of, row_digest, subject, subject_of
from sync.registry.usecases.answer import Answer
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import somebody
from tests.sync.sync_desk import ISSUER, Desk
from tests.sync.sync_world import NOW, small_town

STRANGER = Party(role=Role.ISSUER, name="131016")
CENTRE = Party(role=Role.CENTRE, name="centre-1")


async def test_the_position_is_that_of_the_people_and_households_asked_about(desk: Desk) -> None:
    (event,) = day_of_changes(small_town(), 30, seed=5)[-1:]
    person = min(event.subjects.people())
    home = small_town().residents[0].household
    async with desk.asked() as original:
        answer = await original.position([person], [])
        _, position = await desk.books.touched([])
        assert (answer.touched, answer.position, answer.read_at) == (position, position, NOW)
        household = await original.position([], [home])
        assert household.touched == (await desk.books.touched([subject(household=home)]))[0]


async def test_nodes_and_leaves_are_those_of_the_rows(desk: Desk) -> None:
    _, records = await desk.books.records()
    rows = [row_of(record) for record in records]
    whole = 0
    for row in rows:
        whole ^= row_digest(row)
    async with desk.asked() as original:
        nodes = await original.nodes(["", "no such node"])
        total = 0
        for child in nodes.children[0]:
            total ^= int.from_bytes(child.digest, "big")
        assert total == whole
        assert nodes.children[1] == ()
        leaf = leaf_of(subject_of(rows[0]))
        leaves = await original.leaves([leaf])
        told = {int.from_bytes(row.digest, "big") for each in leaves.subjects for row in each.rows}
        assert told == {row_digest(row) for row in rows if leaf_of(subject_of(row)) == leaf}
        assert leaves.position == nodes.position == (await desk.books.span()).position


async def test_the_tree_is_kept_for_a_moment_and_says_at_which_number(desk: Desk) -> None:
    async with desk.asked() as original:
        before = await original.nodes([""])
        await desk.books.enter(day_of_changes(small_town(), 5, seed=6))
        assert (await original.nodes([""])).position == before.position
        desk.now += timedelta(seconds=11)
        after = await original.nodes([""])
        assert after.position == (await desk.books.span()).position > before.position


async def test_rows_come_signed_and_in_the_order_of_the_question(desk: Desk) -> None:
    names = sorted({subject_of(row_of(record)) for record in small_town().records()}, reverse=True)[:5]
    unknown = "h999999999999999"
    async with desk.asked() as original:
        answer, rows = await original.rows([*names, unknown])
        _, found = await desk.books.subjects(names)
        by_name = {each.subject: each for each in found}
        assert [each.subject for each in answer.subjects] == [*names, unknown]
        assert [tuple(records) for records in rows] == [*(by_name[name].records for name in names), ()]
        assert [each.touched for each in answer.subjects] == [*(by_name[name].touched for name in names), 0]
        assert original.exchanged > sum(len(encode(answer)) for _ in "1")


async def test_only_the_issuer_of_this_municipality_is_answered(desk: Desk) -> None:
    async with desk.serving() as url:
        for party in (STRANGER, CENTRE):
            async with desk.asked_by(party, url) as original:
                with pytest.raises(RefusedError) as refused:
                    await original.nodes([""])
                assert refused.value.code is ProblemCode.NOT_PERMITTED


async def test_another_party_at_the_registrys_address_is_asked_nothing(desk: Desk) -> None:
    heard: list[bytes] = []

    async def listen(request: web.Request) -> web.StreamResponse:
        heard.append(await request.read())
        return web.Response()

    route = ("/v1/original/position", listen)
    async with desk.serving(route, as_party=CENTRE) as url, desk.asked_by(ISSUER, url) as original:
        with pytest.raises(UnavailableError):
            await original.position([small_town().residents[0].number], [])
    assert heard == []


async def test_a_question_for_another_municipality_is_refused(desk: Desk) -> None:
    answer = Answer(desk.books, municipality_code("131016"), desk.key, lambda: NOW)
    with pytest.raises(RefusedError) as refused:
        await answer.rows(RowsInquiry(municipality=MUNICIPALITY, subjects=("h999999999999999",)))
    assert refused.value.code is ProblemCode.UNKNOWN_MUNICIPALITY


async def test_rows_are_not_given_by_the_leaf(desk: Desk) -> None:
    async with desk.asked() as original:
        with pytest.raises(RefusedError) as refused:
            await original.rows([leaf_of(subject_of(row_of(somebody())))])
    assert refused.value.code is ProblemCode.MALFORMED_MESSAGE


async def test_too_many_subjects_are_not_asked_about(desk: Desk) -> None:
    async with desk.asked() as original:
        for names in ([], ["h1"] * 2, [f"h{number}" for number in range(MAX_SUBJECTS + 1)]):
            with pytest.raises(InvalidValueError):
                await original.rows(names)


async def test_a_registry_that_takes_too_long_or_is_gone_is_out_of_reach(desk: Desk) -> None:
    async def hang(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    people = [small_town().residents[0].number]
    async with desk.asked(("/v1/original/position", hang)) as original:
        with pytest.raises(UnavailableError):
            await original.position(people, [])
    async with desk.serving() as url:
        gone = url
    async with desk.asked_by(ISSUER, gone) as original:
        with pytest.raises(UnavailableError):
            await original.position(people, [])


async def test_a_registry_that_was_started_again_is_not_silent(desk: Desk) -> None:
    # the kept connection has ended on its side; the question goes out once more on a new one
    dropped: list[bool] = []

    async def drop_once(request: web.Request) -> web.StreamResponse:
        await request.read()
        if not dropped:
            dropped.append(True)
            assert request.transport is not None
            request.transport.close()
        answer = PositionAnswer(municipality=MUNICIPALITY, touched=0, position=3, read_at=NOW)
        return web.Response(body=encode(answer), content_type="application/json")

    async with desk.asked(("/v1/original/position", drop_once)) as original:
        assert (await original.position([small_town().residents[0].number], [])).position == 3
    assert dropped
