"""One hand as its service sees it: a process that is given a delivery to read, and told when its turn to write has come."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from collections.abc import Callable

from certificates.errors import KofuError, UnavailableError
from certificates.wire.codec import decode
from sync.feed.hands.talk import BUFFER, Beginning, Word, error_from_bytes, hear, say
from sync.feed.hands.turns import Turn
from sync.feed.wire import FeedReceipt

_STOP_SECONDS = 5.0
_LONGEST = 180.0
"""Seconds for reading, and for writing: the copy lets nobody wait so long, so a hand that takes longer has stopped."""
_MODULE = "sync.feed.hands"
_SETTINGS = "KOFU_"
_KEPT = frozenset({"KOFU_LOG_LEVEL"})


class HandDiedError(UnavailableError):
    """A hand has died, or does not start; whether what it was at took effect is not known."""

    def __init__(self, reason: str) -> None:
        super().__init__("feed", reason, outcome_known=False)


class Hand:
    """Made by ``start_hand``. When the service dies, a delivery whose turn had come is still committed, any other forgotten."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._process = process
        self._reader = reader
        self._writer = writer

    @property
    def pid(self) -> int:
        return self._process.pid

    async def receive(self, frame: bytes, heard: Callable[[], None], turn: Turn) -> FeedReceipt:
        """See ``Reception.receive``. ``heard`` is called once the frame is known to be the registry's. Nothing is written
        before ``turn``, which passes on as soon as the database would let in nobody else.

        Raises as that does, and HandDiedError; then, and when this was broken off, the hand is of no more use.
        """
        try:
            async with asyncio.timeout(_LONGEST):
                await say(self._writer, Word.FRAME, frame)
                await self._expect(Word.READ)
            heard()
            await turn.comes()
            async with asyncio.timeout(_LONGEST):
                await say(self._writer, Word.TAKE)
                return decode(await self._expect(Word.RECEIPT, meanwhile=turn.passes), FeedReceipt)
        except EOFError as error:
            raise HandDiedError("a hand has died") from error
        except TimeoutError as error:
            raise HandDiedError("a hand has stopped") from error

    async def begin(self, beginning: Beginning) -> None:
        """Raises HandDiedError when it does not come to work."""
        try:
            await say(self._writer, Word.BEGIN, beginning.to_bytes())
            await self._expect(Word.READ)
        except (EOFError, KofuError) as error:
            raise HandDiedError(f"a hand does not start: {error}") from error

    async def _expect(self, word: Word, meanwhile: Callable[[], None] = lambda: None) -> bytes:
        """``meanwhile`` is called at each BEGUN."""
        said, content = await hear(self._reader)
        while said is Word.BEGUN:
            meanwhile()
            said, content = await hear(self._reader)
        if said is Word.ERROR:
            raise error_from_bytes(content)
        if said is not word:
            raise EOFError(f"{said} instead of {word}")
        return content

    async def end(self) -> None:
        """Let go: it ends when it has finished what it is at."""
        self._writer.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                await self._process.wait()
                return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


async def start_hand(beginning: Beginning) -> Hand:
    """A new process that has imported what it needs and is at work. Raises HandDiedError."""
    try:
        ours, theirs = socket.socketpair()
        with theirs:
            reader, writer = await asyncio.open_connection(sock=ours, limit=BUFFER)
            try:
                process = await _start_process(theirs)
            except BaseException:
                writer.close()
                raise
    except OSError as error:
        raise HandDiedError(f"a hand does not start: {error.strerror}") from error
    hand = Hand(process, reader, writer)
    try:
        await hand.begin(beginning)
    except BaseException:
        await hand.end()
        raise
    return hand


async def _start_process(theirs: socket.socket) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        _MODULE,
        str(theirs.fileno()),
        pass_fds=(theirs.fileno(),),
        stdin=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )


def _environment() -> dict[str, str]:
    """Ours without the service's settings: a hand has no use for its keys."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS) or name in _KEPT
    }
