"""Child processes that never outlive us: found, started, waited for, stopped."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from certificates.errors import UnavailableError

STOP_SECONDS = 5.0


def find_program(name: str, package: str, *folders: str) -> str:
    """Its path; raises UnavailableError naming the Debian package that has it."""
    path = shutil.which(name)
    if path is None:
        path = next((str(Path(folder) / name) for folder in folders if (Path(folder) / name).exists()), None)
    if path is None:
        raise UnavailableError(name, f"is not installed (Debian package {package})", outcome_known=True)
    return path


@contextlib.contextmanager
def running(
    name: str,
    command: Sequence[str],
    *,
    ready: Callable[[], bool],
    log: Path,
    seconds: float = 15.0,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run ``command`` until the context is left; raises UnavailableError with the end of its log if it never gets ready."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=environment,
            user=user,
        )
        try:
            deadline = time.monotonic() + seconds
            while not ready():
                if process.poll() is not None or time.monotonic() > deadline:
                    said = log.read_text(errors="replace").strip().splitlines()[-3:]
                    raise UnavailableError(name, "did not start: " + " / ".join(said), outcome_known=True)
                time.sleep(0.02)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def kill_all(pid: int) -> None:
    """kill -9 of a process that we started and of its children, the parent first so that it starts no new ones."""
    started = children(pid)
    for one in (pid, *started):
        with contextlib.suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
    deadline = time.monotonic() + STOP_SECONDS
    while any(_lives(one) for one in started) and time.monotonic() < deadline:
        time.sleep(0.005)


def children(pid: int) -> tuple[int, ...]:
    """Process ids of what a process has started and what still lives."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # the name stands in parentheses and may hold anything; then come state and parent, see proc(5)
            _, parent, *_ = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(parent) == pid:
                found.append(int(stat.parent.name))
    return tuple(found)


def _lives(pid: int) -> bool:
    """Whether it still runs; one that waits for its parent to look (a zombie) does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def unix_socket_answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
