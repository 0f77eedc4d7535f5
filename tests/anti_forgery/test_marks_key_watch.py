"""A key folder that changes while a service runs: what is new counts, and what cannot be read changes nothing."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest

from anti_forgery.key_files import KeyFolder, new_keys
from anti_forgery.key_watch import EVERY_SECONDS, REMIND_SECONDS, KeyWatch
from anti_forgery.rotation import retire, rotate
from certificates.errors import ConfigurationError
from tests.anti_forgery.marks_world import NOW

DAY = timedelta(days=1)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    new_keys(tmp_path / "keys", now=NOW - DAY, valid_for=100 * DAY)
    return tmp_path / "keys"


def rotated(keys: Path) -> set[str]:
    """The ids that are new."""
    return {one.new.id for one in rotate(keys, begins=NOW, valid_for=90 * DAY, overlap=DAY, now=NOW)}


def ids(keys: KeyFolder) -> set[str]:
    return {key.id for key in keys.all}


def test_a_rotation_is_seen_after_some_seconds_or_at_once_when_a_key_is_missed(
    keys: Path, clock: Clock
) -> None:
    watch, other = KeyWatch(keys, monotonic=clock), KeyWatch(keys, monotonic=clock)
    before = watch.current()
    new = rotated(keys)
    clock.now = EVERY_SECONDS - 0.1
    assert watch.current() is before
    assert ids(other.look()) == ids(before) | new
    clock.now = EVERY_SECONDS
    assert ids(watch.current()) == ids(before) | new


def test_a_folder_that_did_not_change_is_not_read_again(keys: Path, clock: Clock) -> None:
    watch = KeyWatch(keys, monotonic=clock)
    before = watch.current()
    clock.now = 1000.0
    assert watch.current() is before
    (keys / "note.txt").write_text("not a key")
    assert watch.look() is before


def test_a_retirement_ends_a_term_in_the_running_service(keys: Path, clock: Clock) -> None:
    watch = KeyWatch(keys, monotonic=clock)
    (old,) = watch.current().centre_private
    retire(keys, old.id, now=NOW, without_successor=True)
    (now,) = watch.look().centre_private
    assert (now.id, now.term.not_after) == (old.id, NOW)


def _half_written(keys: Path) -> None:
    next(keys.glob("centre-*.private.json")).write_text('{"kty"')


def _open_to_others(keys: Path) -> None:
    next(keys.glob("site-*.private.json")).chmod(0o644)


def _moved_away(keys: Path) -> None:
    keys.rename(keys.with_name("elsewhere"))


def _refused(keys: Path) -> None:
    for path in keys.glob("site-*"):
        path.unlink()


@pytest.mark.parametrize("spoil", [_half_written, _open_to_others, _moved_away, _refused])
def test_what_cannot_be_taken_up_changes_nothing_and_is_said_again_and_again(
    keys: Path, clock: Clock, caplog: pytest.LogCaptureFixture, spoil: object
) -> None:
    def require(found: KeyFolder) -> None:
        if not found.site_private:
            raise ConfigurationError("keys", "needs a site key")

    def critical() -> int:
        return sum(record.levelno == logging.CRITICAL for record in caplog.records)

    watch = KeyWatch(keys, require=require, monotonic=clock)
    before = watch.current()
    kept = {path.name: path.read_bytes() for path in keys.iterdir()}
    spoil(keys)  # type: ignore[operator]  # one of the functions above
    assert watch.look() is before
    clock.now = REMIND_SECONDS - 1
    assert watch.current() is before
    assert critical() == 1
    clock.now = REMIND_SECONDS + EVERY_SECONDS
    assert watch.current() is before
    assert critical() == 2
    keys.mkdir(exist_ok=True)
    for name, content in kept.items():
        (keys / name).write_bytes(content)
        (keys / name).chmod(0o600)
    new = rotated(keys)
    assert ids(watch.look()) == ids(before) | new
    clock.now = 3 * REMIND_SECONDS
    watch.current()
    assert critical() == 2


def test_a_folder_that_is_not_there_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        KeyWatch(tmp_path / "nowhere")
