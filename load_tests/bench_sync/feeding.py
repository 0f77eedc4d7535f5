"""The feeds end to end: registry and issuance server as processes, signed, over TLS or Redis, into PostgreSQL."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from certificates.errors import UnavailableError
from certificates.service.keyring import load_trusted_keys
from load_tests.bench_sync import latency
from load_tests.bench_sync.ends import Ends, open_ends
from load_tests.bench_sync.figures import Figures, Key, Watch
from load_tests.bench_sync.material import Material, Size
from load_tests.town.process import run_command
from sync.feed.difference import take_differences
from sync.feed.reception import Reception

_SECONDS = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """Where the figures of the two ways go."""

    https: Key
    redis: Key


FAST = Ways(https=Key.HTTPS, redis=Key.REDIS)
SLOW = Ways(https=Key.SLOW_HTTPS, redis=Key.SLOW_REDIS)


@contextlib.asynccontextmanager
async def open_feeds(
    root: Path, database: str, redis: str | None, given: Material, size: Size, figures: Figures
) -> AsyncIterator[Feeds]:
    """``database``: an empty PostgreSQL database. Without ``redis`` its figures are left out, with a note."""
    async with open_ends(root, database, redis, given, size.delivery, figures) as ends:
        if redis is None:
            figures.notes.append("Redis Streams, for want of a Redis or of the wish")
        yield Feeds(ends, redis, given, size, figures)


class Feeds:
    """Each measurement goes on with the next changes."""

    def __init__(self, ends: Ends, redis: str | None, given: Material, size: Size, figures: Figures) -> None:
        self._ends = ends
        self._redis = redis
        self._changes = iter(given.changes)
        self._size = size
        self._figures = figures
        self._last = 0

    async def begin(self) -> None:
        """Some deliveries at once, so that the processes that take in large ones are there before the clock runs; and
        nothing of the full load is left to do."""
        await self._ends.settle()
        await self._enter(self._size.opening)
        async with asyncio.timeout(_SECONDS), self._ends.registry(self._ends.issuance):
            await self._ends.come_to(self._last)

    async def push(self, ways: Ways) -> None:
        """Every change over HTTPS, as many again over Redis Streams."""
        await self._pushed(self._ends.issuance, ways.https)
        if self._redis is not None:
            await self._pushed(self._redis, ways.redis)

    async def measure_rest(self) -> None:
        """A difference file, the time a single change takes, and the question to the registry."""
        ends, size, figures = self._ends, self._size, self._figures
        await self._enter(size.feed)
        await _difference(ends, self._last - size.feed + 1, size.feed, figures)
        async with ends.registry(ends.issuance) as registry:
            address = registry.address("registry")
            await latency.measure(ends, address, list(islice(self._changes, size.latency)), figures)
            await latency.measure_asking(ends, address, size.reading, figures)

    async def _enter(self, count: int) -> None:
        """Nothing is pushed meanwhile. The first time of a whole feed is the figure."""
        changes = list(islice(self._changes, count))
        self._last += len(changes)
        watch = Watch()
        with watch.running():
            for start in range(0, len(changes), self._ends.delivery):
                await self._ends.books.enter(changes[start : start + self._ends.delivery])
        if count == self._size.feed and self._figures.value(Key.ENTERED) is None:
            self._figures.rate(Key.ENTERED, len(changes), watch.seconds)

    async def _pushed(self, target: str, key: Key) -> None:
        """From the first delivery that is in the copy to the last one: starting up is nobody's throughput."""
        await self._enter(self._size.feed)
        before = await self._ends.applied()
        async with asyncio.timeout(_SECONDS), self._ends.registry(target):
            first = await self._ends.come_to(before + 1)
            watch = Watch()
            with watch.running():
                await self._ends.come_to(self._last)
        if first == self._last:
            raise UnavailableError(
                "feed", "one delivery held everything: nothing to measure", outcome_known=True
            )
        self._figures.rate(key, self._last - first, watch.seconds)


async def _difference(ends: Ends, first: int, count: int, figures: Figures) -> None:
    path = ends.folder.path("difference.jsonl")
    await run_command(
        "sync.registry",
        "difference",
        "--from",
        str(first),
        str(path),
        settings=ends.settings(),
        log=ends.folder.log("registry"),
    )
    trusted = load_trusted_keys(ends.folder.transport.trusted)
    code = ends.folder.municipality
    reception = Reception(ends.copy, trusted, code, lambda: datetime.now(UTC))
    watch = Watch()
    with watch.running():
        await take_differences(reception, [path], trusted, code)
    figures.rate(Key.DIFFERENCE, count, watch.seconds)
