"""Everything that can be killed, running: PostgreSQL, Redis, the issuance servers, the registry, and the line between."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Final

from certificates.errors import UnavailableError
from certificates.service.keyring import load_trusted_keys
from load_tests.chaos import naive
from load_tests.chaos.faults import Fault
from load_tests.chaos.line import Pending, open_line
from load_tests.chaos.parts import Mortal
from load_tests.chaos.tap import tapping
from load_tests.servers.postgres import PostgresCluster, postgres_cluster
from load_tests.servers.redis import PrivateRedis, private_redis
from load_tests.town import settings
from load_tests.town.folder import TownFolder
from load_tests.town.process import run_command
from sync.registry.adapters.sql import SqlBooks, open_books
from sync.registry.files import write_register
from sync.town import Town

_REGISTER: Final = "registry"
_ALONE: Final = 0.5  # how often an issuance server dies without the processes that it has started
_LARGE: Final = 4_096  # bytes: a delivery of more than one or two changes goes to such a process
_DOWN_SECONDS: Final = (0.0, 0.3)  # how long something stays dead


@dataclass(slots=True, kw_only=True)
class Scene:
    """``strike`` does one fault; ``kills`` counts those that ended a process."""

    folder: TownFolder
    database: str
    books: SqlBooks
    pending: Pending
    postgres: PostgresCluster
    redis: PrivateRedis | None
    consumers: Sequence[Mortal]
    registry: Mortal
    target: list[str]  # where the registry pushes to when it is next started; the first is the line
    rng: Random
    killed: dict[Fault, int] = field(default_factory=dict)

    async def strike(self, fault: Fault) -> None:
        match fault:
            case Fault.CONSUMER_KILLED:
                # its hands with it, or left behind with what they have begun
                await self._restart(self.rng.choice(self.consumers), alone=self.rng.random() < _ALONE)
            case Fault.HAND_KILLED:
                hands = [hand for consumer in self.consumers for hand in consumer.children()]
                if not hands:  # none is there at the moment
                    await self.strike(Fault.CONSUMER_KILLED)
                    return
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.rng.choice(hands), signal.SIGKILL)
            case Fault.REGISTRY_KILLED:
                # the other way from now on, where there are two
                self.target.append(self.target.pop(0))
                await self._restart(self.registry)
            case Fault.DATABASE_KILLED:
                await asyncio.to_thread(self.postgres.kill)
                await self._pause()
                await asyncio.to_thread(self.postgres.start)
            case Fault.REDIS_KILLED:
                assert self.redis is not None, "drawn only where there is one"
                await asyncio.to_thread(self.redis.kill)
                await self._pause()
                await asyncio.to_thread(self.redis.start)
            case _:
                self.pending.spoil(fault)
                return
        self.killed[fault] = self.killed.get(fault, 0) + 1

    def struck(self) -> Mapping[Fault, int]:
        """How often each fault has been done, in the order of the enumeration."""
        done = {**self.killed, **self.pending.struck}
        return {fault: done[fault] for fault in Fault if done.get(fault)}

    async def _restart(self, service: Mortal, *, alone: bool = False) -> None:
        await service.kill(alone=alone)
        await self._pause()
        await service.start()

    async def _pause(self) -> None:
        await asyncio.sleep(self.rng.uniform(*_DOWN_SECONDS))


@contextlib.asynccontextmanager
async def open_scene(
    root: Path,
    town: Town,
    rng: Random,
    *,
    consumers: int,
    batch: int,
    redis: bool = True,
    lossy: bool = False,
) -> AsyncIterator[Scene]:
    """The copy is loaded at number 0 and everything runs; ``lossy`` puts the naive consumer in its place.

    Raises UnavailableError when PostgreSQL or a service does not start. Without Redis, HTTPS alone is used.
    """
    folder = await asyncio.to_thread(
        TownFolder, root, municipality=town.municipality, kiosks=1, now=datetime.now(UTC)
    )
    files = folder.path(_REGISTER)
    files.mkdir()
    await asyncio.to_thread(write_register, files, town.records())
    async with AsyncExitStack() as stack:
        postgres = stack.enter_context(postgres_cluster(durable=True))
        await postgres.server.execute("CREATE DATABASE chaos")
        database = postgres.server.url("chaos")
        await _load(folder, database)
        streams = _redis(stack) if redis and not lossy else None
        serving = _consumers(folder, database, consumers, streams, lossy=lossy)
        for one in serving:
            stack.push_async_callback(one.stop)
        await asyncio.gather(*(one.start() for one in serving))
        pending = Pending(load_trusted_keys(folder.transport.trusted))

        def living() -> Sequence[str]:
            return [one.address for one in serving if one.address is not None]

        target = [await stack.enter_async_context(open_line(folder, pending, living, rng))]
        if streams is not None:
            await stack.enter_async_context(tapping(streams.url, town.municipality, pending, rng))
            target.append(streams.url)

        def pushing() -> Mapping[str, str]:
            return registry_settings(folder, target=target[0], batch=batch)

        registry = Mortal("sync.registry", "registry", pushing, folder.log("registry"))
        stack.push_async_callback(registry.stop)
        await registry.start()
        store = settings.registry(folder)["KOFU_REGISTRY_STORE"]
        yield Scene(
            folder=folder,
            database=database,
            books=await stack.enter_async_context(open_books(store, town.municipality)),
            pending=pending,
            postgres=postgres,
            redis=streams,
            consumers=serving,
            registry=registry,
            target=target,
            rng=rng,
        )


def registry_settings(folder: TownFolder, *, target: str, batch: int) -> Mapping[str, str]:
    """Small deliveries and short waits: more places at which to break, and no time lost."""
    return {
        **settings.registry(folder, target=target),
        "KOFU_REGISTRY_TOWN": "",  # its books were begun before
        "KOFU_REGISTRY_BATCH": str(batch),
        "KOFU_REGISTRY_HEARTBEAT_SECONDS": "0.1",
        "KOFU_REGISTRY_TIMEOUT_SECONDS": "3",
        "KOFU_REGISTRY_LONGEST_WAIT_SECONDS": "0.5",
    }


def _redis(stack: AsyncExitStack) -> PrivateRedis | None:
    try:
        return stack.enter_context(private_redis())
    except UnavailableError:
        return None


def _consumers(
    folder: TownFolder, database: str, count: int, redis: PrivateRedis | None, *, lossy: bool
) -> tuple[Mortal, ...]:
    module, listener = (naive.__name__, naive.LISTENER) if lossy else ("issuance_server", "issuance-server")
    environment = {
        **settings.issuance(folder, database=database),
        "KOFU_ISSUANCE_PROCESSES": str(count),
        **({} if lossy else {"KOFU_ISSUANCE_BULK": str(_LARGE)}),
        **({"KOFU_ISSUANCE_FEED": redis.url} if redis is not None else {}),
    }
    return tuple(
        Mortal(module, listener, lambda: environment, folder.log(f"consumer-{place}"))
        for place in range(1, count + 1)
    )


async def _load(folder: TownFolder, database: str) -> None:
    full = str(folder.path(_REGISTER, "full.jsonl"))
    log = folder.log("load")
    await run_command("sync.registry", "export", full, settings=settings.registry(folder), log=log)
    ours = settings.issuance(folder, database=database)
    await run_command("issuance_server", "load-full", full, settings=ours, log=log)
