"""Everything between the registry and the copy is killed and spoilt, shortly; and the harness is seen to notice damage."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncEngine

from certificates.errors import UnavailableError
from load_tests.bench_sync.material import Material, fill
from load_tests.chaos.comparison import Verdict, compare
from load_tests.chaos.faults import KILLS, blows
from load_tests.chaos.faults import Fault as Blow
from load_tests.chaos.report import text_of, write_json
from load_tests.chaos.run import Outcome, Plan, play
from load_tests.chaos.slips.drawing import SLIPS, Slips, kept_homes
from load_tests.chaos.story import Expected, story
from load_tests.town.process import run_command
from sync.checks.faults import Fault
from sync.copy import tables
from sync.copy.database import open_database
from sync.copy.memory import MemoryCopy
from sync.town import Town, invent
from sync.town.numbers import MUNICIPALITY
from sync.town.walk import Walk
from tests.sync.sync_world import NOW, Held, TestRegistry, require_equal

SEED = 3


@pytest.fixture(scope="module")
def small() -> Town:
    return invent(SEED, 120)


def expected_of(town: Town) -> Expected:
    expected = Expected()
    expected.begin(town.records())
    return expected


async def verdict_after(town: Town, tmp_path: Path, *damage: object) -> Verdict:
    """Load the town, do ``damage`` by plain SQL, compare."""
    engine: AsyncEngine = open_database(f"sqlite+aiosqlite:///{tmp_path / 'copy.db'}")
    try:
        await fill(engine, Material(town=town, records=tuple(town.records()), changes=()))
        async with engine.begin() as connection:
            for statement in damage:
                await connection.execute(statement)  # type: ignore[call-overload]  # update and delete alike
        return await compare(engine, town.records(), expected_of(town))
    finally:
        await engine.dispose()


@pytest.mark.usefixtures("postgres", "redis_url")
async def test_nothing_is_lost_or_doubled_whatever_is_killed(tmp_path: Path) -> None:
    plan = Plan(events=1_200, faults=14, seed=SEED, residents=150, consumers=1)

    outcome = await play(tmp_path / "town", plan)

    print(text_of(outcome))
    assert set(outcome.faults) == set(Blow)
    assert outcome.verdict.numbers >= plan.events
    assert outcome.verdict.good, text_of(outcome)
    assert outcome.good


@pytest.mark.usefixtures("postgres")
async def test_a_consumer_that_acknowledges_before_it_applies_is_seen_to_lose(tmp_path: Path) -> None:
    plan = Plan(events=300, faults=5, seed=SEED, residents=120, consumers=1, lossy=True)

    outcome = await play(tmp_path / "town", plan)

    assert outcome.verdict.lost > 0
    assert not outcome.verdict.good
    assert outcome.good, "a control is good when it loses"


async def test_an_undamaged_copy_differs_in_nothing(small: Town, tmp_path: Path) -> None:
    verdict = await verdict_after(small, tmp_path)

    assert (verdict.lost, verdict.doubled, verdict.different, verdict.leaves) == (0, 0, 0, 0)
    assert verdict.rows == len(list(small.records()))


async def test_every_kind_of_damage_is_seen(small: Town, tmp_path: Path) -> None:
    residents, history, cards = tables.residents, tables.resident_history, tables.cards
    first, second = (row.number for row in small.residents[:2])
    verdict = await verdict_after(
        small,
        tmp_path,
        update(residents).where(residents.c.number == first).values(record="{}"),
        delete(cards).where(cards.c.serial == small.cards[0].serial),
        delete(history).where(history.c.number == first),
        update(history).where(history.c.number == second).values(sequence=9),
        update(tables.leaves).values(low=0),
    )

    assert verdict.different == 2
    assert verdict.lost == 2
    assert verdict.doubled == 1
    assert verdict.leaves > 0
    assert not verdict.good


def test_the_same_seed_draws_the_same_faults_and_every_kind() -> None:
    drawn = blows(Random(SEED), events=10_000, faults=50)

    assert drawn == blows(Random(SEED), events=10_000, faults=50)
    assert {blow.fault for blow in drawn} == set(Blow)
    assert [blow.after for blow in drawn] == sorted(blow.after for blow in drawn)
    assert all(blow.fault not in KILLS for blow in blows(Random(1), events=9, faults=5, without=KILLS))


async def test_every_slip_is_set_aside_for_its_own_fault_and_ended_by_its_correction(small: Town) -> None:
    """Through the real checks, in memory; no slip waits for anything but its correction."""
    registry = TestRegistry(town=small)
    homes = kept_homes(registry.state)
    walk = Walk(small.records(), seed=SEED, start=datetime(2026, 4, 2, tzinfo=UTC), spare=homes)
    slips = Slips(walk.state, homes, Random(SEED))
    told = list(story(walk.changes(400), slips, Random(SEED), one_in=3, late=40))
    copy = MemoryCopy.holding(small.records(), municipality=MUNICIPALITY, heard_at=NOW)
    held, expected = Held(store=copy, reader=copy, now=NOW), expected_of(small)
    faults: dict[int, Fault] = {}
    for one in told:
        expected.take(one)
        registry.enter(one.change)
        if registry.position % 7 == 0 or one is told[-1]:
            await held.take_all(registry)
            faults |= {aside.sequence: aside.fault for aside in await copy.set_aside()}

    assert set(slips.used) == set(SLIPS)
    assert faults.items() <= expected.set_aside.items()
    assert {*SLIPS} <= {*faults.values()}
    assert await copy.set_aside() == ()
    assert expected.last == len(told)
    await require_equal(held, registry)


async def test_a_service_that_does_not_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match=r"load_tests.chaos.naive serve: .*KOFU_ISSUANCE_"):
        await run_command("load_tests.chaos.naive", "serve", settings={}, log=tmp_path / "log")


def test_the_report_names_seed_faults_and_what_must_be_nothing(tmp_path: Path) -> None:
    verdict = Verdict(
        rows=10, histories=9, numbers=8, lost=1, doubled=0, different=2, leaves=0, still_aside=0
    )
    outcome = Outcome(
        plan=Plan(events=8, faults=1, seed=42, residents=5),
        verdict=verdict,
        faults={Blow.CUT: 1},
        slips={"no-seal": 1},
        redis=True,
        seconds=3.0,
    )
    write_json(outcome, tmp_path / "out" / "chaos.json")

    assert (
        "seed 42: 8 changes in the inbox, 1 entered to be set aside and set right later, of 1 kinds"
        in text_of(outcome)
    )
    assert "to be set aside: 1 no-seal" in text_of(outcome)
    assert "lost 1  double 0  different 2" in text_of(outcome)
    assert not outcome.good
    assert '"good": false' in (tmp_path / "out" / "chaos.json").read_text("utf-8")
