"""Forked workers: ready before they are announced, replaced when they end, gone when the parent is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from certificates.errors import ConfigurationError
from certificates.service.prefork import bound

ROOT = Path(__file__).parents[2]
SCRIPT = """
import os, select, signal, sys, time
from pathlib import Path
from certificates.service.prefork import run_workers

folder, how = Path(sys.argv[1]), sys.argv[2]

def work(post):
    (folder / f"{post.number}-{os.getpid()}").touch()
    if how == "broken" or (how == "later" and len(list(folder.glob(f"{post.number}-*"))) in (2, 3)):
        return 2
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(1))
    post.ready()
    if how == "short":
        return 7
    while not ended and not select.select([post.lifeline], [], [], 0.05)[0]:
        pass
    (folder / f"{post.number}-{os.getpid()}").unlink()
    return 0

sys.exit(run_workers(work, 2, lambda: print("all ready", flush=True)))
"""


@contextmanager
def running(folder: Path, how: str = "") -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-c", SCRIPT, str(folder), how]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def workers(folder: Path) -> dict[int, int]:
    """Process ids of those at work, by their numbers; the last one of a number counts."""
    paths = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    return {int(path.name.partition("-")[0]): int(path.name.partition("-")[2]) for path in paths}


def eventually(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def announced(process: subprocess.Popen[bytes]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == b"all ready\n"


def test_all_are_ready_when_announced_and_end_when_told(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        announced(process)
        assert workers(tmp_path).keys() == {0, 1}
        process.terminate()
        assert process.wait(20) == 0
    assert workers(tmp_path) == {}


def test_one_that_is_killed_is_replaced_under_its_number(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        announced(process)
        before = workers(tmp_path)
        os.kill(before[1], signal.SIGKILL)
        eventually(lambda: workers(tmp_path)[1] != before[1])
        assert workers(tmp_path)[0] == before[0]
        process.terminate()
        assert process.wait(20) == 0


def test_one_that_cannot_start_again_at_once_is_tried_again(tmp_path: Path) -> None:
    with running(tmp_path, "later") as process:
        announced(process)
        before = workers(tmp_path)
        os.kill(before[1], signal.SIGKILL)
        eventually(lambda: len(list(tmp_path.glob("1-*"))) == 4)
        assert workers(tmp_path)[0] == before[0]
        process.terminate()
        assert process.wait(20) == 0


def test_they_end_when_the_parent_is_killed(tmp_path: Path) -> None:
    with running(tmp_path) as process:
        announced(process)
        process.kill()
        eventually(lambda: workers(tmp_path) == {})


@pytest.mark.parametrize(("how", "code"), [("broken", 2), ("short", 1)])
def test_what_cannot_work_ends_all(tmp_path: Path, how: str, code: int) -> None:
    """Not without end: a worker that cannot start ends the service with its code, one that ends at once is tried again
    a few times."""
    with running(tmp_path, how) as process:
        assert process.wait(20) == code
    assert len(list(tmp_path.iterdir())) == (1 if how == "broken" else 6)


def test_an_address_in_use_is_named() -> None:
    first = bound("127.0.0.1", 0)
    try:
        port = first.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"127.0.0.1:{port}"):
            bound("127.0.0.1", port)
    finally:
        first.close()
