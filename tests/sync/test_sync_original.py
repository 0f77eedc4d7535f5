"""The registry answers its issuance server over mutual TLS: positions, nodes, leaves and signed rows."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from certificates.domain.identifiers import municipality_code
from certificates.errors import InvalidValueError, RefusedError, SignatureError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.command import Listener, listening
from certificates.service.edge import problems
from certificates.service.keyring import load_signing_key, load_trusted_keys
from certificates.service.tls import server_context
from certificates.wire.codec import encode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.frame import pack, unpack
from certificates.wire.jose import Party, Role, SigningKey
from load_tests.authority.transport import TransportAuthority
from sync.change.events import Record
from sync.copy.store import row_of
from sync.original.http import HttpOriginal, open_original
from sync.original.lines import open_rows, write_rows
from sync.original.wire import MAX_SUBJECTS, PositionAnswer, RowsAnswer, RowsInquiry
from sync.reconcile.leaves import leaf_of, row_digest, subject, subject_of
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.usecases.answer import Answer
from sync.registry.web.original import add_original
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, small_town

ISSUER = Party(role=Role.ISSUER, name=MUNICIPALITY)
REGISTRY = Party(role=Role.REGISTRY, name=MUNICIPALITY)
STRANGER = Party(role=Role.ISSUER, name="131016")
CENTRE = Party(role=Role.CENTRE, name="centre-1")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Desk:
    """A registry's desk at an address, its books, and whoever asks."""

    authority: TransportAuthority
    books: MemoryBooks
    key: SigningKey
    now: datetime = NOW

    @contextlib.asynccontextmanager
    async def serving(self, *handlers: tuple[str, Handler], as_party: Party = REGISTRY) -> AsyncIterator[str]:
        app = web.Application(middlewares=[problems])
        for path, handler in handlers:
            app.router.add_post(path, handler)
        if not handlers:
            answer = Answer(self.books, MUNICIPALITY, self.key, lambda: self.now)
            add_original(app, answer, MUNICIPALITY)
        tls = server_context(self.authority.enrol(as_party).tls)
        listener = Listener(name="registry", application=app, host="127.0.0.1", port=0, tls=tls)
        async with listening([listener]) as addresses:
            yield addresses["registry"]

    @contextlib.asynccontextmanager
    async def asked_by(self, party: Party, url: str, *, seconds: float = 10.0) -> AsyncIterator[HttpOriginal]:
        trusted = load_trusted_keys(self.authority.trusted)
        tls = self.authority.enrol(party).tls
        async with open_original(url, MUNICIPALITY, tls, trusted, position_seconds=seconds) as original:
            yield original

    @contextlib.asynccontextmanager
    async def asked(
        self, *handlers: tuple[str, Handler], seconds: float = 10.0
    ) -> AsyncIterator[HttpOriginal]:
        async with (
            self.serving(*handlers) as url,
            self.asked_by(ISSUER, url, seconds=seconds) as original,
        ):
            yield original


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    authority = TransportAuthority(tmp_path, now=datetime.now(UTC))
    key = load_signing_key(authority.enrol(REGISTRY).signing_key)
    books = MemoryBooks(MUNICIPALITY)
    await books.begin(small_town().records(), 0)
    await books.enter(day_of_changes(small_town(), 30, seed=5))
    return Desk(authority=authority, books=books, key=key)


def somebody() -> Record:
    return small_town().residents[0]


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


def replying(body: bytes, content_type: str = FRAME) -> Handler:
    async def reply(request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=content_type)

    return reply


def rows_frame(desk: Desk, *, spoil: Callable[[RowsAnswer, bytes], tuple[RowsAnswer, bytes]]) -> bytes:
    row = somebody()
    answer, lines = write_rows(MUNICIPALITY, 3, [(subject_of(row_of(row)), 0, [row])])
    answer, lines = spoil(answer, lines)
    return pack(desk.key.sign(answer), lines)


async def test_rows_that_were_changed_on_the_way_are_not_taken(desk: Desk) -> None:
    name = subject_of(row_of(somebody()))
    spoilt = rows_frame(desk, spoil=lambda answer, lines: (answer, lines.replace(b"r", b"s", 1)))
    async with desk.asked(("/v1/original/rows", replying(spoilt))) as original:
        with pytest.raises(SignatureError):
            await original.rows([name])
    token, lines = unpack(rows_frame(desk, spoil=lambda answer, lines: (answer, lines)))
    forged = pack(token[:-4] + b"AAAA", bytes(lines))
    async with desk.asked(("/v1/original/rows", replying(forged))) as original:
        with pytest.raises(SignatureError):
            await original.rows([name])


async def test_rows_of_another_municipality_or_of_others_are_not_taken(desk: Desk) -> None:
    name = subject_of(row_of(somebody()))
    other = rows_frame(
        desk, spoil=lambda answer, lines: (replace(answer, municipality=municipality_code("131016")), lines)
    )
    async with desk.asked(("/v1/original/rows", replying(other))) as original:
        with pytest.raises(SignatureError):
            await original.rows([name])
    whole = rows_frame(desk, spoil=lambda answer, lines: (answer, lines))
    async with desk.asked(("/v1/original/rows", replying(whole))) as original:
        with pytest.raises(WireError):
            await original.rows(["h999999999999999"])


def test_lines_must_be_rows_of_the_subject_that_they_stand_under() -> None:
    row = somebody()
    answer, lines = write_rows(MUNICIPALITY, 3, [(subject_of(row_of(row)), 0, [row])])
    assert open_rows(answer, lines) == ((row,),)
    (only,) = answer.subjects
    for subjects in (
        (replace(only, subject="r000000000000000"),),
        (replace(only, count=2),),
        (replace(only, count=0),),
    ):
        with pytest.raises(WireError):
            open_rows(replace(answer, subjects=subjects), lines)
    with pytest.raises(WireError):
        open_rows(answer, b"{}\n")


async def test_answers_that_are_no_answers_are_refused(desk: Desk) -> None:
    stranger = PositionAnswer(municipality=municipality_code("131016"), touched=0, position=1, read_at=NOW)
    people = [small_town().residents[0].number]
    for body, kind in (
        (encode(stranger), "application/json"),
        (b"{}", "application/json"),
        (b"x" * 20_000, "application/json"),
        (b"hello", "text/plain"),
    ):
        async with desk.asked(("/v1/original/position", replying(body, kind))) as original:
            with pytest.raises(WireError):
                await original.position(people, [])
    few = b'{"children":[],"municipality":"992011","position":1,"tag":"nodes-answer/1"}'
    async with desk.asked(("/v1/original/nodes", replying(few, "application/json"))) as original:
        with pytest.raises(WireError):
            await original.nodes([""])
