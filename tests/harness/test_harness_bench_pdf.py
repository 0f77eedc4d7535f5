"""The bench of the certificate builders says what it measured, and which builder could not be run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.pdf.fonts import find_mincho
from load_tests.bench_pdf import __main__ as bench
from load_tests.bench_pdf.sheets import MEMBERS, contents


@pytest.fixture(autouse=True)
def _font() -> None:
    try:
        find_mincho()
    except ConfigurationError as error:
        pytest.skip(str(error))


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
