"""Retention: what goes after the legal period, and what stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select, text

from certificates.domain.resident import Resident
from sync.copy.tables import cards, erasures, inbox, resident_history, residents, seals
from sync.reconcile.erase import RETENTION_YEARS, erase
from sync.reconcile.report import Outcome
from sync.registry import lives
from tests.reconcile.reconcile_world import World
from tests.sync.sync_world import NOW, TODAY

LATER = date(TODAY.year + RETENTION_YEARS, TODAY.month, TODAY.day)


async def dies(world: World, row: Resident) -> None:
    await world.enter(lives.death(world.registry.state, row.number, world.registry.entry()))
    await world.feed()


async def rows_of(world: World, number: str) -> list[int]:
    counts = []
    for column in (residents.c.number, resident_history.c.number, seals.c.resident, cards.c.resident):
        async with world.engine.connect() as connection:
            query = select(func.count()).select_from(column.table).where(column == number)
            counts.append(await connection.scalar(query) or 0)
    return counts


async def test_nobody_is_erased_a_day_too_early(world: World) -> None:
    number = world.family.resident.number
    await dies(world, world.registry.state.residents[number])
    before = await rows_of(world, number)
    erased = await erase(world.engine, LATER.replace(day=LATER.day - 1), NOW)
    assert await rows_of(world, number) == before
    assert number not in {name[1:] for name in await tombstones(world)}
    again = await erase(world.engine, LATER, NOW)
    assert again.people >= 1
    assert erased.people + again.people == len(await tombstones(world)) - erased.households - again.households
    assert await rows_of(world, number) == [0, 0, 0, 0]


async def tombstones(world: World) -> set[str]:
    async with world.engine.connect() as connection:
        return set(await connection.scalars(select(erasures.c.subject)))


async def test_a_dry_run_counts_the_same_and_changes_nothing(world: World) -> None:
    number = world.family.resident.number
    await dies(world, world.registry.state.residents[number])
    before = await rows_of(world, number)
    counted = await erase(world.engine, LATER, NOW, dry_run=True)
    assert await rows_of(world, number) == before
    assert await tombstones(world) == set()
    assert await erase(world.engine, LATER, NOW) == counted


async def test_residents_stay_whatever_the_day(world: World) -> None:
    current = {row.number for row in world.registry.town.residents if row.is_current}
    await erase(world.engine, date(9000, 1, 1), NOW)
    async with world.engine.connect() as connection:
        left = set(await connection.scalars(select(residents.c.number)))
    assert left == current


async def test_reconciliation_leaves_the_erased_erased(world: World) -> None:
    number = world.family.resident.number
    await dies(world, world.registry.state.residents[number])
    erased = await erase(world.engine, LATER, NOW)
    report = await world.reconcile()
    assert {finding.outcome for finding in report.findings} == {Outcome.ERASED}
    assert len(report.findings) == erased.people
    assert report.is_equal
    assert await rows_of(world, number) == [0, 0, 0, 0]


async def test_the_body_of_a_quarantined_change_goes_with_those_whom_it_names(world: World) -> None:
    household = world.family.resident.household
    members = world.registry.state.household(household)
    await world.set_aside()
    assert (await erase(world.engine, LATER, NOW)).bodies == 0
    async with world.engine.begin() as connection:
        for row in members:
            status = "deceased"
            gone = text("UPDATE residents SET status = :s, record = :r WHERE number = :n")
            record = await connection.scalar(
                select(residents.c.record).where(residents.c.number == row.number)
            )
            form = {**json.loads(str(record)), "status": status, "removed_on": TODAY.isoformat()}
            record = json.dumps(form, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            await connection.execute(gone, {"s": status, "r": record, "n": row.number})
    erased = await erase(world.engine, LATER, NOW)
    assert erased.bodies == 1
    assert f"h{household}" in await tombstones(world)
    assert await world.held.reader.set_aside() == ()


async def test_the_body_of_a_change_set_right_goes_after_its_years(world: World) -> None:
    change = await world.set_aside()
    truth = tuple(
        replace(row, name=world.registry.state.residents[row.number].name)
        for row in change.subjects.residents
    )
    world.registry.enter(lives.correct(world.registry.state, truth, world.registry.entry()))
    await world.feed()
    soon, late = TODAY.replace(year=TODAY.year + 4), TODAY.replace(year=TODAY.year + 6)
    assert (await erase(world.engine, soon, NOW)).bodies == 0
    assert (await erase(world.engine, late, NOW)).bodies == 1
    async with world.engine.connect() as connection:
        kept = await connection.scalar(select(func.count()).where(inbox.c.body.is_not(None)))
    assert kept == 0


async def test_a_row_that_cannot_be_read_stays_and_is_counted(world: World) -> None:
    async with world.engine.begin() as connection:
        number = await connection.scalar(select(residents.c.number).limit(1))
        statement = text("UPDATE residents SET status = 'deceased', record = '{' WHERE number = :n")
        await connection.execute(statement, {"n": number})
    erased = await erase(world.engine, LATER, NOW)
    assert erased.unreadable == 1
    assert (await rows_of(world, str(number)))[0] == 1
