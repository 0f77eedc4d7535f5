"""Rotation and retirement: one key after the other, both for a while, and old sheets verify for ever."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anti_forgery.__main__ import USAGE, main
from anti_forgery.key_files import load_folder, new_keys
from anti_forgery.keys import Term, key_id
from anti_forgery.rotation import retire, rotate
from anti_forgery.sealed import BackSealer
from anti_forgery.verification import Outcome, Reason, verify_back
from certificates.errors import ConfigurationError
from tests.anti_forgery.marks_world import NOW, sheet

YEAR, DAY = timedelta(days=365), timedelta(days=1)
START = NOW - 100 * DAY


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    new_keys(tmp_path, now=START, valid_for=YEAR)
    return tmp_path


def turn(keys: Path, *, begins: datetime = NOW, overlap: timedelta = 7 * DAY, now: datetime = NOW) -> None:
    rotate(keys, begins=begins, valid_for=YEAR, overlap=overlap, now=now)


def test_a_successor_begins_and_the_old_key_goes_on_for_the_overlap(keys: Path) -> None:
    turn(keys, begins=NOW + DAY)
    found = load_folder(keys)
    for pair in (found.site_private, found.centre_private):
        old, new = sorted(pair, key=lambda key: key.term.not_before)
        assert old.term == Term(not_before=START, not_after=NOW + 8 * DAY, successor=new.id)
        assert new.term == Term(not_before=NOW + DAY, not_after=NOW + DAY + YEAR)
    assert {key.term for key in found.site_public} == {key.term for key in found.site_private}
    private = list(keys.glob("*.private.json"))
    assert len(private) == 4
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in private)


def test_what_the_old_key_sealed_verifies_after_rotation_and_retirement(keys: Path) -> None:
    before = load_folder(keys)
    payload = BackSealer(centre=before.centre_private[0], site=before.site_public[0]).seal(sheet())
    turn(keys, begins=NOW + DAY, now=NOW + DAY)
    for key in (before.site_private[0], before.centre_private[0]):
        retire(keys, key.id, now=NOW + 2 * DAY)
    after = load_folder(keys)
    assert verify_back(payload, after.site_private, after.centre_public).outcome is Outcome.PASSED
    # … and whoever stole it cannot date a sheet after its end.
    stolen = replace(before.centre_private[0], term=Term(not_before=START, not_after=START + YEAR))
    late = BackSealer(centre=stolen, site=before.site_public[0]).seal(sheet(issued_at=NOW + 3 * DAY))
    assert verify_back(late, after.site_private, after.centre_public).reason is Reason.OUTSIDE_KEY_TERM


def test_only_who_holds_the_private_key_makes_its_successor(keys: Path) -> None:
    next(keys.glob("centre-*.private.json")).unlink()
    turn(keys)
    found = load_folder(keys)
    assert (len(found.site_private), len(found.centre_public)) == (2, 1)
    for path in keys.glob("*.private.json"):
        path.unlink()
    with pytest.raises(ConfigurationError, match="no private key"):
        turn(keys)


def test_a_successor_that_waits_is_not_followed_and_no_gap_is_made(keys: Path) -> None:
    with pytest.raises(ConfigurationError, match="before its successor would begin"):
        turn(keys, begins=START + YEAR + DAY)
    turn(keys, begins=NOW + DAY)
    with pytest.raises(ConfigurationError, match="is a successor already"):
        turn(keys)
    assert len(load_folder(keys).site_private) == 2


def test_the_last_key_that_may_seal_is_retired_only_on_purpose(keys: Path) -> None:
    (site,) = load_folder(keys).site_private
    with pytest.raises(ConfigurationError, match="keys rotate"):
        retire(keys, site.id, now=NOW)
    assert retire(keys, site.id, now=NOW, without_successor=True).not_after == NOW
    assert {key.term.not_after for key in load_folder(keys).site_public} == {NOW}
    with pytest.raises(ConfigurationError, match="was retired"):
        retire(keys, site.id, now=NOW + DAY)
    with pytest.raises(ConfigurationError, match="there are: "):
        retire(keys, key_id("0" * 16), now=NOW)


def test_a_key_that_has_not_begun_cannot_be_retired(keys: Path) -> None:
    turn(keys, begins=NOW + DAY)
    waiting = max(load_folder(keys).site_private, key=lambda key: key.term.not_before)
    with pytest.raises(ConfigurationError, match="has not begun"):
        retire(keys, waiting.id, now=NOW)


def test_the_commands_make_follow_list_and_retire(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(tmp_path / "made")
    assert main(["keys", "new", "--out", folder, "--days", "30"]) == 0
    (first,) = load_folder(Path(folder)).site_private
    assert first.term.not_after - first.term.not_before == 30 * DAY
    assert main(["keys", "rotate", "--keys", folder, "--overlap-days", "3"]) == 0
    assert f"follows {first.id}" in capsys.readouterr().out
    assert main(["keys", "retire", first.id, "--keys", folder]) == 0
    capsys.readouterr()
    assert main(["keys", "list", "--keys", folder]) == 0
    listed = capsys.readouterr().out
    (line,) = (line for line in listed.splitlines() if line.split()[1] == first.id)
    assert "retired" in line
    assert listed.count("seals ") == 4  # the heading and three keys
    assert f"{datetime.now(UTC):%Y-%m-%d}" in line
    assert '"d"' not in listed


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["list"], "is not a folder"),
        (["rotate"], "is not a folder"),
        (["retire", "x"], "16 lower-case hexadecimal digits"),
    ],
)
def test_a_command_that_cannot_be_done_says_why_and_ends_with_64(
    arguments: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["keys", *arguments, "--keys", str(tmp_path / "nowhere")]) == USAGE
    assert sentence in capsys.readouterr().err
