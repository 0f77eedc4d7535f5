"""The bench of the marks says what it measured, opens what it made, and names what could not be run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.pdf.fonts import find_mincho
from load_tests.bench_marks import __main__ as bench
from load_tests.bench_marks.subjects import OWN_1, OWN_2


@pytest.fixture(autouse=True)
def _font() -> None:
    try:
        find_mincho()
    except ConfigurationError as error:
        pytest.skip(str(error))


def test_a_table_verdicts_and_both_files_come_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = ["--seconds", "0.1", "--rounds", "1", "--only", OWN_1, "--only", OWN_2, "--out", str(tmp_path)]
    assert bench.main(given) == 0
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if line.startswith("| all marks")]
    assert [row.split(" | ")[-1] for row in rows] == ["yes |", "yes |"]
    assert "asked 40,000" in shown
    document = json.loads((tmp_path / "marks.json").read_text(encoding="utf-8"))
    one, two = document["rows"]
    assert one["added"] < two["added"] < one["added"] + 40_000
    assert rows[0] in (tmp_path / "marks.md").read_text(encoding="utf-8")


def test_a_subject_that_cannot_be_run_is_named_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "SUBJECTS", {"no such subject": None})
    assert bench.main(["--seconds", "0.1", "--rounds", "2"]) == 1
    assert "- no such subject: not run (KeyError" in capsys.readouterr().out
