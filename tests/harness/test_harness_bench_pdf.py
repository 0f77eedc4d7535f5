"""The bench of the certificate builders says what it measured, and which builder could not be run."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from load_tests.bench_pdf import __main__ as bench
from load_tests.bench_pdf.sheets import MEMBERS, contents
from load_tests.bench_pdf.workers import Memory, Worked
from tests.certificates.paper import mincho


@pytest.fixture(autouse=True)
def _font() -> None:
    mincho()


def test_a_table_a_verdict_and_both_files_come_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [
        "--workers",
        "0",
        "--seconds",
        "0.1",
        "--rounds",
        "1",
        "--only",
        "quick writer",
        "--only",
        "reference writer",
    ]
    assert bench.main([*given, "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if line.startswith(("| quick", "| reference"))]
    assert [row.split(" | ")[6] for row in rows] == ["yes", "yes"]
    assert "asked 0.3 ms" in shown
    document = json.loads((tmp_path / "pdf.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in document["rows"]] == ["quick writer", "reference writer"]
    assert all(row["median"] > 0 and row["bytes"] > 1000 and row["memory"] > 10 for row in document["rows"])
    assert rows[0] in (tmp_path / "pdf.md").read_text(encoding="utf-8")


def test_a_builder_that_cannot_be_run_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "PEERS", {"no such builder": None})
    assert bench.main(["--workers", "0", "--seconds", "0.1", "--rounds", "2"]) == 1
    assert "- no such builder: not run (KeyError" in capsys.readouterr().out


def test_the_sheets_are_of_households_of_four_and_all_different() -> None:
    sheets = contents(5)
    assert [len(sheet.blocks) for sheet in sheets] == [MEMBERS] * 5
    assert len({sheet.values() for sheet in sheets}) == 5


def test_the_memory_of_forked_writers_is_that_of_each_and_can_be_written_down(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "load_tests.bench_pdf.forked", "2"]
    done = subprocess.run(command, input=pickle.dumps(contents(4)), stdout=subprocess.PIPE, check=True)
    found = json.loads(done.stdout)
    assert len(found["workers"]) == 2
    assert all(1 < each < 200 for each in (found["parent"], *found["workers"]))
    memory = Memory(proportional=20.0, own=8.0)
    worked = Worked(issued=3, others={"suppressed": 1}, parent=memory, workers=(memory,))
    bench.PAGE.write(tmp_path, [], ["said"], {"memory": {"writers": found, "server": asdict(worked)}})
    assert json.loads((tmp_path / "pdf.json").read_text("utf-8"))["memory"]["server"]["others"] == {
        "suppressed": 1
    }
