"""The issuance server's end of the feed over Redis Streams: a frame goes in, and its answer is waited for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import decode
from sync.feed.redis import LEFT_FRAMES, Entry, FeedStreams, open_redis
from sync.feed.wire import FeedReceipt

_MAX_ANSWER = 64 * 1024
_log = logging.getLogger(__name__)


@asynccontextmanager
async def open_stream_receiver(
    target: str, municipality: MunicipalityCode, setting: str, *, seconds: float
) -> AsyncIterator[StreamReceiver]:
    """``target``: URL of the Redis; ``seconds`` bounds one delivery. Raises ConfigurationError naming ``setting``."""
    async with open_redis(target, setting, seconds=seconds) as client:
        yield StreamReceiver(FeedStreams(client, municipality, seconds=seconds), seconds)


class StreamReceiver:
    """See ``ports.Receiver``.

    Answers carry no signature. They steer only what is sent next, and whoever can write them can as well delete the
    frames: either way the copy goes without news, shows its age or a gap, and refuses. What is applied stands on the
    registry's own signature.
    """

    def __init__(self, streams: FeedStreams, seconds: float) -> None:
        self._streams = streams
        self._seconds = seconds
        self._adding = asyncio.Lock()
        self._under_way = 0
        self._held_back = False

    async def send(self, frame: bytes) -> FeedReceipt:
        """While frames are left that nobody takes, none is added: UnavailableError at once, and Redis holds no more of
        the residents than it does; the registry keeps what was not taken and tries again."""
        async with self._adding:  # in the order in which they were given to us
            # asked anew each time: a Redis that came back empty counts from where it likes
            after, waiting = await self._streams.standing()
            self._require_room(waiting - self._under_way)
            entry = await self._streams.add_frame(frame)
            self._under_way += 1
        try:
            return _read(await self._answer_to(entry, after))
        finally:
            self._under_way -= 1

    def _require_room(self, left: int) -> None:
        held_back = left >= LEFT_FRAMES
        if held_back != self._held_back:
            self._held_back = held_back
            if held_back:
                _log.error("frames not taken, none added", extra={"waiting": left})
            else:
                _log.info("frames taken again")
        if held_back:
            raise UnavailableError("issuance server", f"{left} frames wait untaken", outcome_known=True)

    async def _answer_to(self, entry: bytes, after: bytes) -> Entry:
        """Raises UnavailableError when nobody answers: no consumer is there, or Redis has forgotten the frame."""
        clock = asyncio.get_running_loop().time
        end = clock() + self._seconds
        while (left := end - clock()) > 0:
            for answer in await self._streams.answers(after, wait=left):
                after = answer.id
                if answer.fields.get(b"of") == entry:
                    return answer
        raise UnavailableError("issuance server", "no answer", outcome_known=False)


def _read(answer: Entry) -> FeedReceipt:
    problem = answer.fields.get(b"problem")
    if problem is not None:
        try:
            code = ProblemCode(problem.decode())
        except ValueError as error:
            raise WireError("the issuance server answered with a problem of no known code") from error
        raise RefusedError(code, "answered over the stream")
    receipt = answer.fields.get(b"receipt", b"")
    if len(receipt) > _MAX_ANSWER:
        raise WireError("the issuance server's answer is too long")
    return decode(receipt, FeedReceipt)
