"""The load run asks, and what it reports is what happened; a run that asked nothing is a failure."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from load_tests.run import Load, Result, play, read_result
from load_tests.town.running import RunningTown

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_every_visit_under_load_ends_with_the_asker_s_own_paper(
    town: RunningTown, tmp_path: Path
) -> None:
    result = await play(town, Load(kiosks=4, rate=4, seconds=6, out=tmp_path / "load"))
    assert result.good, result
    assert (tmp_path / "load" / "report.html").stat().st_size > 0


async def test_zero_requests_are_not_a_success(tmp_path: Path) -> None:
    empty = tmp_path / "report.json"
    empty.write_text("[]")
    result = read_result(empty)
    assert (result.visits, result.good) == (0, False)


async def test_one_wrong_paper_is_not_a_success(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    visits = {
        "name": "whole visit, text checked",
        "num_requests": 10,
        "num_failures": 1,
        "response_times": {"10": 4, "20": 6},
        "start_time": 100.0,
        "last_request_timestamp": 102.0,
    }
    report.write_text(json.dumps([visits, {"name": "open", "num_requests": 10}]))
    result = read_result(report)
    assert result == Result(visits=10, failures=1, requests=10, p50=20, p95=20, p99=20, per_second=5.0)
    assert not result.good
