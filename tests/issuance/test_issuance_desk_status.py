"""What the operator sees of the registry's desk: whether it answers, and what issuing does meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from certificates.wire.codec import decode, encode
from issuance_server.adapters.sql.desk import add_to_desk, keeping_desk
from issuance_server.commands.feed import report
from issuance_server.desk import DeskFault, DeskRecord, DeskTally
from issuance_server.feed_status import DeskStatus, FeedStatus, FeedWatch
from issuance_server.web.feed_page import page
from issuance_server.web.feed_words import DESK
from sync.copy.database import writing
from sync.copy.sql_rows import microseconds
from sync.copy.tables import feed_state
from tests.issuance.issuance_line import Parties, now, site, soon
from tests.issuance.issuance_world import an_order
from tests.issuance.migrated import opened

MUNICIPALITY = load_profile(shipped_profile("992011"))


@pytest.mark.parametrize(
    ("heard_ago", "fault", "state", "cls"),
    [
        (1, DeskFault.SILENT, "desk-slow", "stop"),
        (60, DeskFault.SILENT, "desk-silent", "act"),
        (2 * 86_400, DeskFault.SILENT, "desk-lost", "stop"),
        (1, DeskFault.UNUSABLE, "desk-unusable", "stop"),
    ],
)
async def test_a_desk_that_does_not_answer_is_shown_with_what_issuing_does_meanwhile(
    copy: AsyncEngine, heard_ago: int, fault: DeskFault, state: str, cls: str
) -> None:
    at = now()
    async with writing(copy) as connection:
        await connection.execute(
            update(feed_state).values(heard_at=microseconds(at - timedelta(seconds=heard_ago)))
        )
    answered, tally = at - timedelta(minutes=5), DeskTally()
    tally.answered(answered)
    await add_to_desk(copy, tally.take())
    for second in (2, 1):
        tally.failed(at - timedelta(seconds=second), fault)
    async with keeping_desk(copy, tally):
        pass
    status = await FeedWatch(copy, MUNICIPALITY, lambda: at, 3.0)()
    expected = DeskStatus(state=state, asked_at=at - timedelta(seconds=1), answered_at=answered, failed=2)
    assert status.desk == expected
    assert state in status.troubles
    shown = report(status)
    assert DESK[state].ja in shown
    assert DESK[state].en in shown
    document = page(status)
    assert f'class="verdict {cls}"' in document
    assert "5分<small>前</small>" in document
    assert decode(encode(status), FeedStatus) == status


async def test_a_desk_that_answers_again_has_failed_no_more(copy: AsyncEngine) -> None:
    at, tally = now(), DeskTally()
    status = await FeedWatch(copy, MUNICIPALITY, now, 3.0)()
    assert (status.desk.state, status.troubles) == ("not-yet", ())
    tally.failed(at, DeskFault.SILENT)
    await add_to_desk(copy, tally.take())
    tally.answered(at + timedelta(seconds=1))
    await add_to_desk(copy, tally.take())
    status = await FeedWatch(copy, MUNICIPALITY, now, 3.0)()
    assert (status.desk.state, status.desk.failed, status.troubles) == ("answers", 0, ())
    assert DESK["answers"].ja in page(status)


async def test_an_order_that_the_desk_does_not_answer_is_on_the_operators_page(
    parties: Parties, migrated_sqlite_url: str
) -> None:
    alive = {
        "KOFU_ISSUANCE_REGISTRY_ALIVE_SECONDS": "60"
    }  # of a feed that was heard when the copy was loaded
    nobody = {"KOFU_ISSUANCE_REGISTRY": "https://127.0.0.1:1", **alive}
    async with site(parties, migrated_sqlite_url, **nobody) as here:
        answer = await here.centre.ask("/v1/orders", an_order(expires=soon()))
        assert answer.problem is ProblemCode.REGISTER_STALE
    async with opened(migrated_sqlite_url) as engine:
        desk = (await FeedWatch(engine, MUNICIPALITY, now, 60.0)()).desk
    assert (desk.state, desk.answered_at, desk.failed) == ("desk-slow", None, 1)


def test_asks_that_could_not_be_written_down_are_counted_again() -> None:
    at, tally = now(), DeskTally()
    tally.failed(at, DeskFault.SILENT)
    lost = tally.take()
    tally.failed(at + timedelta(seconds=1), DeskFault.UNUSABLE)
    tally.give_back(lost)
    assert tally.take() == DeskRecord(asked_at=at + timedelta(seconds=1), failed=2, fault=DeskFault.UNUSABLE)
    assert tally.take() == DeskRecord()


def test_an_older_answer_of_another_process_forgives_no_later_failure() -> None:
    at = now()
    known = DeskRecord(asked_at=at, answered_at=at - timedelta(seconds=9), failed=3, fault=DeskFault.SILENT)
    older = DeskRecord(asked_at=at - timedelta(seconds=20), answered_at=at - timedelta(seconds=20))
    assert known + older == known
