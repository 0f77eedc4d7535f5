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
from load_tests.chaos.faults import KILLS, Fault, blows
from load_tests.chaos.report import text_of, write_json
from load_tests.chaos.run import Outcome, Plan, play
from load_tests.chaos.story import Expected, story
from load_tests.town.process import run_command
from sync.change.reasons import Reason
from sync.copy import tables
from sync.copy.database import open_database
from sync.town import Town, invent
from sync.town.walk import Walk

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
    plan = Plan(events=1_200, faults=13, seed=SEED, residents=150, consumers=1)

    outcome = await play(tmp_path / "town", plan)

    print(text_of(outcome))
    assert set(outcome.faults) == set(Fault)
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
    assert {blow.fault for blow in drawn} == set(Fault)
    assert [blow.after for blow in drawn] == sorted(blow.after for blow in drawn)
    assert all(blow.fault not in KILLS for blow in blows(Random(1), events=9, faults=5, without=KILLS))


def test_an_illogical_change_is_set_right_by_the_next_one(small: Town) -> None:
    walk = Walk(small.records(), seed=SEED, start=datetime(2026, 4, 2, tzinfo=UTC))
    told = list(story(walk.changes(200), Random(SEED), one_in=10))
    wrong = [place for place, one in enumerate(told) if one.illogical]
    expected = expected_of(small)
    for one in told:
        expected.take(one)

    assert wrong
    assert all(told[place].change.reason is Reason.SUPPRESSION_RELEASED for place in wrong)
    assert all(told[place + 1].change.reason is Reason.SUPPRESSED for place in wrong)
    assert {place + 1 for place in wrong} <= expected.set_aside
    assert expected.last == len(told)


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
        faults={Fault.CUT: 1},
        illogical=1,
        redis=True,
        seconds=3.0,
    )
    write_json(outcome, tmp_path / "out" / "chaos.json")

    assert "seed 42: 8 changes" in text_of(outcome)
    assert "lost 1  double 0  different 2" in text_of(outcome)
    assert not outcome.good
    assert '"good": false' in (tmp_path / "out" / "chaos.json").read_text("utf-8")
