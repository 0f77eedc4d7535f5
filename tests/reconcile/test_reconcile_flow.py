"""Reconciling while changes flow, and what differs by rights."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import select

from certificates.domain.resident import Resident
from certificates.errors import KofuError
from load_tests.reconciling.damage import damage
from load_tests.reconciling.near import NearOriginal
from sync.change.records import Kind
from sync.copy.store import row_of
from sync.copy.tables import doubts, feed_state, resident_history, residents
from sync.original.wire import LeavesAnswer
from sync.reconcile.alone import alone
from sync.reconcile.compare import How
from sync.reconcile.leaves import leaf_of
from sync.reconcile.repair import Replacement
from sync.reconcile.repair import replace as set_in_place
from sync.reconcile.report import Outcome
from sync.reconcile.run import reconcile
from sync.reconcile.search import Patience
from sync.reconcile.snapshot import ReconciliationError, doubted
from sync.registry import lives, moves
from sync.town.numbers import MUNICIPALITY
from tests.reconcile.conftest import Settle
from tests.reconcile.reconcile_world import BRISK, World, row_keys
from tests.sync.sync_world import KEY, NOW, TRUSTED


def a_child(world: World) -> Resident:
    household = world.family.resident.household
    return next(row for row in world.registry.state.household(household) if not row.is_head)


async def test_damage_is_found_exactly_while_changes_flow(settle: Settle) -> None:
    world = await settle(2000)
    done = await damage(world.engine, Random(3), 10)
    harmed = {key for _, key in done.keys}
    people = [row for row in world.registry.town.residents if row.is_current and row.number not in harmed]
    households = {row.household for row in people}

    async def flow() -> None:
        for household in sorted(households)[:400]:
            members = world.registry.state.household(household)
            if harmed & {row.number for row in members}:
                continue
            await world.enter(
                moves.move_within(
                    world.registry.state,
                    [row.number for row in members],
                    f"見本県みほん市例示町{world.registry.position + 1}番",
                    world.registry.entry(),
                )
            )
            if world.registry.position % 3 == 0:
                await world.feed()
            await asyncio.sleep(0)

    flowing = asyncio.create_task(flow())
    await asyncio.sleep(0.05)
    report = await world.reconcile()
    flowing.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await flowing
    assert row_keys(report) == done.keys
    assert {finding.outcome for finding in report.findings} == {Outcome.REPAIRED}
    await world.feed()
    again = await world.reconcile()
    assert again.is_equal
    assert not again.findings


async def test_a_change_on_its_way_is_no_difference_and_never_repaired(world: World) -> None:
    child = a_child(world)
    row = replace(child, name=child.name + "改")
    await world.enter(lives.correct(world.registry.state, [row], world.registry.entry()))
    report = await world.reconcile(patience=Patience(rounds=2, seconds=0.01, pause=0.001))
    (finding,) = report.findings
    assert finding.outcome is Outcome.UNDECIDED
    assert (finding.subject, finding.households, finding.rows) == (leaf_of(f"r{child.number}"), (), ())
    assert not report.is_equal
    assert await doubted(world.engine) == frozenset()
    await world.feed()
    assert not (await world.reconcile()).findings


async def test_somebody_who_is_named_by_a_change_in_every_look_is_judged_where_both_sides_stand(
    world: World,
) -> None:
    child = a_child(world)
    serial = next(card.serial for card in world.registry.town.cards if card.resident == child.number)
    await world.spoil("DELETE FROM cards WHERE serial = :s", s=serial)

    class Busy(NearOriginal):
        async def leaves(self, leaves: Sequence[str]) -> LeavesAnswer:
            """Whenever it is asked, something has just been entered that the copy does not have yet."""
            row = replace(child, name=f"見本　{world.registry.position}")
            await world.enter(lives.correct(world.registry.state, [row], world.registry.entry()))
            return await super().leaves(leaves)

    async def flow() -> None:
        while True:
            await asyncio.sleep(0.02)
            mark = await world.held.reader.watermark()
            if mark is not None and mark.applied < world.registry.position:
                await world.feed()

    flowing = asyncio.create_task(flow())
    original = Busy(world.books, MUNICIPALITY, KEY, TRUSTED)
    report = await reconcile(world.engine, original, MUNICIPALITY, lambda: NOW, patience=BRISK)
    flowing.cancel()
    assert [finding.outcome for finding in report.findings] == [Outcome.REPAIRED]
    assert row_keys(report) == {("card", serial)}
    assert world.registry.position == 1  # one look was enough


async def test_what_a_quarantined_change_names_is_left_alone(world: World) -> None:
    family = world.family
    members = world.registry.state.household(family.resident.household)
    await world.set_aside()
    await world.spoil("DELETE FROM cards WHERE serial = :s", s=family.serial)
    report = await world.reconcile()
    outcomes = {finding.subject[1:]: finding.outcome for finding in report.findings}
    # the damaged card of one of them is set right all the same; the rows in quarantine are not
    assert outcomes.pop(family.resident.number) is Outcome.REPAIRED
    assert outcomes == {
        row.number: Outcome.SET_ASIDE for row in members if row.number != family.resident.number
    }
    assert len(await world.held.reader.set_aside()) == 1
    again = await world.reconcile()
    assert {finding.outcome for finding in again.findings} == {Outcome.SET_ASIDE}
    assert again.is_equal


async def test_without_repair_the_household_is_blocked_until_a_run_sets_it_right(world: World) -> None:
    family = world.family
    child = next(
        row
        for row in world.registry.state.household(family.resident.household)
        if row.number != family.resident.number
    )
    await world.spoil("DELETE FROM residents WHERE number = :n", n=child.number)
    report = await world.reconcile(repair=False)
    (finding,) = report.findings
    assert finding.outcome is Outcome.BLOCKED
    assert [row.how for row in finding.rows] == [How.MISSING]
    assert finding.households == [child.household]
    # a certificate of the others would lack somebody
    assert await doubted(world.engine) == {f"r{child.number}", f"h{child.household}"}
    assert (await world.held.view(family.serial)).pending
    # blocked people are looked at again, even where stored digests would not lead there
    assert (await world.reconcile(quick=True)).count(Outcome.REPAIRED) == 1
    assert await doubted(world.engine) == frozenset()
    assert not (await world.held.view(family.serial)).pending


async def test_a_block_ends_when_the_feed_has_set_the_rows_right(world: World) -> None:
    family = world.family
    number = family.resident.number
    await world.spoil("UPDATE residents SET head = NOT head WHERE number = :n", n=number)
    await world.reconcile(repair=False)
    assert f"r{number}" in await doubted(world.engine)
    await world.spoil("UPDATE residents SET head = NOT head WHERE number = :n", n=number)
    assert not (await world.reconcile()).findings
    assert await doubted(world.engine) == frozenset()


async def test_a_wrong_stored_leaf_is_set_right_without_touching_rows(world: World) -> None:
    await world.reconcile()
    await world.spoil("UPDATE leaves SET low = high")
    report = await world.reconcile(quick=True)
    assert not report.findings
    assert report.moved == report.leaves
    assert report.rows is None
    assert (await world.reconcile()).moved == 0


async def test_the_history_gets_the_repaired_row_only_when_it_lacks_it(world: World) -> None:
    number = world.family.resident.number
    query = select(resident_history.c.record).where(resident_history.c.number == number)
    async with world.engine.connect() as connection:
        before = (await connection.scalars(query)).all()
    await world.spoil("UPDATE residents SET record = '{}' WHERE number = :n", n=number)
    await world.reconcile()
    async with world.engine.connect() as connection:
        assert (await connection.scalars(query)).all() == before
    await world.spoil("UPDATE residents SET record = '{}' WHERE number = :n", n=number)
    await world.spoil("UPDATE resident_history SET record = '{}' WHERE number = :n", n=number)
    await world.reconcile()
    async with world.engine.connect() as connection:
        assert (await connection.scalars(query)).all() == before


async def test_a_copy_that_cannot_vouch_for_its_number_is_not_compared(world: World) -> None:
    await world.spoil("UPDATE feed_state SET conflict = 3")
    with pytest.raises(ReconciliationError, match="conflict"):
        await world.reconcile()
    async with world.engine.begin() as connection:
        await connection.execute(feed_state.delete())
    with pytest.raises(ReconciliationError, match="never loaded"):
        await world.reconcile()


async def test_a_registry_that_came_back_from_the_past_is_not_believed(world: World) -> None:
    await world.spoil("UPDATE residents SET status = '???'")
    await world.spoil("UPDATE feed_state SET applied = 9, known = 9")
    with pytest.raises(ReconciliationError, match="older than the copy"):
        await world.reconcile()
    async with world.engine.connect() as connection:
        assert (await connection.scalars(select(doubts.c.subject))).all() == []


async def test_only_one_process_reconciles_at_a_time(world: World) -> None:
    async with alone(world.engine):
        with pytest.raises(KofuError, match="another process"):
            async with alone(world.engine):
                pass
    async with alone(world.engine):
        pass


async def test_rows_of_a_change_set_aside_meanwhile_do_not_come_in(world: World) -> None:
    rows = (await world.set_aside()).subjects.residents
    offered = Replacement(
        subject=f"r{rows[0].number}",
        touched=1,
        position=1,
        rows=[row_of(rows[0])],
        kinds=frozenset(Kind),
    )
    assert await set_in_place(world.engine, [offered]) == frozenset()
    assert await set_in_place(world.engine, [replace(offered, kinds=frozenset({Kind.SEAL}))]) == {
        offered.subject
    }
    async with world.engine.connect() as connection:
        query = select(residents.c.history).where(residents.c.number == rows[0].number)
        assert await connection.scalar(query) == rows[0].history - 1


async def test_nothing_overtaken_and_nothing_undone_is_taken_over(world: World) -> None:
    child = a_child(world)
    moved = lives.correct(world.registry.state, [replace(child, name="見本改")], world.registry.entry())
    await world.enter(moved)
    offered = Replacement(
        subject=f"r{child.number}",
        touched=1,
        position=1,
        rows=[row_of(row) for row in moved.subjects.residents],
        kinds=frozenset({Kind.RESIDENT}),
    )
    assert await set_in_place(world.engine, [offered]) == frozenset()
    await world.feed()
    earlier = replace(offered, touched=0, position=0, rows=[row_of(child)])
    assert await set_in_place(world.engine, [earlier]) == frozenset()
    assert await set_in_place(world.engine, [offered]) == {offered.subject}
