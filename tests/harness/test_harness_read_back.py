"""Certificates of invented residents read back by programs that know nothing of us; a reader that finds less is seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from load_tests.read_back import __main__ as command
from load_tests.read_back import readers
from tests.certificates.paper import mincho


@pytest.fixture(autouse=True)
def _font() -> None:
    mincho()


def test_what_both_writers_write_every_reader_reads(tmp_path: Path) -> None:
    code = command.main(["--residents", "24", "--out", str(tmp_path)])
    rows = [
        line
        for line in (tmp_path / "read-back.md").read_text("utf-8").splitlines()
        if line.startswith(("| quick", "| reference"))
    ]
    assert all(row.endswith("| 0 |") for row in rows)
    here = readers.at_hand()
    for writer in ("quick", "reference"):
        for reader in here:
            assert any(row.startswith(f"| {writer}, {reader} |") for row in rows)
    assert (code == 0) == ("not run" not in (tmp_path / "read-back.md").read_text("utf-8"))


def test_a_reader_that_finds_another_character_or_one_less_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read = readers.by_pdfium
    for spoilt in (lambda pdf: read(pdf).replace("見本", "見木"), lambda pdf: read(pdf) + "余"):
        monkeypatch.setitem(readers.READERS, "pdfium", spoilt)  # type: ignore[arg-type]  # a dict, as a Mapping
        assert command.main(["--residents", "1"]) == 1
        assert "pdfium: " in capsys.readouterr().out
