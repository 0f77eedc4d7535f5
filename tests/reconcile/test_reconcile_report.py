"""What the operator reads of a reconciliation, what the audit log keeps, and the runs beside the service."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field, replace

import pytest

from certificates.wire.codec import canonical
from issuance_server.reconciling import reconcile_once, reconciling
from issuance_server.reconciling_page import page
from issuance_server.records import AuditEntry, AuditEvent
from sync.reconcile.compare import How, RowDifference
from sync.reconcile.report import Finding, Outcome, Report, as_json, as_text, summary
from sync.town.numbers import MUNICIPALITY
from tests.reconcile.reconcile_world import World
from tests.sync.sync_world import NOW

EQUAL = Report(
    municipality=MUNICIPALITY,
    at=NOW,
    applied=7,
    rows=1_000,
    leaves=100,
    findings=(),
    moved=0,
    rounds=1,
    questions=1,
    exchanged=276,
    seconds=0.5,
)


def finding(outcome: Outcome) -> Finding:
    row = RowDifference(kind="seal", key="000100000000358", how=How.MISSING)
    return Finding(subject="r000100000000358", households=("000200000000042",), rows=(row,), outcome=outcome)


@dataclass
class Log:
    entries: list[AuditEntry] = field(default_factory=list)

    async def note(self, entry: AuditEntry) -> None:
        self.entries.append(entry)


@pytest.mark.parametrize(
    ("outcome", "equal", "verdict"),
    [
        (Outcome.REPAIRED, False, "すべて原本のとおり訂正しました"),
        (Outcome.BLOCKED, False, "相違が残っています"),
        (Outcome.SET_ASIDE, True, "一致しています"),
        (Outcome.ERASED, True, "一致しています"),
    ],
)
def test_a_page_says_what_is_to_be_done(outcome: Outcome, equal: bool, verdict: str) -> None:
    report = replace(EQUAL, findings=(finding(outcome),))
    assert report.is_equal is equal
    written = page(report)
    assert verdict in written
    assert "副本にない" in written
    assert "<script" not in written


def test_what_is_undecided_is_named_by_its_leaf_alone() -> None:
    undecided = Finding(subject="r0001000000003", households=(), rows=(), outcome=Outcome.UNDECIDED)
    report = replace(EQUAL, findings=(finding(Outcome.REPAIRED), undecided))
    assert (report.is_equal, report.is_set_right, report.is_undecided) == (False, False, True)
    assert "undecided  leaf r0001000000003" in as_text(report)
    assert "1 undecided" in summary(report)
    assert "判定できなかった区画があります" in page(report)
    blocked = replace(report, findings=(finding(Outcome.BLOCKED), undecided))
    assert "相違が残っています" in page(blocked)


def test_the_summary_names_nobody_and_the_text_everybody() -> None:
    report = replace(EQUAL, findings=(finding(Outcome.REPAIRED),), moved=2)
    assert "000100000000358" not in summary(report)
    assert "1 repaired" in summary(report)
    assert "276 bytes" in summary(report)
    assert "000100000000358 missing" in as_text(report)
    assert "2 stored leaves" in as_text(report)
    assert b'"differing_rows":1' in canonical(as_json(report))
    assert "stored digests" in summary(replace(EQUAL, rows=None))
    assert page(EQUAL).count("<tr>") == 0


async def test_each_run_and_each_person_set_right_is_in_the_audit_log(world: World) -> None:
    person = world.family
    await world.spoil("DELETE FROM cards WHERE serial = :s", s=person.serial)
    await world.spoil("INSERT INTO seals VALUES ('stray', 1, TRUE, '{}')")
    log = Log()
    await reconcile_once(world.engine, world.original, log, MUNICIPALITY, lambda: NOW, actor="operator:test")
    assert [(entry.event, entry.resident) for entry in log.entries] == [
        (AuditEvent.REPAIRED, person.resident.number),
        (AuditEvent.REPAIRED, None),
        (AuditEvent.RECONCILED, None),
    ]
    assert person.resident.number not in log.entries[-1].detail


async def test_runs_beside_the_service_repeat_and_outlive_a_failure(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    log = Log()
    caplog.set_level(logging.INFO)
    await world.spoil("UPDATE feed_state SET conflict = 3")
    async with reconciling(world.engine, world.original, log, MUNICIPALITY, lambda: NOW, seconds=0.01):
        async with asyncio.timeout(20):
            while "not reconciled" not in caplog.text:  # noqa: ASYNC110 - a log tells nobody
                await asyncio.sleep(0.01)
            await world.spoil("UPDATE feed_state SET conflict = NULL")
            while len(log.entries) < 2:  # noqa: ASYNC110 - a list tells nobody
                await asyncio.sleep(0.01)
    assert {entry.event for entry in log.entries} == {AuditEvent.RECONCILED}


async def test_nothing_runs_beside_the_service_when_the_setting_is_nought(world: World) -> None:
    log = Log()
    async with reconciling(world.engine, world.original, log, MUNICIPALITY, lambda: NOW, seconds=0):
        await asyncio.sleep(0.02)
    assert not log.entries
