"""One kind of work on many things, done by several processes at once, with the results in the order of the things."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from itertools import cycle
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Generic, TypeVar, cast

from certificates.errors import UnavailableError

T = TypeVar("T")
R = TypeVar("R")

_STOP_SECONDS = 5.0


class Processes(Generic[T, R]):
    """Leave the context to end them; they also end by themselves when this process dies.

    ``work`` is a function that can be pickled and raises nothing: whatever can be wrong with a thing is a result.
    """

    def __init__(self, work: Callable[[T], R], count: int) -> None:
        self._work = work
        self._count = count
        self._running: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> Processes[T, R]:
        # spawn: a fork would take along whatever locks the threads of this process hold
        context = multiprocessing.get_context("spawn")
        for _ in range(self._count):
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, self._work), daemon=True)
            process.start()
            theirs.close()  # the end of the file is how each side notices the other's death
            self._running.append((process, ours))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process, _ in self._running:
            process.terminate()
        for process, _ in self._running:
            process.join(_STOP_SECONDS)

    def in_order(self, things: Iterable[T]) -> Iterator[R]:
        """The result of each thing, in order; at most one thing for each process is under way.

        Raises UnavailableError when a process ends of itself.
        """
        source = iter(things)
        try:
            waiting = 0
            for _, connection in self._running:
                waiting += _send_next(connection, source)
            for _, connection in cycle(self._running):
                if not waiting:
                    return
                result = cast(R, connection.recv())
                # the next thing goes out before its result is used, so that nobody is idle meanwhile
                waiting += _send_next(connection, source) - 1
                yield result
        except (EOFError, ConnectionError) as error:
            raise UnavailableError("worker process", "ended in the middle", outcome_known=True) from error


def _send_next(connection: Connection, source: Iterator[T]) -> int:
    """How many were sent: 0 at the end of the source."""
    for thing in source:
        connection.send(thing)
        return 1
    return 0


def _serve(connection: Connection, work: Callable[[T], R]) -> None:
    with contextlib.suppress(EOFError, ConnectionError, KeyboardInterrupt):
        while True:
            connection.send(work(connection.recv()))
