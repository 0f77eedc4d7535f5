"""The feeds end to end: registry and issuance server as processes, signed, over TLS or Redis, into PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
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
from sync.change.events import Change
from sync.feed.difference import take_differences
from sync.feed.reception import Reception

_SECONDS = 300.0


async def measure(
    root: Path, database: str, redis: str | None, given: Material, size: Size, figures: Figures
) -> None:
    """``database``: an empty PostgreSQL database. Without ``redis`` its figure is left out, with a note."""
    async with open_ends(root, database, redis, given, size.delivery, figures) as ends:
        changes = iter(given.changes)
        ways = [(Key.HTTPS, ends.issuance)] + ([(Key.REDIS, redis)] if redis is not None else [])
        last = 0
        for key, target in ways:
            last += size.feed
            await _enter(ends, list(islice(changes, size.feed)), figures)
            await _pushed(ends, target, last, key, figures)
        if redis is None:
            figures.notes.append("Redis Streams, for want of a Redis or of the wish")
        await _enter(ends, list(islice(changes, size.feed)), figures)
        await _difference(ends, last + 1, size.feed, figures)
        async with ends.registry(ends.issuance) as registry:
            address = registry.address("registry")
            await latency.measure(ends, address, list(islice(changes, size.latency)), figures)
            await latency.measure_asking(ends, address, size.reading, figures)


async def _enter(ends: Ends, changes: Sequence[Change], figures: Figures) -> None:
    """Nothing is pushed meanwhile. The first time is the figure."""
    watch = Watch()
    with watch.running():
        for start in range(0, len(changes), ends.delivery):
            await ends.books.enter(changes[start : start + ends.delivery])
    if figures.value(Key.ENTERED) is None:
        figures.rate(Key.ENTERED, len(changes), watch.seconds)


async def _pushed(ends: Ends, target: str, last: int, key: Key, figures: Figures) -> None:
    """From the first delivery that is in the copy to the last one: starting up is nobody's throughput."""
    before = await ends.applied()
    async with asyncio.timeout(_SECONDS), ends.registry(target):
        first = await ends.come_to(before + 1)
        watch = Watch()
        with watch.running():
            await ends.come_to(last)
    if first == last:
        raise UnavailableError("feed", "one delivery held everything: nothing to measure", outcome_known=True)
    figures.rate(key, last - first, watch.seconds)


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
