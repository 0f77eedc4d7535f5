"""What every feed promises: over HTTPS, over Redis Streams and in files the same deliveries have the same effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from redis import Redis

from certificates.domain.identifiers import municipality_code
from certificates.wire.jose import SigningKey
from sync.change.events import Change
from sync.town.day import day_of_changes
from tests.sync.sync_feeds import Feed, Outcome, Parties, files_feed, https_feed, streams_feed
from tests.sync.sync_world import KEY, NOW, Held, TestRegistry, require_equal, small_town

CHANGES = 40
FEEDS = ("https", "streams", "files")
LATER = NOW + timedelta(seconds=1)
OTHER = municipality_code("992020")


@cache
def changes() -> tuple[Change, ...]:
    return day_of_changes(small_town(), CHANGES)[:CHANGES]


@cache
def many_changes() -> tuple[Change, ...]:
    """More than a megabyte of events."""
    return day_of_changes(small_town(), 1_300)


@pytest.fixture
def source() -> TestRegistry:
    source = TestRegistry()
    for change in changes():
        source.enter(change)
    return source


@pytest.fixture(scope="module")
def parties(tmp_path_factory: pytest.TempPathFactory) -> Parties:
    return Parties.enrolled(tmp_path_factory.mktemp("keys"))


@asynccontextmanager
async def open_feed(
    name: str, held: Held, request: pytest.FixtureRequest, folder: Path
) -> AsyncIterator[Feed]:
    if name == "https":
        async with https_feed(request.getfixturevalue("parties"), held) as feed:
            yield feed
    elif name == "streams":
        url: str = request.getfixturevalue("redis_url")
        with Redis.from_url(url) as client:
            client.flushall()
        async with streams_feed(url, held) as feed:
            yield feed
    else:
        yield files_feed(folder, held)


@pytest.fixture(params=FEEDS)
async def feed(request: pytest.FixtureRequest, copy: Held, tmp_path: Path) -> AsyncIterator[Feed]:
    async with open_feed(request.param, copy, request, tmp_path) as opened:
        yield opened


async def applied(copy: Held) -> tuple[int, int]:
    mark = await copy.reader.watermark()
    assert mark is not None
    return mark.applied, mark.known


async def test_what_is_new_is_taken(feed: Feed, copy: Held, source: TestRegistry) -> None:
    assert await feed.deliver(source, 1, 15) == Outcome("taken", 15)
    assert await feed.deliver(source, 16, CHANGES) == Outcome("taken", CHANGES)
    await require_equal(copy, source)


async def test_what_came_before_changes_nothing(feed: Feed, copy: Held, source: TestRegistry) -> None:
    for first, last in ((1, CHANGES), (1, CHANGES), (5, 9), (CHANGES, CHANGES)):
        assert await feed.deliver(source, first, last) == Outcome("taken", CHANGES)
    await require_equal(copy, source)


async def test_what_is_missing_is_named_and_comes_by_replay(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    assert await feed.deliver(source, 1, 4) == Outcome("taken", 4)
    assert (await feed.deliver(source, 9, 12)).word == "gap"
    assert await applied(copy) == (4, CHANGES)  # a gap that every decision sees
    assert await feed.deliver(source, 5, CHANGES) == Outcome("taken", CHANGES)
    await require_equal(copy, source)


async def test_deliveries_in_any_order_end_where_the_register_is(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    portions = [(first, first + 9) for first in range(1, CHANGES, 10)]
    for first, last in (portions[2], portions[0], portions[3], portions[1], portions[0], *portions):
        await feed.deliver(source, first, last)
    assert await applied(copy) == (CHANGES, CHANGES)
    await require_equal(copy, source)


async def test_another_content_for_a_number_is_a_conflict_for_good(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    await feed.deliver(source, 1, 5)
    other = [source.event(5).replace(b'"time":"2026', b'"time":"2025')]
    assert await feed.deliver(source, 5, 5, events=other) == Outcome("conflict")
    assert await feed.deliver(source, 6, 9) == Outcome("conflict")
    assert await applied(copy) == (5, CHANGES)  # a gap: nothing is issued


@pytest.mark.parametrize("first", [0, 6])
async def test_another_way_to_the_same_number_is_a_conflict(
    feed: Feed, copy: Held, source: TestRegistry, first: int
) -> None:
    await feed.deliver(source, 1, 5, position=5)
    other = bytes(31) + b"x"
    position = 9 if first else 5
    assert await feed.deliver(source, first, first + 3 if first else 0, chain=other, position=position) == (
        Outcome("conflict")
    )
    assert (await applied(copy))[0] == 5


async def test_a_registry_that_has_forgotten_numbers_is_a_conflict(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    await feed.deliver(source, 1, 9)
    assert await feed.deliver(source, 0, 0, position=7, sent_at=LATER) == Outcome("conflict")


async def test_a_bad_change_is_set_aside_and_those_around_it_are_taken(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    events = [source.event(number) for number in range(1, 11)]
    events[4] = events[4].replace(b'"reason":"', b'"reason":"not ')
    assert await feed.deliver(source, 1, 10, events=events) == Outcome("taken", 10, 1)
    assert [aside.sequence for aside in await copy.reader.set_aside()] == [5]
    assert (await feed.deliver(source, 11, 12)).applied == 12


async def test_what_nobody_could_take_in_is_refused_and_does_not_stand_in_the_way(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    stranger = SigningKey.generate("stranger")
    swapped = [source.event(number) for number in (2, 1, 3)]
    nameless = [source.event(1).replace(b'"residents"', b'"nobody"').replace(b'"seals"', b'"nobody"')]
    for refused in (
        await feed.deliver(source, 1, 3, key=stranger),
        await feed.deliver(source, 1, 3, key=SigningKey(KEY.kid, stranger.private_pem)),
        await feed.deliver(source, 1, 3, municipality=OTHER),
        await feed.deliver(source, 1, 3, events=swapped),
        await feed.deliver(source, 1, 1, events=nameless),
        await feed.deliver(source, 1, 1, events=[b'{"half":']),
    ):
        assert refused == Outcome("refused")
    # nothing is applied; what was the registry's own and could not be read is known to be missing
    assert await applied(copy) in ((0, 0), (0, CHANGES))
    source.sent.clear()  # what was refused was never given out
    assert await feed.deliver(source, 1, CHANGES) == Outcome("taken", CHANGES)
    await require_equal(copy, source)


async def test_a_sign_of_life_moves_the_age_and_shows_what_is_missing(
    feed: Feed, copy: Held, source: TestRegistry
) -> None:
    await feed.deliver(source, 1, CHANGES)
    copy.now = LATER
    assert (await feed.deliver(source, 0, 0, sent_at=LATER)).word == "taken"
    mark = await copy.reader.watermark()
    assert mark is not None
    assert (mark.heard_at, mark.applied, mark.known) == (LATER, CHANGES, CHANGES)
    more = CHANGES + 2
    assert (await feed.deliver(source, 0, 0, sent_at=LATER, position=more, chain=bytes(32))).word == "gap"
    assert await applied(copy) == (CHANGES, more)


async def test_a_large_delivery_is_taken_whole(feed: Feed, copy: Held) -> None:
    source = TestRegistry()
    for change in many_changes():
        source.enter(change)
    assert await feed.deliver(source, 1, source.position) == Outcome("taken", source.position)
    await require_equal(copy, source)


async def test_one_copy_may_be_fed_by_all_of_them_at_once(
    held: Held, source: TestRegistry, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    """Also over a copy's own storage: which feed brought a number makes no difference to it."""
    async with (
        open_feed("https", held, request, tmp_path) as https,
        open_feed("streams", held, request, tmp_path) as streams,
        open_feed("files", held, request, tmp_path) as files,
    ):
        feeds = (https, streams, files)
        for turn, first in zip(count(), range(1, CHANGES, 4)):
            feed = feeds[turn % 3]
            assert await feed.deliver(source, first, first + 3) == Outcome("taken", first + 3)
            assert (await feeds[turn % 2].deliver(source, max(1, first - 2), first + 3)).word == "taken"
    await require_equal(held, source)
