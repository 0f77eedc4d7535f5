"""What the operator sees of the registry's feed: the command, the message and the page."""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape
from pathlib import Path

import pytest
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.domain.identifiers import household_number, numbered, resident_number
from certificates.errors import ConfigurationError
from certificates.problems import ProblemCode
from certificates.profiles.reading import load_profile, shipped_profile
from certificates.service.settings import read_settings
from certificates.wire.codec import Json, canonical, decode
from certificates.wire.frame import pack
from certificates.wire.jose import Party, Role
from issuance_server.commands import COMMANDS
from issuance_server.commands.feed import report
from issuance_server.feed_status import FeedStatus, FeedWatch, status_of
from issuance_server.records import AuditEvent
from issuance_server.settings import PREFIX, Settings
from issuance_server.web.feed_page import page
from issuance_server.web.feed_words import TROUBLES, UNPLACED, age_words
from sync.change.cloud_events import write_event
from sync.change.events import Change, Subjects, source_of
from sync.change.reasons import Reason
from sync.copy.database import writing
from sync.copy.sql_rows import microseconds
from sync.copy.status import read_status
from sync.copy.tables import doubts, feed_state
from sync.feed.reception import Reception
from sync.feed.wire import FeedBatch
from tests.issuance.issuance_line import Answer, Parties, load_copy, now, site
from tests.issuance.issuance_world import CENTRE, CODE, REGISTRY, resident
from tests.issuance.migrated import opened

OPERATOR = Party(role=Role.OPERATOR, name="counter-1")
MUNICIPALITY = load_profile(shipped_profile("992011"))


def moved_in_twice(number: int) -> bytes:
    """転入 of a resident, as a numbered event."""
    row = replace(resident(number), history=resident(number).history + 1)
    change = Change(
        id=f"{number:032x}",
        time=datetime(2026, 4, 2, 3, 0, tzinfo=UTC),
        reason=Reason.MOVE_IN,
        changed_on=date(2026, 4, 2),
        subjects=Subjects(residents=(row,)),
    )
    return write_event(change.numbered(number + 1), CODE)


def suppressed_oddly(sequence: int, reason: str, time: str) -> bytes:
    """An event that cannot be read, for a household."""
    row: dict[str, Json] = {
        "household": household_number(numbered(99_000)),
        "key": "K",
        "reason": "支援措置",
        "since": "soon",
    }
    return canonical(
        {
            "data": {"reason": reason, "changed_on": "2026-04-02", "suppressions": [row]},
            "datacontenttype": "application/json",
            "id": f"{sequence:032x}",
            "sequence": f"{sequence:015d}",
            "source": source_of(CODE),
            "specversion": "1.0",
            "subject": "suppressed",
            "time": time,
            "type": "kofu.register.suppressions.v1",
        }
    )


async def receive(engine: AsyncEngine, parties: Parties, events: Sequence[bytes]) -> None:
    body = b"[" + b",".join(events) + b"]"
    batch = FeedBatch(
        municipality=CODE,
        first=2,
        last=1 + len(events),
        count=len(events),
        sha256=hashlib.sha256(body).digest(),
        position=1 + len(events),
        sent_at=now(),
        chain=bytes(32),
    )
    await Reception(engine, parties.trusted, CODE, now).receive(
        pack(parties.key(REGISTRY).sign(batch), body), REGISTRY
    )


async def test_a_copy_without_trouble_is_fine(copy: AsyncEngine) -> None:
    status = await FeedWatch(copy, MUNICIPALITY, now)()
    assert status.troubles == ()
    assert (status.applied, status.known, status.set_aside) == (1, 1, 0)
    assert "正常です" in page(status)


async def test_what_is_set_aside_is_told_with_its_person_and_what_to_do(
    copy: AsyncEngine, parties: Parties
) -> None:
    await receive(copy, parties, [moved_in_twice(1), suppressed_oddly(3, "発行抑止", "then")])
    status = await FeedWatch(copy, MUNICIPALITY, now)()
    assert status.troubles == ("set-aside",)
    assert (status.set_aside, status.blocked_residents, status.blocked_households) == (2, 1, 2)
    first, second = status.changes
    assert (first.sequence, first.reason, first.fault) == (2, "国内転入", "already-resident")
    assert first.residents == (resident(1).number,)
    assert first.households == (resident(1).household,)
    assert first.at == datetime(2026, 4, 2, 3, 0, tzinfo=UTC)
    assert first.ja == "1行目：既に住民である者を記載しようとしています。"
    assert "訂正の異動" in first.todo_ja
    assert (second.at, second.residents, second.stream) == (None, (), "suppressions")
    shown = report(status)
    assert resident(1).number in shown
    assert first.en in shown
    assert second.todo_en in shown


async def test_a_household_that_nobody_can_read_is_said_to_be_unknown(
    copy: AsyncEngine, parties: Parties
) -> None:
    unreadable = moved_in_twice(1).replace(resident(1).household.encode(), b"?")
    await receive(copy, parties, [unreadable])
    status = await FeedWatch(copy, MUNICIPALITY, now)()
    (change,) = status.changes
    assert (change.unplaced, change.households) == (True, (resident(1).household,))
    assert status.blocked_households == 1
    assert UNPLACED.ja in report(status)
    assert UNPLACED.ja in page(status)


async def test_what_was_set_right_is_counted_and_no_longer_shown(copy: AsyncEngine, parties: Parties) -> None:
    change = Change(
        id=f"{9:032x}",
        time=datetime(2026, 4, 2, 4, 0, tzinfo=UTC),
        reason=Reason.CLERICAL_AMENDMENT,
        changed_on=date(2026, 4, 2),
        subjects=Subjects(residents=(replace(resident(1), history=resident(1).history + 2),)),
    )
    events = [
        moved_in_twice(1),
        suppressed_oddly(3, "発行抑止", "then"),
        write_event(change.numbered(4), CODE),
    ]
    await receive(copy, parties, events)
    status = await FeedWatch(copy, MUNICIPALITY, now)()
    assert [entry.sequence for entry in status.changes] == [3]
    assert status.set_aside == 1
    assert status.blocked_residents == 0


async def test_more_than_can_be_shown_is_counted(copy: AsyncEngine, parties: Parties) -> None:
    await receive(copy, parties, [moved_in_twice(1), moved_in_twice(2), moved_in_twice(3)])
    found = await read_status(copy, most=2)
    status = status_of(found, MUNICIPALITY, now())
    assert [entry.sequence for entry in status.changes] == [2, 3]
    assert status.set_aside == 3
    assert "ほか / and 1 more" in report(status)
    assert "ほか 1 件" in page(status)


async def test_every_trouble_of_the_feed_is_named(copy: AsyncEngine) -> None:
    long_ago = microseconds(now() - timedelta(days=2))
    async with writing(copy) as connection:
        await connection.execute(update(feed_state).values(known=7, conflict=2, heard_at=long_ago))
        number = resident_number(numbered(1))
        await connection.execute(insert(doubts).values(subject=f"r{number}", resident=number, found_at=0))
    status = await FeedWatch(copy, MUNICIPALITY, now)()
    assert status.troubles == ("conflict", "gap", "stale", "doubts")
    assert status.age_seconds is not None
    assert status.age_seconds >= 2 * 86_400
    for name in status.troubles:
        assert TROUBLES[name].ja in report(status)
        assert escape(TROUBLES[name].en) in page(status)
    assert "未着 6 件" in page(status)


async def test_a_copy_that_was_never_loaded_says_so(migrated_sqlite_url: str) -> None:
    async with opened(migrated_sqlite_url) as engine:
        status = await FeedWatch(engine, MUNICIPALITY, now)()
    assert status.troubles == ("never-loaded",)
    assert (status.age_seconds, status.heard_at) == (None, None)
    assert TROUBLES["never-loaded"].ja in page(status)


async def test_nothing_of_the_feed_is_taken_for_markup(copy: AsyncEngine, parties: Parties) -> None:
    await receive(copy, parties, [suppressed_oddly(2, "<b>&'\"", "<i>")])
    document = page(await FeedWatch(copy, MUNICIPALITY, now)())
    assert "<b>&amp;" not in document
    assert "&lt;b&gt;&amp;&#x27;&quot;" in document
    assert "<script" not in document


async def test_the_page_and_the_message_are_for_operators_alone(
    parties: Parties, migrated_sqlite_url: str
) -> None:
    parties.files[OPERATOR] = parties.authority.enrol(OPERATOR)
    async with site(parties, migrated_sqlite_url) as here:
        async with parties.client(OPERATOR) as session:
            async with session.get(here.base + "/v1/feed/status") as response:
                assert response.content_type == "application/json"
                status = decode(await response.read(), FeedStatus)
            async with session.get(here.base + "/operator/feed") as response:
                document = await response.text()
                policy = response.headers["Content-Security-Policy"]
                assert (response.content_type, response.headers["Cache-Control"]) == ("text/html", "no-store")
        assert (status.municipality, status.applied, status.troubles) == (CODE, 1, ())
        seen = (str(OPERATOR), "at number 1, 0 changes set aside shown")
        assert await here.noted(AuditEvent.FEED_VIEWED) == [seen, seen]
        assert "異動データの受領状況" in document
        assert re.search(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='", policy)
        async with parties.client(CENTRE) as session:
            for path in ("/v1/feed/status", "/operator/feed"):
                async with session.get(here.base + path) as response:
                    assert (await Answer.read(response)).problem is ProblemCode.NOT_PERMITTED


def test_the_command_tells_a_monitor_whether_all_is_well(
    parties: Parties, sqlite_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = read_settings(Settings, parties.environment(sqlite_url), prefix=PREFIX)
    assert COMMANDS["migrate"].action(settings, []) == 0
    capsys.readouterr()
    target = tmp_path / "feed.html"
    assert COMMANDS["feed-status"].action(settings, ["--html", str(target)]) == 1
    assert "load-full" in capsys.readouterr().out
    assert target.read_text(encoding="utf-8").startswith("<!doctype html>")
    with pytest.raises(ConfigurationError, match="cannot be written"):
        COMMANDS["feed-status"].action(settings, ["--html", str(tmp_path / "nowhere" / "feed.html")])


async def test_the_command_is_content_with_a_fresh_copy(parties: Parties, migrated_sqlite_url: str) -> None:
    settings = read_settings(Settings, parties.environment(migrated_sqlite_url), prefix=PREFIX)
    async with opened(migrated_sqlite_url):
        await load_copy(migrated_sqlite_url, [resident(1)])
    assert await asyncio.to_thread(COMMANDS["feed-status"].action, settings, []) == 0


@pytest.mark.parametrize(
    ("seconds", "ja", "en"),
    [
        (None, "―", "–"),
        (0, "0秒", "0 s"),
        (75, "1分15秒", "1 min 15 s"),
        (3_600, "1時間", "1 h"),
        (200_000, "2日7時間", "2 d 7 h"),
    ],
)
def test_an_age_is_said_in_its_two_largest_units(seconds: int | None, ja: str, en: str) -> None:
    assert (age_words(seconds).ja, age_words(seconds).en) == (ja, en)
