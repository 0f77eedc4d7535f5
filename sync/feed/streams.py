"""The issuance server's end of the feed over Redis Streams: one of any number of consumers of one group.

A frame is acknowledged only after the database has committed what it brought. What a consumer that died was given,
another one claims; what Redis forgot, the registry sends again from the number that the copy has applied.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.service.journal import place_only
from certificates.wire.codec import encode
from certificates.wire.jose import Party, Role
from sync.feed.hands.desk import Receiving
from sync.feed.redis import Answer, Entry, FeedStreams, open_redis, require_redis

SETTING = "KOFU_ISSUANCE_FEED"
_SIDE_BY_SIDE = 3
"""Frames in hand: one that is written, one that is read, one whose answer is on its way."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """All in seconds. ``call`` bounds one call to Redis, ``wait`` how long one waits for a frame; after ``idle`` a
    frame that another consumer was given counts as left behind; ``first_wait`` doubles up to ``longest_wait`` while
    Redis or the database is out of reach."""

    call: float = 5.0
    wait: float = 1.0
    idle: float = 30.0
    first_wait: float = 0.1
    longest_wait: float = 5.0


def require_feed(url: str) -> None:
    """Raises ConfigurationError unless ``url`` is empty (HTTPS alone) or of a scheme that can be consumed."""
    if url:
        require_redis(url, SETTING)


@contextlib.asynccontextmanager
async def consuming(
    url: str, reception: Receiving, municipality: MunicipalityCode, *, patience: Patience | None = None
) -> AsyncIterator[None]:
    """Frames from the Redis at ``url`` go to ``reception`` until the context is left; an empty ``url`` does nothing.

    Redis need not be there yet. A fault in the consumer ends the service rather than leave it silent.
    Raises ConfigurationError.
    """
    if not url:
        yield
        return
    patience = patience or Patience()
    async with open_redis(url, SETTING, seconds=patience.call) as client:
        streams = FeedStreams(client, municipality, seconds=patience.call)
        consumer = Consumer(streams, reception, municipality, patience)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(consumer.run())
            try:
                yield
            finally:
                task.cancel()


class Consumer:
    """``poisoned`` counts the frames that were acknowledged although nothing of them could be taken in."""

    def __init__(
        self, streams: FeedStreams, reception: Receiving, municipality: MunicipalityCode, patience: Patience
    ) -> None:
        self._streams = streams
        self._reception = reception
        # Redis knows no parties: the signature alone says whose frame it is
        self._sender = Party(role=Role.REGISTRY, name=municipality)
        self._patience = patience
        self._failures = 0
        self.name = f"{socket.gethostname()[:80]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.poisoned = 0

    async def run(self) -> None:
        """Consume until cancelled; then leave the group, where Redis can still be told."""
        try:
            while True:
                try:
                    await self._consume()
                except UnavailableError as error:
                    self._failures += 1
                    _log.warning("feed not consumed", extra={"part": error.part, "failures": self._failures})
                    longer = self._patience.first_wait * 2.0 ** min(self._failures - 1, 30)
                    await asyncio.sleep(min(self._patience.longest_wait, longer))
        finally:
            with contextlib.suppress(UnavailableError):
                await self._streams.leave(self.name)

    async def _consume(self) -> None:
        """From the making of the group, which Redis may have forgotten, to the first thing out of reach."""
        await self._streams.make_group()
        while entries := await self._streams.mine(self.name):
            await self._take(entries[0])
        try:
            async with asyncio.TaskGroup() as taking:
                await self._follow(taking)
        except* UnavailableError as failed:
            raise _first(failed) from failed

    async def _follow(self, taking: asyncio.TaskGroup) -> None:
        """Frames are taken in their order, but the next one is read while the one before is written."""
        places = asyncio.Semaphore(_SIDE_BY_SIDE)

        async def take(entry: Entry) -> None:
            try:
                await self._take(entry)
            finally:
                places.release()

        clock = asyncio.get_running_loop().time
        look_again = clock()
        while True:
            entries: Sequence[Entry] = ()
            if clock() >= look_again:
                entries = await self._streams.left_behind(self.name, idle=self._patience.idle)
                look_again = clock() + (0.0 if entries else self._patience.idle / 2)
            for entry in entries or await self._streams.next(self.name, wait=self._patience.wait):
                await places.acquire()
                taking.create_task(take(entry))
            self._failures = 0

    async def _take(self, entry: Entry) -> None:
        """Take in one frame and acknowledge it; raises UnavailableError, and it stays this consumer's, when the
        database is out of reach."""
        await self._streams.done(entry, await self._answer(entry))

    async def _answer(self, entry: Entry) -> Answer:
        try:
            receipt = await self._reception.receive(entry.fields.get(b"frame", b""), self._sender)
        except UnavailableError:
            raise
        except RefusedError as error:
            if error.code is ProblemCode.FEED_CONFLICT:
                return _problem(error.code)  # the reception has said so in the log
            return self._poison(error.code)
        except WireError as error:
            return self._poison(error.code)
        except Exception as error:  # noqa: BLE001 - one delivery may not stop those behind it
            # a bug is answered as over HTTPS; its text may quote a resident, so the log gets the place alone
            _log.exception("bug", exc_info=place_only(error))
            return self._poison(ProblemCode.INTERNAL)
        return Answer(kind="receipt", content=encode(receipt))

    def _poison(self, code: ProblemCode) -> Answer:
        """What nobody could take in is not offered again: it must not stand before sound frames."""
        self.poisoned += 1
        _log.error("frame refused", extra={"outcome": code.value, "poisoned": self.poisoned})
        return _problem(code)


def _problem(code: ProblemCode) -> Answer:
    return Answer(kind="problem", content=code.value.encode())


def _first(failed: BaseExceptionGroup[UnavailableError]) -> UnavailableError:
    error = failed.exceptions[0]
    return _first(error) if isinstance(error, BaseExceptionGroup) else error
