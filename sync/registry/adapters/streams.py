"""The issuance server's end of the feed over Redis Streams: a frame goes in, and its answer is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from certificates.domain.identifiers import MunicipalityCode
from certificates.errors import RefusedError, UnavailableError, WireError
from certificates.problems import ProblemCode
from certificates.wire.codec import decode
from sync.feed.redis import Entry, FeedStreams, open_redis
from sync.feed.wire import FeedReceipt

_MAX_ANSWER = 64 * 1024


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

    async def send(self, frame: bytes) -> FeedReceipt:
        async with self._adding:  # in the order in which they were given to us
            # asked anew each time: a Redis that came back empty counts from where it likes
            after = await self._streams.last_answer()
            entry = await self._streams.add_frame(frame)
        return _read(await self._answer_to(entry, after))

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
