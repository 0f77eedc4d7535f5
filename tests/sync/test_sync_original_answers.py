"""What a registry's answer must be before anything of it is believed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from aiohttp import web

from certificates.domain.identifiers import municipality_code
from certificates.errors import SignatureError, WireError
from certificates.wire.codec import encode
from certificates.wire.frame import CONTENT_TYPE as FRAME
from certificates.wire.frame import pack, unpack
from sync.copy.store import row_of
from sync.original.lines import open_rows, write_rows
from sync.original.wire import PositionAnswer, RowsAnswer
from sync.reconcile.leaves import subject_of
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import somebody
from tests.sync.sync_desk import Desk, Handler
from tests.sync.sync_world import NOW, small_town


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
