"""The demonstration itself: what a newcomer types first must work."""

from __future__ import annotations

from pathlib import Path

import pytest

from load_tests import demo
from load_tests.town import running


def test_the_demo_ends_well_and_leaves_the_sheets(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], face: object
) -> None:
    out = tmp_path / "out"
    assert demo.main(["--out", str(out), "--residents", "120", "--embedded"]) == 0
    printed = capsys.readouterr().out
    assert "0 wrong" in printed
    assert sorted(path.suffix for path in out.glob("01-*")) == [".pdf", ".png", ".png"]


def test_a_missing_font_is_an_error_that_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> Path:
        return find(tmp_path / "none.ttf")

    from certificates.pdf.fonts import find_mincho as find

    monkeypatch.setattr(demo, "find_mincho", missing)
    assert demo.main(["--out", str(tmp_path / "out")]) == 2
    assert "apt-get install fonts-ipamj-mincho" in capsys.readouterr().err


def test_a_service_that_does_not_start_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], face: object
) -> None:
    monkeypatch.setattr(running.settings, "issuance", lambda folder, database=None: {})
    assert demo.main(["--out", str(tmp_path / "out"), "--residents", "60", "--embedded"]) == 1
    message = capsys.readouterr().err
    assert "issuance_server" in message
    assert "KOFU_ISSUANCE_" in message
