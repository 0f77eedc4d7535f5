"""Worker processes that are forked from one that has loaded what they share, behind one listening socket each name.

The parent only watches: it answers nothing, so it outlives what a request can break. A worker that ends is replaced;
connections that wait in the listening socket's queue are taken by the others, and what it had begun is asked again.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from certificates.errors import ConfigurationError

BACKLOG = 1024
_STOP_SECONDS = 30.0
_SOON = 5.0  # seconds: a worker that ends sooner has not worked
_MOST_IN_A_ROW = 5
_WAIT = 0.05  # seconds before the first try to replace one; twice as long after each failure
_WATCHED = frozenset({signal.SIGTERM, signal.SIGINT, signal.SIGCHLD})
_log = logging.getLogger(__name__)


def bound(host: str, port: int) -> socket.socket:
    """A socket that listens, for workers to inherit. Raises ConfigurationError when the address is not to be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"{host}:{port}", f"cannot listen: {error}") from error
    listener.setblocking(False)
    return listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """What a worker is given: its number, from 0, a file that ends when the parent does, and how to say it is ready."""

    number: int
    lifeline: int
    ready: Callable[[], None]


@dataclass(slots=True)
class _Watch:
    """The parent's book of its workers, by process id."""

    work: Callable[[Post], int]
    workers: dict[int, tuple[int, float]] = field(default_factory=dict)
    failures: int = 0


def run_workers(work: Callable[[Post], int], count: int, announce: Callable[[], None]) -> int:
    """Fork ``count`` workers and replace what ends, until SIGTERM or SIGINT; returns the exit code.

    ``work`` runs in the worker and returns its exit code. The first one is ready before the others begin, so what is
    done once (a schema) is done; ``announce`` is called when all are. A worker that cannot start at the beginning ends all,
    and so do five failures in a row later: ended within seconds, or not ready. Call it from a process with one thread.
    """
    gc.collect()
    gc.freeze()  # what is shared is not looked at by the workers' collectors, which would copy its pages
    old = signal.pthread_sigmask(signal.SIG_BLOCK, _WATCHED)
    lifeline, held = os.pipe()
    watch = _Watch(work)
    try:
        for number in range(count):
            code = _start(watch, number, (lifeline, held), old)
            if code is not None:
                return code
        announce()
        return _keep(watch, (lifeline, held), old)
    finally:
        _stop(watch)
        os.close(lifeline)
        os.close(held)
        signal.pthread_sigmask(signal.SIG_SETMASK, old)


def _start(watch: _Watch, number: int, pipe: tuple[int, int], old: set[int | signal.Signals]) -> int | None:
    """Fork one and wait until it is ready; its exit code when it ended instead, 0 when we were told to stop."""
    said, say = os.pipe()
    pid = _fork(watch, number, pipe, old, (said, say))
    os.close(say)
    try:
        while not select.select([said], [], [], 0.1)[0]:
            if signal.sigtimedwait(_WATCHED - {signal.SIGCHLD}, 0) is not None:
                return 0
        if os.read(said, 1):
            return None
    finally:
        os.close(said)
    del watch.workers[pid]
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) or 1


def _fork(
    watch: _Watch, number: int, pipe: tuple[int, int], old: set[int | signal.Signals], ready: tuple[int, int]
) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        watch.workers[pid] = (number, time.monotonic())
        return pid
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, old)
        os.close(pipe[1])  # or it would never end
        os.close(ready[0])
        code = watch.work(Post(number=number, lifeline=pipe[0], ready=lambda: _say(ready[1])))
    except BaseException:  # noqa: BLE001 - whatever it is, this process ends here
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # nothing of the parent's is undone here


def _say(pipe: int) -> None:
    os.write(pipe, b"!")
    os.close(pipe)


def _keep(watch: _Watch, pipe: tuple[int, int], old: set[int | signal.Signals]) -> int:
    while True:
        if signal.sigwait(_WATCHED) != signal.SIGCHLD:
            return 0
        while (ended := _ended(watch)) is not None:
            number, began, status = ended
            soon = time.monotonic() - began < _SOON
            watch.failures = watch.failures + 1 if soon else 0
            _log.critical("worker ended", extra={"worker": number, "status": status, "row": watch.failures})
            code = _replace(watch, number, pipe, old)
            if code is not None:
                return code


def _replace(watch: _Watch, number: int, pipe: tuple[int, int], old: set[int | signal.Signals]) -> int | None:
    """Try until one is ready; the service's exit code when it is given up, or when we were told to stop."""
    while watch.failures < _MOST_IN_A_ROW:
        time.sleep(_WAIT * 2**watch.failures)
        code = _start(watch, number, pipe, old)
        if code is None or code == 0:
            return code
        watch.failures += 1
        _log.critical("worker cannot start", extra={"worker": number, "status": code, "row": watch.failures})
    return 1


def _ended(watch: _Watch) -> tuple[int, float, int] | None:
    """Number, beginning and exit code (negative: the signal) of one that has ended."""
    pid, status = os.waitpid(-1, os.WNOHANG) if watch.workers else (0, 0)
    if pid == 0:
        return None
    number, began = watch.workers.pop(pid)
    return number, began, os.waitstatus_to_exitcode(status)


def _stop(watch: _Watch) -> None:
    """SIGTERM, and after its time SIGKILL: nothing is left behind."""
    for pid in watch.workers:
        os.kill(pid, signal.SIGTERM)
    end = time.monotonic() + _STOP_SECONDS
    while watch.workers:
        if _ended(watch) is None:
            if time.monotonic() > end:
                for pid in watch.workers:
                    os.kill(pid, signal.SIGKILL)
            signal.sigtimedwait({signal.SIGCHLD}, 0.2)
