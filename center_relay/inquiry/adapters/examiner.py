"""An examiner for each inquiry: a process forked when scans come in and killed when the answer is out.

What a receiver hands in may be made to break whatever reads it, so it is read where there is nothing to take: no key,
no file, no line, counted memory and time. The process dies with everything it was given; nothing is left to wipe.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import multiprocessing
import os
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

from anti_forgery.sheet import SheetFacts, canonical_bytes
from center_relay.inquiry.examining import frames
from center_relay.inquiry.examining.child import Allowance, attend
from center_relay.inquiry.examining.warm import FONTS
from center_relay.inquiry.ports import (
    Examination,
    ExaminationError,
    ExaminationTrouble,
    Place,
    Restored,
    Seen,
)
from center_relay.inquiry.settings import PREFIX
from certificates.errors import WireError

_PRELOAD = "center_relay.inquiry.examining.warm"
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExaminerLimits:
    """``places`` inquiries at once, ``patience`` seconds until one is free, ``seconds`` for one; memory in bytes."""

    places: int
    patience: float
    seconds: float
    memory: int


class ProcessExaminer:
    """Takes the fork server of this process into its own hands: nobody else may use one."""

    def __init__(self, fonts: Sequence[Path], limits: ExaminerLimits) -> None:
        self._fonts = os.pathsep.join(map(str, fonts))
        self._limits = limits
        self._places = asyncio.Semaphore(limits.places)
        self._forking = multiprocessing.get_context("forkserver")

    @contextlib.asynccontextmanager
    async def open(self, scans: Sequence[bytes]) -> AsyncIterator[Examination]:
        try:
            async with asyncio.timeout(self._limits.patience):
                await self._places.acquire()
        except TimeoutError as error:
            raise ExaminationError(ExaminationTrouble.BUSY) from error
        try:
            ours, theirs = self._forking.Pipe()
            allowance = Allowance(seconds=round(self._limits.seconds) + 1, memory=self._limits.memory)
            process = self._forking.Process(target=attend, args=(theirs, self._fonts, allowance), daemon=True)
            await asyncio.to_thread(process.start)
            theirs.close()
            try:
                yield _Examination(ours, scans, self._limits.seconds)
            finally:
                process.kill()
                ours.close()
                await asyncio.to_thread(process.join)
                process.close()
        finally:
            self._places.release()

    async def warm_up(self) -> None:
        """Start the fork server and look at nothing once, so that the first receiver does not wait for it."""
        _clear_environment(self._fonts)
        self._forking.set_forkserver_preload([_PRELOAD])
        async with self.open([b""]) as examination:
            await examination.look()


class _Examination:
    def __init__(self, connection: Connection, scans: Sequence[bytes], seconds: float) -> None:
        self._connection = connection
        self._scans = scans
        self._ends = asyncio.get_running_loop().time() + seconds

    async def look(self) -> tuple[Seen, ...]:
        return await self._ask({}, lambda header, _: frames.seen_from_json(header), self._scans)

    async def restore(self, sheet: SheetFacts, scanned: Place | None) -> Restored:
        where = None if scanned is None else frames.place_to_json(scanned)
        return await self._ask({"restore": where}, frames.restored_from_frames, [canonical_bytes(sheet)])

    async def _ask(
        self,
        question: frames.Header,
        read: Callable[[frames.Header, Sequence[bytes]], T],
        blobs: Sequence[bytes] = (),
    ) -> T:
        try:
            # When time is up the thread is left behind; the process is killed at once, and that ends its waiting.
            async with asyncio.timeout_at(self._ends):
                header, answered = await asyncio.to_thread(_converse, self._connection, question, blobs)
            if failed := frames.failure_from_json(header):
                _log.warning("examiner failed", extra={"fault": failed[0], "place": failed[1]})
                raise ExaminationError(ExaminationTrouble.GAVE_UP)
            return read(header, answered)
        except TimeoutError as error:
            raise ExaminationError(ExaminationTrouble.TOOK_TOO_LONG) from error
        except (EOFError, OSError, WireError) as error:
            raise ExaminationError(ExaminationTrouble.GAVE_UP) from error


def _converse(
    connection: Connection, question: frames.Header, blobs: Sequence[bytes]
) -> tuple[frames.Header, list[bytes]]:
    frames.send(connection, question, blobs)
    return frames.receive(connection)


def _clear_environment(fonts: str) -> None:
    """The settings have been read; a process that reads files from strangers need not inherit them."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    os.environ[FONTS] = fonts
    # one thread an examiner: there are as many examiners as processors
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
