"""The registry's books: numbers once given stand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from certificates.domain.identifiers import municipality_code
from certificates.errors import ConfigurationError, RefusedError, WireError
from certificates.problems import ProblemCode
from sync.copy.memory import MemoryCopy
from sync.feed.full_load import load_full, write_full_load
from sync.registry.adapters.sql import SqlBooks, open_books
from sync.registry.ports import Books, Span
from sync.registry.wire import read_change, write_change
from sync.town.numbers import MUNICIPALITY
from tests.sync.scenes import day
from tests.sync.sync_world import KEY, NOW, TRUSTED, Held, TestRegistry, require_equal, small_town


async def test_changes_are_numbered_in_their_order_and_keep_their_numbers(books: Books) -> None:
    assert await books.span() == Span(first=1, position=0)
    changes = day(5)
    assert list(await books.enter(changes[:2])) == [1, 2]
    assert list(await books.enter([changes[1], changes[2], changes[2]])) == [2, 3, 3]
    assert list(await books.enter([])) == []
    assert await books.span() == Span(first=1, position=3)
    registry = TestRegistry(changes=list(changes))
    assert list(await books.events(2, 3)) == [registry.event(2), registry.event(3)]


async def test_an_id_cannot_stand_for_two_changes(books: Books) -> None:
    first, second, *_ = day(2)
    await books.enter([first])
    for other in (replace(second, id=first.id), replace(first, time=NOW)):
        with pytest.raises(RefusedError) as refused:
            await books.enter([second, other])
        assert refused.value.code is ProblemCode.FEED_CONFLICT
    with pytest.raises(RefusedError):
        await books.enter([second, replace(second, time=NOW)])
    assert (await books.span()).position == 1


async def test_a_register_is_taken_over_once_and_goes_on_from_its_number(books: Books) -> None:
    registry = TestRegistry()
    assert await books.begin(registry.state.records(), 40)
    assert not await books.begin([], 0)
    assert await books.span() == Span(first=41, position=40)
    for change in day(6):
        registry.enter(change)
    assert list(await books.enter(registry.changes)) == [41, 42, 43, 44, 45, 46]
    assert await books.span() == Span(first=41, position=46)
    sequence, records = await books.records()
    assert (sequence, list(records)) == (46, list(registry.state.records()))


async def test_books_in_a_file_outlive_the_process_and_belong_to_one_municipality(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'registry.db'}"
    async with open_books(url, MUNICIPALITY) as books:
        await books.begin(small_town().records(), 0)
        await books.enter(day(3))
    async with open_books(url, MUNICIPALITY) as books:
        assert isinstance(books, SqlBooks)
        assert await books.span() == Span(first=1, position=3)
    with pytest.raises(ConfigurationError):
        async with open_books(url, municipality_code("992020")):
            pass


async def test_what_the_registry_exports_is_what_a_copy_can_load(books: Books, tmp_path: Path) -> None:
    registry = TestRegistry()
    await books.begin(registry.state.records(), 0)
    for change in day(25):
        registry.enter(change)
    await books.enter(registry.changes)
    sequence, records = await books.records()
    path = tmp_path / "full.jsonl"
    write_full_load(
        path,
        records,
        municipality=MUNICIPALITY,
        sequence=sequence,
        chain=await books.chain(sequence),
        taken_at=NOW,
        key=KEY,
    )
    copy = MemoryCopy()
    await load_full(copy, path, TRUSTED, MUNICIPALITY, clock=lambda: NOW)
    await require_equal(Held(store=copy, reader=copy), registry)


def test_a_change_with_a_wrong_check_digit_is_not_even_entered() -> None:
    change = day(1)[0]
    text = write_change(change)
    assert read_change(text) == change
    number = next(iter(change.subjects.people()))
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    with pytest.raises(WireError):
        read_change(text.replace(number.encode(), wrong.encode()))
