"""How long a change takes from the registry's desk into the copy at 100 a second, and what asking the registry costs."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import aiohttp

from certificates.domain.entitlement import RecordView
from certificates.service.keyring import load_trusted_keys
from certificates.service.tls import client_context
from certificates.wire.codec import decode
from load_tests.bench_sync import reading
from load_tests.bench_sync.ends import Ends
from load_tests.bench_sync.figures import Figures, Key
from sync.change.events import Change
from sync.copy.database import open_database
from sync.original.http import open_original
from sync.registry.wire import ChangeAccepted, write_change

_EVERY_SECONDS = 0.01  # between two changes: 100 a second
_LOOK_SECONDS = 0.001  # as fine as the times that are to be told apart
_SECONDS = 300.0


async def measure(ends: Ends, registry: str, changes: Sequence[Change], figures: Figures) -> None:
    """From the desk's answer, when the change is on the books, to the commit being visible to a reader.

    ``registry``: its address. A change that was seen in the copy before the answer was here took no time after it.
    """
    entered: dict[int, float] = {}
    async with asyncio.timeout(_SECONDS), asyncio.TaskGroup() as group:
        watching = group.create_task(_arrivals(ends, await ends.applied(), len(changes)))
        context = client_context(ends.folder.parties.operator.tls)
        started = time.perf_counter()
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as session:
            for place, change in enumerate(changes):
                await asyncio.sleep(started + place * _EVERY_SECONDS - time.perf_counter())
                headers = {"Content-Type": "application/json"}
                desk = registry + "/v1/changes"
                async with session.post(desk, data=write_change(change), headers=headers) as answer:
                    accepted = decode(await answer.read(), ChangeAccepted)
                entered[accepted.sequence] = time.perf_counter()
    arrived = watching.result()
    times = [max(0.0, arrived[number] - moment) for number, moment in entered.items()]
    figures.times(Key.LATENCY_P50, Key.LATENCY_P99, times)


async def measure_asking(ends: Ends, registry: str, seconds: float, figures: Figures) -> None:
    """The view, and the registry asked for the position of everybody in it, as at an issue."""
    files = ends.folder
    engine = open_database(ends.database)
    try:
        async with open_original(
            registry,
            files.municipality,
            files.parties.issuer.tls,
            load_trusted_keys(files.transport.trusted),
            position_seconds=5.0,  # what is measured is not cut off
        ) as original:

            async def ask(view: RecordView) -> None:
                residents = [row.number for row in view.rows]
                households = sorted({row.household for row in view.rows})
                await original.position(residents, households)

            await reading.measure(engine, seconds, reading.ASKED, figures, ask)
    finally:
        await engine.dispose()


async def _arrivals(ends: Ends, before: int, count: int) -> dict[int, float]:
    """When each number was first seen as applied."""
    seen: dict[int, float] = {}
    come = before
    while come < before + count:
        applied = await ends.applied()
        now = time.perf_counter()
        seen.update(dict.fromkeys(range(come + 1, applied + 1), now))
        come = applied
        await asyncio.sleep(_LOOK_SECONDS)
    return seen
