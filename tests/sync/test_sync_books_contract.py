"""One contract for the registry's books, whichever they are: numbers, chain, whom a change names, and the leaves."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from certificates.domain.identifiers import ResidentNumber
from certificates.errors import InvalidValueError, RefusedError
from certificates.problems import ProblemCode
from load_tests.servers.postgres import PostgresServer
from sync.change.events import CardCertificate, Change, Record, Subjects
from sync.change.reasons import Reason
from sync.copy.store import row_of
from sync.feed.wire import NO_CHAIN, link
from sync.reconcile.leaves import leaf_moves, leaf_of, subject, subject_of
from sync.registry.adapters.memory import MemoryBooks
from sync.registry.adapters.sql import open_books
from sync.registry.ports import Books
from sync.registry.state import Entry, RegisterState
from sync.town.day import day_of_changes
from sync.town.numbers import MUNICIPALITY
from tests.sync.sync_world import NOW, TODAY, small_town


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
async def books(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Books]:
    if request.param == "memory":
        yield MemoryBooks(MUNICIPALITY)
    else:
        async with AsyncExitStack() as stack:
            url = f"sqlite+aiosqlite:///{tmp_path / 'books.db'}"
            if request.param == "postgresql":
                server: PostgresServer = request.getfixturevalue("postgres")
                url = await stack.enter_async_context(server.database())
            yield await stack.enter_async_context(open_books(url, MUNICIPALITY))


@cache
def day() -> tuple[Change, ...]:
    return day_of_changes(small_town(), 120, seed=3)


async def begun(books: Books, sequence: int = 0) -> Books:
    assert await books.begin(small_town().records(), sequence)
    return books


def entry(number: int) -> Entry:
    return Entry(id=f"{number:032x}", time=NOW, on=TODAY)


def digests(records: Iterable[Record]) -> dict[str, int]:
    moves = leaf_moves((0, None, row_of(record)) for record in records)
    return {move.leaf: move.digest for move in moves if move.digest}


async def leaf_digests(books: Books) -> dict[str, int]:
    _, leaves = await books.leaves()
    assert [leaf.name for leaf in leaves] == sorted(leaf.name for leaf in leaves)
    return {leaf.name: leaf.digest for leaf in leaves if leaf.digest}


async def test_the_chain_goes_over_every_change_since_the_register_was_taken_over(books: Books) -> None:
    await begun(books, 40)
    await books.enter(day()[:6])
    await books.enter(day()[6:7])
    expected = NO_CHAIN
    assert await books.chain(40) == expected
    for number, event in enumerate(await books.events(41, 47), 41):
        expected = link(expected, hashlib.sha256(event).digest())
        assert await books.chain(number) == expected
    for outside in (39, 48):
        with pytest.raises(InvalidValueError):
            await books.chain(outside)


async def test_books_without_a_register_begin_with_no_chain(books: Books) -> None:
    assert await books.chain(0) == NO_CHAIN
    assert await books.touched(["r000000000000000"]) == (0, 0)
    assert await books.leaves() == (0, [])


async def test_a_chain_that_is_known_goes_on_when_the_register_is_taken_over(books: Books) -> None:
    assert await books.begin(small_town().records(), 9, b"\x07" * 32)
    assert await books.chain(9) == b"\x07" * 32
    await books.enter(day()[:1])
    (event,) = await books.events(10, 10)
    assert await books.chain(10) == link(b"\x07" * 32, hashlib.sha256(event).digest())


async def test_the_leaves_are_those_of_the_rows_after_every_entry(books: Books) -> None:
    await begun(books)
    assert await leaf_digests(books) == digests(small_town().records())
    state = RegisterState(small_town().records())
    for portion in (day()[:1], day()[1:40], day()[40:]):
        await books.enter(portion)
        for change in portion:
            state.take(change)
        assert await leaf_digests(books) == digests(state.records())
    position, records = await books.records()
    assert (position, list(records)) == (len(day()), list(state.records()))


def named_by_each(changes: Sequence[Change]) -> dict[str, int]:
    """Slowly and by definition: everybody in the rows, and their households before and after."""
    state = RegisterState(small_town().records())
    named: dict[str, int] = {}
    for number, change in enumerate(changes, 1):
        people = change.subjects.people()
        homes = set(change.subjects.households())
        homes |= {state.residents[person].household for person in people if person in state.residents}
        state.take(change)
        homes |= {state.residents[person].household for person in people if person in state.residents}
        named |= {subject(resident=person): number for person in people}
        named |= {subject(household=home): number for home in homes}
    return named


async def test_every_person_and_household_knows_the_last_change_that_names_it(books: Books) -> None:
    await begun(books)
    await books.enter(day()[:70])
    await books.enter(day()[70:])
    named = named_by_each(day())
    state = RegisterState(small_town().records())
    everybody = {subject(resident=person) for person in state.residents} | named.keys()
    for name in everybody:
        assert await books.touched([name]) == (named.get(name, 0), len(day())), name
    assert await books.touched(sorted(everybody)) == (max(named.values()), len(day()))


async def test_a_leaf_knows_the_last_change_that_moved_it(books: Books) -> None:
    await begun(books)
    await books.enter(day())
    last: dict[str, int] = {}
    for number, change in enumerate(day(), 1):
        last |= {leaf_of(subject_of(row_of(record))): number for record in change.subjects.records()}
    _, leaves = await books.leaves()
    assert {leaf.name: leaf.touched for leaf in leaves} == {
        leaf.name: last.get(leaf.name, 0) for leaf in leaves
    }
    assert last.keys() <= {leaf.name for leaf in leaves}


async def test_a_household_is_named_by_a_member_who_leaves_it(books: Books) -> None:
    await begun(books)
    row = small_town().residents[0]
    other = next(each.household for each in small_town().residents if each.household != row.household)
    moved = replace(row, household=other, history=row.history + 1)
    (number,) = await books.enter([entry(1).of_residents(Reason.HOUSEHOLD_CHANGED, [moved])])
    for household in (row.household, other):
        assert (await books.touched([subject(household=household)]))[0] == number
    (number,) = await books.enter([card_of(row.number, 2)])
    assert (await books.touched([subject(household=other)]))[0] == number
    assert (await books.touched([subject(household=row.household)]))[0] == number - 1


def card_of(resident: ResidentNumber, number: int) -> Change:
    card = replace(small_town().cards[0], resident=resident)
    return entry(number).change(Reason.CARD_REGISTERED, Subjects(cards=(card,)))


async def test_who_loses_a_row_to_somebody_else_is_named_as_well(books: Books) -> None:
    await begun(books)
    owner = small_town().cards[0].resident
    heir = next(each for each in small_town().residents if each.number != owner)
    await books.enter([card_of(heir.number, 1)])
    home = next(each.household for each in small_town().residents if each.number == owner)
    for name in (subject(resident=owner), subject(resident=heir.number), subject(household=home)):
        assert (await books.touched([name]))[0] == 1, name
    _, records = await books.records()
    assert await leaf_digests(books) == digests(records)


async def test_the_rows_of_a_leaf_and_of_one_subject_are_told_apart_from_all_others(books: Books) -> None:
    await begun(books)
    await books.enter(day())
    _, records = await books.records()
    expected: dict[str, list[Record]] = {}
    for record in records:
        expected.setdefault(subject_of(row_of(record)), []).append(record)
    leaf = leaf_of(min(expected))
    household = next(name for name in sorted(expected, reverse=True) if name.startswith("r"))
    unknown = "h999999999999999"
    position, found = await books.subjects([leaf, household, unknown])
    assert position == len(day())
    wanted = [unknown, *(name for name in expected if name.startswith(leaf) or name == household)]
    assert [each.subject for each in found] == sorted(wanted)
    named = named_by_each(day())
    for each in found:
        assert set(each.records) == set(expected.get(each.subject, ()))
        assert each.touched == named.get(each.subject, 0)


async def test_a_suppressed_household_is_a_subject_of_its_own(books: Books) -> None:
    await begun(books)
    suppressed = next(row for row in small_town().suppressions)
    whole = replace(suppressed, key="whole", resident=None, household=small_town().residents[0].household)
    await books.enter([entry(1).change(Reason.SUPPRESSED, Subjects(suppressions=(whole,)))])
    name = subject(household=whole.household)
    _, found = await books.subjects([name])
    assert [(each.subject, each.touched, tuple(each.records)) for each in found] == [(name, 1, (whole,))]
    _, by_leaf = await books.subjects([leaf_of(name)])
    assert name in [each.subject for each in by_leaf]


async def test_the_same_change_again_keeps_its_number_and_moves_nothing(books: Books) -> None:
    await begun(books)
    first = await books.enter(day()[:10])
    leaves, chain = await books.leaves(), await books.chain(10)
    assert await books.enter(day()[:10]) == first
    assert (await books.leaves(), await books.chain(10)) == (leaves, chain)


async def test_an_id_for_another_change_leaves_the_books_as_they_were(books: Books) -> None:
    await begun(books)
    await books.enter(day()[:1])
    leaves = await books.leaves()
    other = replace(day()[1], id=day()[0].id)
    with pytest.raises(RefusedError) as refused:
        await books.enter([day()[2], other])
    assert refused.value.code is ProblemCode.FEED_CONFLICT
    assert await books.leaves() == leaves
    assert await books.touched([subject(resident=small_town().residents[0].number)]) == (0, 1)


async def test_changes_entered_at_once_get_different_numbers_and_one_chain(books: Books) -> None:
    await begun(books)
    given = await asyncio.gather(*(books.enter([change]) for change in day()[:20]))
    assert sorted(number for (number,) in given) == list(range(1, 21))
    expected = NO_CHAIN
    for event in await books.events(1, 20):
        expected = link(expected, hashlib.sha256(event).digest())
    assert await books.chain(20) == expected


async def test_a_register_is_taken_over_once(books: Books) -> None:
    await begun(books)
    assert not await books.begin(small_town().records(), 5)
    assert (await books.span()).position == 0


def test_a_card_that_nobody_knows_names_its_resident_alone() -> None:
    # a change for somebody who is not in the register: no household is known, before or after
    card = CardCertificate(serial=small_town().cards[0].serial, resident=small_town().cards[0].resident)
    books = MemoryBooks(MUNICIPALITY)
    change = entry(1).change(Reason.CARD_REGISTERED, Subjects(cards=(card,)))
    assert asyncio.run(books.enter([change])) == [1]
    assert asyncio.run(books.touched([subject(resident=card.resident)])) == (1, 1)
