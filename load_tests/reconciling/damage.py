"""Silent damage: rows changed by plain SQL past the feed, one of each kind in turn."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from certificates.domain.identifiers import numbered

RowKey = tuple[str, str]
"""Kind of a row and its key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Damage:
    """``rows``: how many were damaged; ``keys``: the rows in which the copy differs now."""

    rows: int
    keys: frozenset[RowKey] = field(repr=False)


@dataclass(slots=True)
class _Victims:
    """Keys of rows to be damaged, each person only once."""

    residents: list[str]
    seals: list[str]
    cards: list[tuple[str, str]]
    suppressions: list[str]


Spoil = Callable[[AsyncConnection, _Victims], Awaitable[Sequence[RowKey]]]


async def damage(engine: AsyncEngine, rng: Random, rows: int) -> Damage:
    """Damage ``rows`` rows, each way of ``_WAYS`` in turn; leaves no trace but the rows."""
    async with engine.begin() as connection:
        victims = await _victims(connection, rng)
        done, keys = 0, set[RowKey]()
        while done < rows:
            for count, spoil in _WAYS:
                if done + count <= rows:
                    keys.update(await spoil(connection, victims))
                    done += count
    return Damage(rows=done, keys=frozenset(keys))


async def _victims(connection: AsyncConnection, rng: Random) -> _Victims:
    async def keys(statement: str) -> list[tuple[str, ...]]:
        return sorted(tuple(row) for row in await connection.execute(text(statement)))

    people = [row[0] for row in await keys("SELECT number FROM residents")]
    rng.shuffle(people)
    third = len(people) // 3
    plain, sealed, carded = set(people[:third]), set(people[third : 2 * third]), set(people[2 * third :])
    seals = [row[0] for row in await keys("SELECT resident FROM seals") if row[0] in sealed]
    cards = [(row[0], row[1]) for row in await keys("SELECT resident, serial FROM cards") if row[0] in carded]
    suppressions = [row[0] for row in await keys("SELECT key FROM suppressions")]
    residents = sorted(plain)
    for pool in (residents, seals, suppressions):
        rng.shuffle(pool)
    rng.shuffle(cards)
    return _Victims(
        residents=residents, seals=seals, cards=list(dict(cards).items()), suppressions=suppressions
    )


async def _do(connection: AsyncConnection, statement: str, **values: object) -> None:
    await connection.execute(text(statement), values)


async def _text_changed(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    await _do(
        connection,
        'UPDATE residents SET record = replace(record, \'"name":"\', \'"name":"仮\') WHERE number = :n',
        n=number,
    )
    return [("resident", number)]


async def _household_changed(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    await _do(
        connection,
        "UPDATE residents SET household = :h WHERE number = :n",
        h=numbered(99_999_999_999_999),
        n=number,
    )
    return [("resident", number)]


async def _status_nonsense(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    await _do(connection, "UPDATE residents SET status = '???' WHERE number = :n", n=number)
    return [("resident", number)]


async def _key_changed(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    other = number[:-1] + str((int(number[-1]) + 1) % 10)
    await _do(connection, "UPDATE residents SET number = :other WHERE number = :n", other=other, n=number)
    return [("resident", number), ("resident", other)]


async def _resident_deleted(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    await _do(connection, "DELETE FROM residents WHERE number = :n", n=number)
    return [("resident", number)]


async def _two_swapped(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    one, other = victims.residents.pop(), victims.residents.pop()
    query = text("SELECT household, record FROM residents WHERE number = :n")
    held = {n: (await connection.execute(query, {"n": n})).one() for n in (one, other)}
    for number, (household, record) in ((one, held[other]), (other, held[one])):
        statement = "UPDATE residents SET household = :h, record = :r WHERE number = :n"
        await _do(connection, statement, h=household, r=record, n=number)
    return [("resident", one), ("resident", other)]


async def _seal_deleted(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.seals.pop()
    await _do(connection, "DELETE FROM seals WHERE resident = :n", n=number)
    return [("seal", number)]


async def _seal_invalid(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.seals.pop()
    await _do(connection, "UPDATE seals SET valid = NOT valid WHERE resident = :n", n=number)
    return [("seal", number)]


async def _seal_invented(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = numbered(99_888_000_000_000 + len(victims.residents))
    await _do(
        connection,
        "INSERT INTO seals (resident, history, valid, record) VALUES (:n, 1, TRUE, '{}')",
        n=number,
    )
    return [("seal", number)]


async def _card_of_another(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    (_, serial), (other, _) = victims.cards.pop(), victims.cards.pop()
    await _do(connection, "UPDATE cards SET resident = :n WHERE serial = :s", n=other, s=serial)
    return [("card", serial)]


async def _card_deleted(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    _, serial = victims.cards.pop()
    await _do(connection, "DELETE FROM cards WHERE serial = :s", s=serial)
    return [("card", serial)]


async def _suppression_released(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    key = victims.suppressions.pop() if victims.suppressions else ""
    if not key:  # a small town has few: one that nobody entered is as wrong
        return await _suppression_invented(connection, victims)
    await _do(connection, "UPDATE suppressions SET released = NOT released WHERE key = :k", k=key)
    return [("suppression", key)]


async def _suppression_invented(connection: AsyncConnection, victims: _Victims) -> Sequence[RowKey]:
    number = victims.residents.pop()
    await _do(
        connection,
        "INSERT INTO suppressions (key, resident, household, released, record) "
        "VALUES (:k, NULL, :h, FALSE, '{}')",
        k=f"invented-{number}",
        h=number,
    )
    return [("suppression", f"invented-{number}")]


_WAYS: Sequence[tuple[int, Spoil]] = (
    (1, _text_changed),
    (1, _household_changed),
    (1, _status_nonsense),
    (1, _key_changed),
    (1, _resident_deleted),
    (1, _seal_deleted),
    (1, _seal_invalid),
    (1, _seal_invented),
    (1, _card_of_another),
    (1, _card_deleted),
    (1, _suppression_released),
    (1, _suppression_invented),
    (2, _two_swapped),
)
"""How many rows each way damages."""
